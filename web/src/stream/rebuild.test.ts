import { expect, it } from "vitest";
import { deltaBetween, dice, FakeScene } from "./fake_scene";
import { Rebuild } from "./rebuild";

function stream() {
  const scene = new FakeScene(4, 4, dice(9));
  const frames = [1, 2, 3, 4, 5, 6].map((seq) => {
    scene.change(seq);
    return scene.jpeg(seq);
  });
  let asked = 0;
  const rebuild = new Rebuild(() => asked++);
  const frame = (nth: number) => frames[nth] as Uint8Array<ArrayBuffer>;
  return {
    asked: () => asked,
    frame,
    whole: (nth: number) => rebuild.take(frame(nth).buffer),
    delta: (from: number, to: number) => rebuild.take(deltaBetween(frame(from), frame(to)).buffer),
    rebuild,
  };
}

it("frames come out as published, with what changed since the one before", () => {
  const { whole, delta, frame } = stream();
  expect(whole(0)).toMatchObject({ nth: 1, patch: null, bytes: frame(0).length });
  const second = delta(0, 1);
  expect(new Uint8Array(second?.jpeg as ArrayBuffer)).toEqual(frame(1));
  expect(second?.bytes).toBeLessThan(frame(1).length);
  const third = delta(1, 3);
  expect(new Uint8Array(third?.jpeg as ArrayBuffer)).toEqual(frame(3));
  expect([...(third?.patch?.changed ?? [])]).toEqual([3, 4]);
  expect(third?.nth).toBe(3);
});

it("after a delta against another frame a whole one is asked for once, and waited for", () => {
  const { whole, delta, frame, asked } = stream();
  whole(0);
  expect(delta(1, 2)).toBeNull();
  // Against the right one again, but who knows what was in between.
  expect(delta(0, 3)).toBeNull();
  expect(asked()).toBe(1);
  expect(whole(4)).toMatchObject({ patch: null });
  expect(new Uint8Array(delta(4, 5)?.jpeg as ArrayBuffer)).toEqual(frame(5));
  expect(asked()).toBe(1);
});

it("a delta before any frame, or after one without intervals, is none", () => {
  const { delta, asked, rebuild } = stream();
  expect(delta(0, 1)).toBeNull();
  expect(asked()).toBe(1);
  rebuild.reset();
  expect(rebuild.take(Uint8Array.from([0xff, 0xd8, 0xff, 0xd9]).buffer)).not.toBeNull();
  expect(delta(0, 1)).toBeNull();
  expect(asked()).toBe(2);
});
