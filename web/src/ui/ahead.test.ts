import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FIRST } from "../stream/rendition";
import { configAhead } from "./ahead";

const memory = new Map<string, string>();

beforeEach(() => {
  vi.stubGlobal("localStorage", { getItem: (key: string) => memory.get(key) ?? null });
  vi.stubGlobal("devicePixelRatio", 2);
});
afterEach(() => {
  memory.clear();
  vi.unstubAllGlobals();
});

const box = { clientWidth: 390, clientHeight: 780 };
const ahead = (search: string, hash = "", hidden = false) =>
  configAhead("http://gateway/", { search, hash, hidden }, box);

it("the camera of the address is begun with, as a stage of it will", () => {
  expect(ahead("?camera=yard&fit=cover")).toMatchObject({
    ...{ base: "http://gateway/", camera: "yard", start: FIRST, by: "guess" },
    needs: { shown: { width: 780, height: 1560, cover: true }, attended: true },
  });
  expect(ahead("")?.camera).toBeNull();
  expect(ahead("?quality=80s2")).toMatchObject({
    start: { quality: 80, size: "half" },
    by: "choice",
  });
});

it("what this device remembers counts: the rendition, a lone camera, a picture that is turned", () => {
  memory.set("rero-cameras", "yard");
  memory.set("rero.yard.quality", "40s2");
  memory.set("rero.yard", '{"turns":1}');
  expect(ahead("")).toMatchObject({
    ...{ camera: "yard", start: { quality: 40, size: "half" }, by: "memory" },
    needs: { shown: { width: 1560, height: 780 } },
  });
});

it("where there is no one camera to show, or who watches is yet to be said, nothing is begun", () => {
  expect(ahead("?camera=yard&camera=door")).toBeNull();
  expect(ahead("?wall=1")).toBeNull();
  expect(ahead("?camera=No!")).toBeNull();
  expect(ahead("", "#link=abc")).toBeNull();
  memory.set("rero-cameras", "yard,door");
  expect(ahead("")).toBeNull();
});

it("a page that nobody sees wants no camera", () => {
  expect(ahead("?camera=yard")).not.toBeNull();
  expect(ahead("?camera=yard", "", true)).toBeNull();
});
