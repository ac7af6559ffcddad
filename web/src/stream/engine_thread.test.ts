import { beforeEach, expect, it, vi } from "vitest";
import type { FromThread, Notice, Start, ToThread } from "./worker_port";

/** A worker that does nothing by itself; a test plays it. */
class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((e: { data: FromThread }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly heard: ToThread[] = [];
  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(message: ToThread) {
    this.heard.push(message);
  }
}

const start = { type: "start", canvas: {}, config: {} } as Start;

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("Worker", FakeWorker);
  FakeWorker.all = [];
});

async function seats(count: number) {
  const { startInThread } = await import("./engine_thread");
  return Array.from({ length: count }, () => {
    const heard: Notice[] = [];
    const [ready, broken] = [vi.fn(), vi.fn()];
    const seat = { ready, tell: (notice: Notice) => void heard.push(notice), broken };
    return { heard, ready, broken, command: startInThread(start, seat) };
  });
}
const worker = () => FakeWorker.all.at(-1) as FakeWorker;
const view = { type: "snapshot", snapshot: null } as const;

it("all engines are in one worker, and each hears and is told its own", async () => {
  const [yard, door] = await seats(2);
  expect(FakeWorker.all.length).toBe(1);
  door?.command({ type: "retry" });
  const [first, second, retry] = worker().heard;
  expect(retry).toEqual({ id: second?.id, message: { type: "retry" } });
  expect(first?.id).not.toBe(second?.id);
  worker().onmessage?.({ data: { id: second?.id ?? -1, notice: view } });
  expect([yard?.heard, door?.heard]).toEqual([[], [view]]);
});

it("an engine that is closed is told nothing, and the next one after the last has a new worker", async () => {
  const [yard, door] = await seats(2);
  const old = worker();
  yard?.command({ type: "close" });
  yard?.command({ type: "retry" });
  expect(old.heard.length).toBe(3);
  old.onmessage?.({ data: { id: old.heard[0]?.id ?? -1, notice: view } });
  expect(yard?.heard).toEqual([]);
  const [yardAgain] = await seats(1);
  expect(FakeWorker.all.length).toBe(1);
  for (const seat of [door, yardAgain]) seat?.command({ type: "close" });
  await seats(1);
  expect(FakeWorker.all.length).toBe(2);
  expect(worker().heard.map(({ message }) => message.type)).toEqual(["start"]);
});

it("a worker that fails is told to all", async () => {
  const [yard, door] = await seats(2);
  worker().onerror?.();
  expect([yard?.broken, door?.broken].map((broken) => broken?.mock.calls.length)).toEqual([1, 1]);
});

it("that it runs is told to all, also to those that come later", async () => {
  const [yard] = await seats(1);
  expect(yard?.ready).not.toHaveBeenCalled();
  worker().onmessage?.({ data: "ready" });
  const [door] = await seats(1);
  expect([yard?.ready, door?.ready].map((ready) => ready?.mock.calls.length)).toEqual([1, 1]);
});
