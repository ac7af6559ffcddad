import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Together } from "./together";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const waiting = (together: Together, name: string, drawn: string[]) =>
  void together.wait().then(() => drawn.push(name));

it("pictures that come one after the other are drawn at once, a moment after the first", async () => {
  const together = new Together();
  const drawn: string[] = [];
  waiting(together, "yard", drawn);
  await vi.advanceTimersByTimeAsync(40);
  waiting(together, "door", drawn);
  await vi.advanceTimersByTimeAsync(30);
  expect(drawn).toEqual([]);
  await vi.advanceTimersByTimeAsync(10);
  expect(drawn).toEqual(["yard", "door"]);
  waiting(together, "yard", drawn);
  await vi.advanceTimersByTimeAsync(70);
  expect(drawn.length).toBe(2);
  await vi.advanceTimersByTimeAsync(10);
  expect(drawn.length).toBe(3);
});

it("when one cannot wait, all are drawn, and the next ones wait as long as ever", async () => {
  const together = new Together();
  const drawn: string[] = [];
  waiting(together, "yard", drawn);
  waiting(together, "door", drawn);
  together.now();
  await vi.advanceTimersByTimeAsync(0);
  expect(drawn).toEqual(["yard", "door"]);
  waiting(together, "yard", drawn);
  await vi.advanceTimersByTimeAsync(70);
  expect(drawn.length).toBe(2);
  await vi.advanceTimersByTimeAsync(10);
  expect(drawn.length).toBe(3);
});
