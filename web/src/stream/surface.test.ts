import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Decoded } from "./decoded";
import { Surface } from "./surface";

type Draw = [source: object, ...where: number[]];

/** A canvas that remembers what was drawn on it and how smoothly. */
function fakeCanvas() {
  const canvas = { width: 0, height: 0, draws: [] as Draw[], getContext: () => context };
  const context = {
    canvas,
    imageSmoothingQuality: "low",
    drawImage: (...draw: Draw) => canvas.draws.push(draw),
    putImageData: (...draw: Draw) => canvas.draws.push(draw),
  };
  return { canvas, context };
}

let small: ReturnType<typeof fakeCanvas>;
let visible: ReturnType<typeof fakeCanvas>;
let surface: Surface;
beforeEach(() => {
  [small, visible] = [fakeCanvas(), fakeCanvas()];
  vi.stubGlobal("OffscreenCanvas", function Offscreen() {
    return small.canvas;
  });
  surface = new Surface(visible.canvas as unknown as OffscreenCanvas);
});
afterEach(() => void vi.unstubAllGlobals());

const bitmap = (width: number, height: number): Decoded => {
  const source = { width, height } as ImageBitmap;
  return { source, width, height, close: () => {} };
};
const FULL = { width: 1280, height: 720 };
const shown = (width: number, height: number, cover = false) => ({ width, height, cover });
const size = () => [visible.canvas.width, visible.canvas.height];

describe("a picture smaller than it is shown", () => {
  it("is enlarged with the best smoothing to the pixels that it is shown on", () => {
    surface.fit(shown(472, 300), FULL);
    surface.drawWhole(bitmap(320, 180));
    expect(size()).toEqual([472, 266]);
    expect(visible.context.imageSmoothingQuality).toBe("high");
    expect(visible.canvas.draws[0]?.slice(1)).toEqual([0, 0, 472, 266]);
    expect(surface.picture).toEqual({ width: 320, height: 180 });
  });

  it("is never made larger than the camera's own", () => {
    surface.fit(shown(3840, 2160), FULL);
    surface.drawWhole(bitmap(320, 180));
    expect(size()).toEqual([1280, 720]);
  });

  it("fills what it is to fill", () => {
    surface.fit(shown(200, 360, true), FULL);
    surface.drawWhole(bitmap(320, 180));
    expect(size()).toEqual([640, 360]);
  });

  it("takes parts in its own size, and is then enlarged as a whole", () => {
    surface.fit(shown(640, 360), FULL);
    surface.drawWhole(bitmap(320, 180));
    expect(surface.holds({ width: 320, height: 180 })).toBe(true);
    const part = { fromX: 0, fromY: 0, toX: 32, toY: 16, width: 16, height: 8 };
    surface.drawParts(bitmap(64, 64), [part]);
    expect(small.canvas.draws.at(-1)?.slice(1)).toEqual([0, 0, 16, 8, 32, 16, 16, 8]);
    expect(visible.canvas.draws.at(-1)).toEqual([small.canvas, 0, 0, 640, 360]);
  });
});

describe("a picture as large as it is shown, or larger", () => {
  it.each([
    ["a little smaller", shown(330, 186)],
    ["larger", shown(160, 90)],
    ["of unknown place", null],
  ])("is drawn as it is: %s", (_, where) => {
    surface.fit(where, FULL);
    surface.drawWhole(bitmap(320, 180));
    expect(size()).toEqual([320, 180]);
    expect(visible.canvas.draws[0]?.slice(1)).toEqual([0, 0]);
  });
});

it("parts are refused where the picture is no longer held as they need it", () => {
  surface.drawWhole(bitmap(320, 180));
  expect(surface.holds({ width: 640, height: 360 })).toBe(false);
  expect(surface.holds({ width: 320, height: 180 })).toBe(true);
  // Shown larger from now on: the next one is to come whole.
  surface.fit(shown(640, 360), FULL);
  expect(surface.holds({ width: 320, height: 180 })).toBe(false);
});

describe("a picture that came as pixels", () => {
  const pixels = (width: number, height: number): Decoded => {
    const source = { width, height, data: new Uint8ClampedArray() } as unknown as ImageData;
    return { source, width, height, close: () => {} };
  };

  it("is put where it belongs, whole and in parts", () => {
    const whole = pixels(320, 180);
    surface.drawWhole(whole);
    const part = { fromX: 16, fromY: 8, toX: 32, toY: 48, width: 16, height: 8 };
    const parts = pixels(64, 64);
    surface.drawParts(parts, [part]);
    expect(visible.canvas.draws).toEqual([
      [whole.source, 0, 0],
      [parts.source, 16, 40, 16, 8, 16, 8],
    ]);
  });

  it("is enlarged as any other, by way of the canvas that holds it in its own size", () => {
    surface.fit(shown(640, 360), FULL);
    surface.drawWhole(pixels(320, 180));
    expect(small.canvas.draws.length).toBe(1);
    expect(visible.canvas.draws).toEqual([[small.canvas, 0, 0, 640, 360]]);
  });
});
