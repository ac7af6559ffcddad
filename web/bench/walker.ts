/**
 * Makes the scene that deltas are for: a room that stands still, in which somebody of about 5 % of the
 * picture walks to and fro, seen by a sensor whose noise neighbours share, as demosaicing leaves it.
 *
 * Written as YUV4MPEG2, so that capture itself decides what stands still (`CAPTURE_SOURCE=file:<path>`,
 * `CAPTURE_HOLD=auto`). The walk ends where it began: the film can be played again and again.
 */

import { closeSync, openSync, renameSync, writeSync } from "node:fs";
import { OCTAVES, type Sides, texture } from "./film";
import { gauss, random } from "./random";

/** Three seconds, half of them back. */
const LOOP_FRAMES = 102;
const STEP_PIXELS = 4;
/** Of the picture; a third of this box is not the figure. */
const FIGURE = { width: 0.15, height: 0.47 };
const NOISE_DEVIATION = 2;
const CHROMA_NOISE = 0.7;
/** Where in its field of noise a frame begins is drawn by lot within so many pixels. */
const MARGIN_PIXELS = 64;
const FIELDS = 4;

interface Plane {
  pixels: Float32Array;
  width: number;
  height: number;
}

type Random = () => number;

const plane = (pixels: Float32Array, width: number): Plane => ({
  pixels,
  width,
  height: pixels.length / width,
});

/** Normal noise of which each point shares that of its neighbours, with the deviation 1. */
function noiseField(width: number, height: number, next: Random): Float32Array {
  let field = Float32Array.from({ length: width * height }, () => gauss(next));
  for (const step of [1, width]) {
    const from = field;
    field = from.map((centre, at) => {
      const near = (from[at - step] ?? 0) + (from[at + step] ?? 0);
      const far = (from[at - 2 * step] ?? 0) + (from[at + 2 * step] ?? 0);
      return 0.375 * centre + near / 4 + far / 16;
    });
  }
  const deviation = Math.sqrt(field.reduce((sum, value) => sum + value * value, 0) / field.length);
  return field.map((value) => value / deviation);
}

/** One plane of a frame: the room, the figure at (`x`, `y`) and noise of its own. */
function shoot(to: Buffer, room: Plane, figure: Plane, [x, y]: [number, number], noise: Noise) {
  const { pixels, width, height } = room;
  const field = noise.draw();
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [across, down] = [column - x, row - y];
      const value = isFigure(across / figure.width, down / figure.height)
        ? figure.pixels[down * figure.width + across]
        : pixels[row * width + column];
      const grain = noise.deviation * (field[row * noise.stride + column] as number);
      to[row * width + column] = Math.max(0, Math.min(255, Math.round((value as number) + grain)));
    }
}

/** A head on a body, in a box of 1 × 1. */
function isFigure(x: number, y: number): boolean {
  if (x < 0 || x >= 1 || y < 0 || y >= 1) return false;
  const head = ((x - 0.5) / 0.28) ** 2 + ((y - 0.16) / 0.16) ** 2;
  const body = ((x - 0.5) / 0.5) ** 2 + ((y - 0.95) / 0.66) ** 2;
  return head < 1 || body < 1;
}

class Noise {
  readonly stride: number;
  readonly deviation: number;
  readonly #fields: Float32Array[];
  readonly #next: Random;

  constructor([width, height]: Sides, deviation: number, next: Random) {
    this.stride = width + MARGIN_PIXELS;
    this.deviation = deviation;
    this.#next = next;
    const field = () => noiseField(this.stride, height + MARGIN_PIXELS, next);
    this.#fields = Array.from({ length: FIELDS }, field);
  }

  /** A field for one plane of one frame. */
  draw(): Float32Array {
    const below = (limit: number) => Math.floor(this.#next() * limit);
    const at = below(MARGIN_PIXELS) * this.stride + below(MARGIN_PIXELS);
    return (this.#fields[below(FIELDS)] as Float32Array).subarray(at);
  }
}

/** Writes the film to `path` at `fps` frames a second. */
export function writeWalker(path: string, fps = 34, [width, height]: Sides = [1280, 720]): void {
  const next = random(11);
  const [wide, high] = [width * FIGURE.width, height * FIGURE.height].map(
    (side) => 2 * Math.round(side / 2),
  ) as [number, number];
  const planes = [1, 2, 2].map((part, nth) => {
    const octaves = OCTAVES.slice(0, nth === 0 ? undefined : 3);
    const scaled = octaves.map(([cell, amplitude]): [number, number] => [cell / part, amplitude]);
    const surface = (w: number, h: number) =>
      plane(texture(w / part, h / part, scaled, next), w / part);
    const deviation = NOISE_DEVIATION * (nth === 0 ? 1 : CHROMA_NOISE);
    const noise = new Noise([width / part, height / part], deviation, next);
    return { part, room: surface(width, height), figure: surface(wide, high), noise };
  });
  const half = LOOP_FRAMES / 2;
  // Under another name until whole: a run that was stopped leaves nothing that looks finished.
  const unfinished = `${path}.part`;
  const file = openSync(unfinished, "w");
  writeSync(file, `YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n`);
  for (let nth = 0; nth < LOOP_FRAMES; nth++) {
    const steps = half - Math.abs(nth - half);
    const at = [0.3 * width + STEP_PIXELS * steps, 0.46 * height + 4 * Math.sin(nth / 2)];
    writeSync(file, "FRAME\n");
    for (const { part, room, figure, noise } of planes) {
      const [x, y] = at.map((place) => Math.round(place / 2) * (2 / part)) as [number, number];
      const bytes = Buffer.alloc(room.width * room.height);
      shoot(bytes, room, figure, [x, y], noise);
      writeSync(file, bytes);
    }
  }
  closeSync(file);
  renameSync(unfinished, path);
}
