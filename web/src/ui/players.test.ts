import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BEST } from "../stream/rendition";
import type { EngineConfig } from "../stream/view_model";
import { drawn, leaveScreen, startScreen, takeScreen } from "./players";

/** What each thread was told. */
let told: { type: string }[][];

class FakeWorker {
  readonly #told: { type: string }[] = [];
  constructor() {
    told.push(this.#told);
  }
  postMessage(command: { type: string }) {
    this.#told.push(command);
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
const closed = (thread: number) => told[thread]?.some(({ type }) => type === "close");

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
