/**
 * The icons of the installed page, drawn and written as PNG at each build: phones take no SVG for them, and
 * a picture in the repository could not be reviewed. The same as `public/icon.svg`.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

/** Of the drawing, in its own units, as in the SVG. */
const SIDE = 32;
const CORNER = 8;
const PAGE = [0x0b, 0x0d, 0x10];
const RING = [0xe8, 0xea, 0xed];
const DOT = [0x34, 0xd3, 0x99];
/** In each direction; edges are as smooth. */
const SAMPLES = 4;

interface Icon {
  file: string;
  side: number;
  /** To the edge and without corners, with a margin that a phone may cut: it makes a form of its own. */
  maskable: boolean;
}

export const APP_ICONS: readonly Icon[] = [
  { file: "icon-192.png", side: 192, maskable: false },
  { file: "icon-512.png", side: 512, maskable: false },
  { file: "icon-maskable.png", side: 512, maskable: true },
  { file: "apple-touch-icon.png", side: 180, maskable: true },
];

export function writeAppIcons(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const icon of APP_ICONS) writeFileSync(join(directory, icon.file), png(icon));
}

/** R, G, B and A of a point in units of the drawing. */
function colour(x: number, y: number, maskable: boolean): readonly number[] {
  const middle = SIDE / 2;
  const far = Math.hypot(x - middle, y - middle) / (maskable ? 0.8 : 1);
  if (far <= 4) return [...DOT, 255];
  if (Math.abs(far - 9) <= 1.25) return [...RING, 255];
  const inset = (v: number) => Math.max(CORNER - v, v - (SIDE - CORNER), 0);
  const inside = maskable || Math.hypot(inset(x), inset(y)) <= CORNER;
  return [...PAGE, inside ? 255 : 0];
}

/** The mean of the points in a pixel. */
function pixel(column: number, row: number, { side, maskable }: Icon): number[] {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < SAMPLES ** 2; i++) {
    const at = (whole: number, part: number) => ((whole + (part + 0.5) / SAMPLES) * SIDE) / side;
    const found = colour(at(column, i % SAMPLES), at(row, Math.floor(i / SAMPLES)), maskable);
    for (const [n, value] of found.entries()) sum[n] = (sum[n] ?? 0) + value;
  }
  return sum.map((value) => Math.round(value / SAMPLES ** 2));
}

/** Source: PNG (Portable Network Graphics) Specification, 2nd edition, sections 5 and 11. */
function png(icon: Icon): Buffer {
  const { side } = icon;
  const rows = Buffer.alloc(side * (1 + 4 * side));
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      rows.set(pixel(column, row, icon), row * (1 + 4 * side) + 1 + 4 * column);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // Eight bits, colour with alpha; the usual compression and filters, not interlaced.
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(8 + body.length);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), 4 + body.length);
  return whole;
}
