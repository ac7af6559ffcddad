import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BEST } from "./rendition";
import type { View } from "./view_model";

/** The engine's thread; a test says what it tells and when. */
class FakeWorker {
  static last: FakeWorker;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor() {
    FakeWorker.last = this;
  }
  postMessage() {}
  tells(view: Partial<View>) {
    this.says({ type: "view", view });
  }
  says(data: unknown) {
    this.onmessage?.({ data });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", FakeWorker);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function playing() {
  const { Player } = await import("./player");
  const canvas = { transferControlToOffscreen: () => ({}) } as unknown as HTMLCanvasElement;
  const needs = { shown: null, attended: true } as never;
  const start = {
    base: "",
    camera: null,
    start: BEST,
    by: "guess",
    needs,
    rewindBytes: 0,
  } as const;
  const lost = vi.fn();
  const player = new Player(canvas, start, lost);
  const told: (number | null)[] = [];
  player.subscribe(() => told.push(player.view()?.ageMs ?? null));
  return { player, told, lost };
}

const view = { ageMs: 50, silentMs: 10, behindMs: null };

it("a picture grows older on the page while the engine stands still", async () => {
  const { told } = await playing();
  FakeWorker.last.tells({ ...view, madeAt: performance.now() });
  vi.advanceTimersByTime(3_500);
  expect(told).toEqual([50, 1_050, 2_050, 3_050]);
});

it("a view that waited for a busy page is told with its age of now", async () => {
  const { told } = await playing();
  FakeWorker.last.tells({ ...view, madeAt: performance.now() });
  FakeWorker.last.tells({ ...view, madeAt: performance.now() - 1_600 });
  expect(told).toEqual([50, 1_650]);
});

it("a player that is closed tells nothing more", async () => {
  const { player, told } = await playing();
  FakeWorker.last.tells({ ...view, madeAt: performance.now() });
  player.close();
  FakeWorker.last.tells({ ...view, madeAt: performance.now() });
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([50]);
});

it("a thread that cannot be started, or finds no engine, is lost", async () => {
  const { lost } = await playing();
  FakeWorker.last.onerror?.();
  expect(lost).toHaveBeenCalledTimes(1);
  FakeWorker.last.says({ type: "lost" });
  expect(lost).toHaveBeenCalledTimes(2);
});

it("one that has told something is not: what goes wrong in it then is another fault", async () => {
  const { lost } = await playing();
  FakeWorker.last.tells({ ...view, madeAt: performance.now() });
  FakeWorker.last.onerror?.();
  expect(lost).not.toHaveBeenCalled();
});

it("a thread that does not start is not waited for longer than a fifth of a second", async () => {
  const { player } = await playing();
  let begun = false;
  void player.begun.then(() => {
    begun = true;
  });
  await vi.advanceTimersByTimeAsync(190);
  expect(begun).toBe(false);
  await vi.advanceTimersByTimeAsync(20);
  expect(begun).toBe(true);
});

it("one that runs is not waited for at all", async () => {
  const { player } = await playing();
  FakeWorker.last.says({ type: "ready" });
  await player.begun;
});
