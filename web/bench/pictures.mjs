/**
 * Makes pictures as heavy as a real camera's: 640 × 480, about 23 kB at quality 30, 53 kB at 80 and
 * 122 kB at 95. A test pattern is far lighter and would prove nothing about a slow link.
 *
 * Texture in five octaves that pans in a circle, with the grain of a sensor over it; two seconds'
 * worth that loops. Written as YUV4MPEG2, so that capture encodes every rung itself
 * (`CAPTURE_SOURCE=file:<path>`).
 */

import { closeSync, openSync, renameSync, writeSync } from "node:fs";

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 34;
const MARGIN = 48;
/** Cell size and amplitude of each octave of the texture. */
const OCTAVES = [
  [160, 60],
  [64, 36],
  [24, 22],
  [10, 22],
  [4, 25],
];
const GRAIN = 2.5;

/** A small seeded generator: the same pictures on every machine. */
function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Smooth noise: random values on a grid, blended between. */
function addOctave(plane, width, height, cell, amplitude, next) {
  const columns = Math.ceil(width / cell) + 2;
  const grid = Array.from({ length: columns * (Math.ceil(height / cell) + 2) }, () => next() - 0.5);
  const ease = (t) => t * t * (3 - 2 * t);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell);
    const v = ease((y % cell) / cell);
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / cell);
      const u = ease((x % cell) / cell);
      const at = row * columns + column;
      const top = grid[at] * (1 - u) + grid[at + 1] * u;
      const bottom = grid[at + columns] * (1 - u) + grid[at + columns + 1] * u;
      plane[y * width + x] += 2 * amplitude * (top * (1 - v) + bottom * v);
    }
  }
}

function texture(width, height, octaves, next) {
  const plane = new Float32Array(width * height).fill(128);
  for (const [cell, amplitude] of octaves) addOctave(plane, width, height, cell, amplitude, next);
  return plane;
}

/** Writes the film to `path` at `fps` frames a second. */
export function writeFilm(path, fps = 34) {
  const next = random(7);
  const wide = WIDTH + 2 * MARGIN;
  const luma = texture(wide, HEIGHT + 2 * MARGIN, OCTAVES, next);
  const slow = OCTAVES.slice(0, 3).map(([cell, amplitude]) => [cell / 2, amplitude * 0.7]);
  const chromaWide = wide / 2;
  const chroma = [1, 2].map(() => texture(chromaWide, HEIGHT / 2 + MARGIN, slow, next));
  // A table of grain is as good as a fresh draw for every pixel and a hundred times faster.
  const grain = Float32Array.from({ length: 8191 }, () => {
    const far = Math.sqrt(-2 * Math.log(next() + 1e-12));
    return GRAIN * far * Math.cos(2 * Math.PI * next());
  });
  const frame = Buffer.alloc((WIDTH * HEIGHT * 3) / 2);
  const cut = (plane, planeWidth, left, top, width, height, at, grainAt) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const noise = grainAt === null ? 0 : grain[(grainAt + y * width + x) % grain.length];
        const value = plane[(top + y) * planeWidth + left + x] + noise;
        frame[at + y * width + x] = Math.max(0, Math.min(255, Math.round(value)));
      }
  };
  // Under another name until whole: a run that was stopped leaves nothing that looks finished.
  const part = `${path}.part`;
  const file = openSync(part, "w");
  writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${fps}:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n`);
  for (let i = 0; i < FRAMES; i++) {
    const turn = (2 * Math.PI * i) / FRAMES;
    const left = 2 * Math.round((MARGIN / 2) * (1 + Math.cos(turn)) * 0.99);
    const top = 2 * Math.round((MARGIN / 2) * (1 + Math.sin(turn)) * 0.99);
    cut(luma, wide, left, top, WIDTH, HEIGHT, 0, Math.floor(next() * 8191));
    const size = (WIDTH * HEIGHT) / 4;
    for (const [n, plane] of chroma.entries())
      cut(plane, chromaWide, left / 2, top / 2, WIDTH / 2, HEIGHT / 2, size * (4 + n), null);
    writeSync(file, "FRAME\n");
    writeSync(file, frame);
  }
  closeSync(file);
  renameSync(part, path);
}
