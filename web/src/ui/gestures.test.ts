import { describe, expect, it } from "vitest";
import { Gestures } from "./gestures";

const at = (x: number, y: number, time: number, id = 1) => ({ x, y, time, id });

describe("one finger", () => {
  it("that comes and goes is a tap, unless it stays long", () => {
    const gestures = new Gestures();
    gestures.down(at(0, 0, 0));
    gestures.move(at(4, 3, 50));
    expect(gestures.up(at(4, 3, 100))).toEqual([{ type: "tap" }]);
    gestures.down(at(0, 0, 2000));
    expect(gestures.up(at(0, 0, 2800))).toEqual([]);
  });

  it("twice in one place is a double tap, which takes the first tap back", () => {
    const gestures = new Gestures();
    gestures.down(at(50, 20, 0));
    gestures.up(at(50, 20, 60));
    gestures.down(at(55, 22, 200));
    expect(gestures.up(at(55, 22, 250))).toEqual([
      { type: "tap" },
      { type: "doubleTap", at: { x: 55, y: 22 } },
    ]);
    gestures.down(at(55, 22, 400));
    expect(gestures.up(at(55, 22, 450))).toEqual([{ type: "tap" }]);
  });

  it("twice in two places is two taps", () => {
    const gestures = new Gestures();
    gestures.down(at(-100, 0, 0));
    gestures.up(at(-100, 0, 60));
    gestures.down(at(100, 0, 200));
    expect(gestures.up(at(100, 0, 250))).toEqual([{ type: "tap" }]);
  });

  it("drags, and is a swipe where it was quick and went across", () => {
    const gestures = new Gestures();
    gestures.down(at(0, 0, 0));
    expect(gestures.move(at(-40, 5, 50))).toEqual([{ type: "drag", by: { x: -40, y: 5 } }]);
    expect(gestures.move(at(-90, 5, 90))).toEqual([{ type: "drag", by: { x: -50, y: 0 } }]);
    expect(gestures.up(at(-90, 5, 120))).toEqual([{ type: "swipe", to: 1 }]);
  });

  it.each([
    ["slow", at(90, 0, 900)],
    ["down", at(70, 80, 100)],
    ["short", at(30, 0, 100)],
  ])("is no swipe where it is %s", (_, end) => {
    const gestures = new Gestures();
    gestures.down(at(0, 0, 0));
    gestures.move(end);
    expect(gestures.up(end)).toEqual([]);
  });
});

describe("two fingers", () => {
  it("pinch about their middle, and are neither tap nor swipe when they go", () => {
    const gestures = new Gestures();
    gestures.down(at(-50, 0, 0, 1));
    gestures.down(at(50, 0, 10, 2));
    expect(gestures.move(at(150, 0, 60, 2))).toEqual([
      { type: "pinch", factor: 2, at: { x: 50, y: 0 }, by: { x: 50, y: 0 } },
    ]);
    expect(gestures.up(at(150, 0, 100, 2))).toEqual([]);
    expect(gestures.up(at(-50, 0, 110, 1))).toEqual([]);
    gestures.down(at(0, 0, 1000));
    expect(gestures.up(at(0, 0, 1050))).toEqual([{ type: "tap" }]);
  });

  it("of which the browser takes one are nothing more", () => {
    const gestures = new Gestures();
    gestures.down(at(0, 0, 0, 1));
    gestures.cancel(1);
    expect(gestures.move(at(90, 0, 50, 1))).toEqual([]);
    expect(gestures.up(at(90, 0, 60, 1))).toEqual([]);
  });
});
