import { expect, it } from "vitest";
import { type Chunk, preloads } from "./preload";

const chunk = (name: string, ...imports: string[]): Chunk => ({
  name,
  fileName: `assets/${name}-1a.js`,
  imports: imports.map((other) => `assets/${other}-1a.js`),
});

it("page and engine begin to load beside the first script", () => {
  const tags = preloads([chunk("start"), chunk("main", "start"), chunk("engine", "start")]);
  expect(tags.map(({ attrs }) => [attrs.href, attrs.as])).toEqual([
    ["./assets/main-1a.js", undefined],
    ["./assets/engine-1a.js", "worker"],
  ]);
});

it("a part that waits for another one is refused by name", () => {
  const shared = [chunk("start"), chunk("main", "start"), chunk("engine", "start", "stats")];
  expect(() => preloads([...shared, chunk("stats")])).toThrow(
    "assets/engine-1a.js waits for assets/stats-1a.js",
  );
});

it("a part that is gone is missed by name", () => {
  expect(() => preloads([chunk("start"), chunk("main", "start")])).toThrow("called engine");
});
