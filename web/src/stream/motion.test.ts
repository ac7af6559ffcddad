import { describe, expect, it } from "vitest";
import { gauss, random } from "../../bench/random";
import { lumaOf, moved } from "./motion";

const grey = (points = 576) => new Uint8Array(points).fill(120);

describe("something moves", () => {
  it("when a few of the points change, as by a person far away", () => {
    const after = grey();
    after.set([150, 90], 300);
    expect(moved(grey(), after)).toBe(true);
  });

  it("not by the noise of a sensor, averaged over a hundred pixels", () => {
    const next = random(5);
    const noisy = () => grey().map((luma) => luma + gauss(next) * 1.5);
    for (let i = 0; i < 200; i++) expect(moved(noisy(), noisy())).toBe(false);
  });

  it("not by one point alone", () => {
    const after = grey();
    after[7] = 255;
    expect(moved(grey(), after)).toBe(false);
  });
});

it("brightness is mostly green", () => {
  expect([
    ...lumaOf(new Uint8ClampedArray([255, 0, 0, 255, 0, 255, 0, 255, 8, 8, 8, 255])),
  ]).toEqual([63, 159, 8]);
});
