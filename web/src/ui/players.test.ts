import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BEST } from "../stream/rendition";
import type { EngineConfig } from "../stream/view_model";
import { drawn, leaveScreen, startScreen, takeScreen } from "./players";

/** What each engine was told, in the order in which they began. */
let told: { id: number; types: string[] }[];

class FakeWorker {
  postMessage({ id, message: { type } }: { id: number; message: { type: string } }) {
    if (type === "start") told.push({ id, types: [] });
    told.find((engine) => engine.id === id)?.types.push(type);
  }
}

const canvas = () => ({ setAttribute() {}, remove() {}, transferControlToOffscreen: () => ({}) });

beforeEach(() => {
  told = [];
  vi.useFakeTimers();
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("document", { createElement: canvas });
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const config = (camera: string | null): EngineConfig => ({
  ...{ base: "http://gateway/", camera, start: BEST, by: "guess", rewindBytes: 0 },
  needs: { shown: null, attended: true },
});
const closed = (engine: number) => told[engine]?.types.includes("close");

it("a stage goes on with the stream that was begun before the page was drawn", () => {
  const begun = startScreen(config(null));
  vi.advanceTimersByTime(5_000);
  expect(takeScreen(config(null)).player).toBe(begun.player);
  drawn();
  vi.advanceTimersByTime(5_000);
  expect([told.length, closed(0)]).toEqual([1, false]);
});

it("a stream that the page turns out not to show ends soon after it is drawn", () => {
  startScreen(config(null));
  takeScreen(config("yard"));
  drawn();
  expect(closed(0)).toBe(false);
  vi.advanceTimersByTime(1_100);
  expect([closed(0), closed(1)]).toEqual([true, false]);
});

it("one that is let go is kept for a moment, for whoever shows the same camera next", () => {
  const first = takeScreen(config("yard"));
  leaveScreen("yard", first);
  vi.advanceTimersByTime(900);
  const next = takeScreen(config("yard"));
  expect(next.player).toBe(first.player);
  leaveScreen("yard", next);
  vi.advanceTimersByTime(1_100);
  expect(takeScreen(config("yard")).player).not.toBe(first.player);
  expect(closed(0)).toBe(true);
});

it("whoever takes one over has it try now: it may wait, or have been refused before a login", () => {
  leaveScreen("yard", takeScreen(config("yard")));
  takeScreen(config("yard"));
  expect(told[0]?.types.at(-1)).toBe("retry");
});
