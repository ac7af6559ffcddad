import { describe, expect, it } from "vitest";
import { FrameAge } from "./frame_age";

describe("the age of a picture", () => {
  it("is the difference of two clocks that agree", () => {
    const frameAge = new FrameAge();
    expect(frameAge.ageMs(1_000_000, 1_000_040)).toBe(40);
    expect(frameAge.ageMs(1_000_100, 1_000_600)).toBe(500);
  });

  it.each([-3_600_000, -5_000, 5_000, 3_600_000])(
    "is right although capture is %i ms off",
    (off) => {
      const frameAge = new FrameAge();
      frameAge.replied(1_000_000, 1_000_020, 1_000_010);
      expect(frameAge.ageMs(1_000_000 + off, 1_000_030)).toBe(10);
      expect(frameAge.ageMs(1_000_100 + off, 1_000_430)).toBeCloseTo(310, 0);
    },
  );

  it("follows the gateway's clock, by the exchange with the shortest round trip", () => {
    const frameAge = new FrameAge();
    frameAge.replied(1_000_000, 1_000_020, 1_000_510);
    frameAge.replied(1_001_000, 1_001_900, 1_001_100);
    expect(frameAge.ageMs(1_002_500, 1_002_040)).toBe(40);
  });

  it("follows clocks that drift apart, though the first exchange was the fastest", () => {
    const frameAge = new FrameAge();
    frameAge.replied(0, 5, 2);
    for (let s = 10; s < 3_600; s += 10) {
      const drift = s / 10;
      frameAge.replied(s * 1000, s * 1000 + 12, s * 1000 + 6 + drift);
      const age = frameAge.ageMs(s * 1000 + drift, s * 1000 + 40);
      if (s > 900) expect(Math.abs(age - 40)).toBeLessThan(20);
    }
  });

  it("shows a delay that grows without end", () => {
    const frameAge = new FrameAge();
    frameAge.ageMs(0, 7_000_000);
    let age = 0;
    for (let s = 1; s <= 120; s++) age = frameAge.ageMs(s * 1000, 7_000_000 + s * 1_200);
    expect(age).toBeGreaterThan(20_000);
  });

  it("forgives clocks that drift apart for a day", () => {
    const frameAge = new FrameAge();
    let age = 0;
    for (let s = 0; s <= 86_400; s += 10)
      age = frameAge.ageMs(s * 1000 - 60_000, s * 1000 * 1.00005);
    expect(age).toBeLessThan(50);
  });
});

describe("whether an age is known", () => {
  it("is a guess until the gateway has answered, and is then what it was all along", () => {
    const frameAge = new FrameAge();
    // Long on its way, and the first: it could as well be one by a wrong clock.
    expect(frameAge.ageMs(1_000_000, 1_001_500)).toBe(0);
    expect(frameAge.isKnown(1_001_500)).toBe(false);
    frameAge.replied(1_001_500, 1_001_510, 1_001_505);
    // By now the clocks are compared; whether the camera's agrees only a fresher picture can tell.
    expect(frameAge.isKnown(1_001_510)).toBe(false);
    expect(frameAge.ageMs(1_001_460, 1_001_520)).toBe(60);
    expect(frameAge.isKnown(1_001_520)).toBe(true);
    expect(frameAge.ageMs(1_000_000, 1_001_530)).toBe(1_530);
  });

  it("is known with the answer where the first picture was fresh", () => {
    const frameAge = new FrameAge();
    frameAge.ageMs(1_000_000, 1_000_040);
    expect(frameAge.isKnown(1_000_040)).toBe(false);
    frameAge.replied(1_000_000, 1_000_050, 1_000_025);
    expect(frameAge.isKnown(1_000_050)).toBe(true);
    frameAge.reset();
    expect(frameAge.isKnown(1_000_060)).toBe(false);
  });

  it.each(["a clock that is an hour off", "a gateway that never answers"])(
    "is taken as it is after three seconds of %s",
    (what) => {
      const frameAge = new FrameAge();
      if (what.startsWith("a clock")) frameAge.replied(0, 20, 10);
      for (let ms = 0; ms < 2_900; ms += 100) frameAge.ageMs(ms - 3_600_000, ms + 40);
      expect(frameAge.isKnown(2_900)).toBe(false);
      expect(frameAge.isKnown(3_100)).toBe(true);
    },
  );
});
