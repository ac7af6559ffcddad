/**
 * Makes pictures as heavy as a real camera's: 640 × 480, about 23 kB at quality 30, 53 kB at 80 and
 * 122 kB at 95. A test pattern is far lighter and would prove nothing about a slow link.
 *
 * Texture in five octaves that pans in a circle and loops, with the grain of a sensor over it.
 * Written as YUV4MPEG2, so that capture encodes every rung itself (`CAPTURE_SOURCE=file:<path>`).
 */

import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { gauss, random } from "./random";

export type Sides = readonly [width: number, height: number];

const USUAL_SIDES: Sides = [640, 480];
const LOOP_FRAMES = 34;
const PAN_MARGIN_PIXELS = 48;
/** Cell size and amplitude of each octave of the texture. */
export const OCTAVES: [cell: number, amplitude: number][] = [
  [160, 60],
  [64, 36],
  [24, 22],
  [10, 22],
  [4, 25],
];
const GRAIN_DEVIATION = 2.5;

/** Smooth noise: random values on a grid, blended between. */
function addOctave(
  plane: Float32Array,
  width: number,
  height: number,
  [cell, amplitude]: [number, number],
  next: () => number,
): void {
  const columns = Math.ceil(width / cell) + 2;
  const grid = Array.from({ length: columns * (Math.ceil(height / cell) + 2) }, () => next() - 0.5);
  const ease = (t: number) => t * t * (3 - 2 * t);
  const value = (at: number) => grid[at] ?? 0;
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell);
    const v = ease((y % cell) / cell);
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / cell);
      const u = ease((x % cell) / cell);
      const at = row * columns + column;
      const top = value(at) * (1 - u) + value(at + 1) * u;
      const bottom = value(at + columns) * (1 - u) + value(at + columns + 1) * u;
      const pixel = y * width + x;
      plane[pixel] = (plane[pixel] ?? 0) + 2 * amplitude * (top * (1 - v) + bottom * v);
    }
  }
}

export function texture(
  width: number,
  height: number,
  octaves: typeof OCTAVES,
  next: () => number,
) {
  const plane = new Float32Array(width * height).fill(128);
  for (const octave of octaves) addOctave(plane, width, height, octave, next);
  return plane;
}

/** Writes the film to `path` at `fps` frames a second. */
export function writeFilm(path: string, fps = 34, [width, height] = USUAL_SIDES): void {
  const next = random(7);
  const wide = width + 2 * PAN_MARGIN_PIXELS;
  const luma = texture(wide, height + 2 * PAN_MARGIN_PIXELS, OCTAVES, next);
  const slow = OCTAVES.slice(0, 3).map(([cell, amplitude]): [number, number] => [
    cell / 2,
    amplitude * 0.7,
  ]);
  const chroma = [1, 2].map(() => texture(wide / 2, height / 2 + PAN_MARGIN_PIXELS, slow, next));
  // A table of grain is as good as a fresh draw for every pixel and a hundred times faster.
  const grain = Float32Array.from({ length: 8191 }, () => GRAIN_DEVIATION * gauss(next));
  const frame = Buffer.alloc((width * height * 3) / 2);
  /** Cuts a window out of a plane into the frame; `grainAt` is where in the grain it begins. */
  const cut = (
    plane: { pixels: Float32Array; width: number; left: number; top: number },
    width: number,
    height: number,
    to: number,
    grainAt: number | null,
  ) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const pixel = plane.pixels[(plane.top + y) * plane.width + plane.left + x] ?? 0;
        const noise = grainAt === null ? 0 : (grain[(grainAt + y * width + x) % 8191] ?? 0);
        frame[to + y * width + x] = Math.max(0, Math.min(255, Math.round(pixel + noise)));
      }
  };
  // Under another name until whole: a run that was stopped leaves nothing that looks finished.
  const part = `${path}.part`;
  const file = openSync(part, "w");
  writeSync(file, `YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n`);
  for (let i = 0; i < LOOP_FRAMES; i++) {
    const turn = (2 * Math.PI * i) / LOOP_FRAMES;
    const left = 2 * Math.round((PAN_MARGIN_PIXELS / 2) * (1 + Math.cos(turn)) * 0.99);
    const top = 2 * Math.round((PAN_MARGIN_PIXELS / 2) * (1 + Math.sin(turn)) * 0.99);
    const window = { pixels: luma, width: wide, left, top };
    cut(window, width, height, 0, Math.floor(next() * 8191));
    for (const [n, pixels] of chroma.entries()) {
      const half = { pixels, width: wide / 2, left: left / 2, top: top / 2 };
      cut(half, width / 2, height / 2, (width * height * (4 + n)) / 4, null);
    }
    writeSync(file, "FRAME\n");
    writeSync(file, frame);
  }
  closeSync(file);
  renameSync(part, path);
}
