/** Tests only: pictures with restart intervals that change where a test says, and deltas between them. */

import { applyDelta, type DeltaFault } from "./delta";
import { intervalBytes, jpegOf, type Picture, readPicture } from "./intervals";

/** Deterministic, in [0, below). */
export function dice(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Roll = ReturnType<typeof dice>;

export class FakeScene {
  readonly intervals: Uint8Array[] = [];
  readonly #roll: Roll;
  readonly #header: (seq: number) => number[];

  /** `rows` rows of `columns` intervals, each of five MCUs of 16 × 16; none of it decodes. */
  constructor(columns: number, rows: number, roll: Roll, cut = 0) {
    this.#roll = roll;
    for (let nth = 0; nth < columns * rows; nth++) this.change(nth);
    const [width, height] = [columns * 80 - cut, rows * 16 - cut];
    const sizes = [height >> 8, height & 255, width >> 8, width & 255];
    const components = [3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    this.#header = (seq) => [
      ...[0xff, 0xd8, 0xff, 0xfe, 0, 56],
      ...[...stampText(seq)].map((c) => c.charCodeAt(0)),
      ...[0xff, 0xc0, 0, 17, 8, ...sizes, ...components],
      ...[0xff, 0xdd, 0, 4, 0, 5, 0xff, 0xda, 0, 4, 1, 2],
    ];
  }

  change(nth: number): void {
    const bytes: number[] = [nth & 0x7f];
    for (let left = 1 + this.#roll(9); left > 0; left--) {
      const byte = this.#roll(3) === 0 ? 0xff : this.#roll(255);
      bytes.push(byte, ...(byte === 0xff ? [0] : []));
    }
    this.intervals[nth] = Uint8Array.from(bytes);
  }

  jpeg(seq: number, after: number[] = []): Uint8Array<ArrayBuffer> {
    const bytes = this.#header(seq);
    for (const [nth, interval] of this.intervals.entries())
      bytes.push(...interval, 0xff, nth === this.intervals.length - 1 ? 0xd9 : 0xd0 | (nth & 7));
    return Uint8Array.from([...bytes, ...after]);
  }
}

function stampText(seq: number): string {
  const digits = (n: number, width: number) => String(n).padStart(width, "0");
  return `RERO1 run=00000001 seq=${digits(seq, 12)} t=${digits(1_790_000_000_000_000 + seq, 16)}`;
}

/** What a gateway sends that has both. */
export function deltaBetween(old: Uint8Array<ArrayBuffer>, jpeg: Uint8Array<ArrayBuffer>) {
  const [base, next] = [read(old), read(jpeg)];
  const patchAt = 6 + 23;
  const bitmap = new Uint8Array(Math.ceil(base.ends.length / 8));
  const rest: number[] = [];
  for (const nth of next.ends.keys()) {
    const bytes = intervalBytes(next, nth);
    if (`${bytes}` === `${intervalBytes(base, nth)}`) continue;
    bitmap[nth >> 3] = (bitmap[nth >> 3] as number) | (0x80 >> (nth & 7));
    rest.push(...bytes);
  }
  const head = new DataView(new ArrayBuffer(16));
  head.setUint16(0, 0x4801);
  head.setUint16(2, base.ends.length);
  head.setUint32(4, seqOf(old) % 2 ** 32);
  head.setUint16(8, base.header.length);
  head.setUint16(10, patchAt);
  head.setUint16(12, 31);
  const patch = jpeg.subarray(patchAt, patchAt + 31);
  return Uint8Array.from([...new Uint8Array(head.buffer), ...patch, ...bitmap, ...rest]);
}

const seqOf = (jpeg: Uint8Array) =>
  Number(String.fromCharCode(...jpeg.subarray(6 + 23, 6 + 23 + 12)));

export function read(jpeg: Uint8Array<ArrayBuffer>): Picture {
  const picture = readPicture(jpeg);
  if (!picture) throw new Error("no picture");
  return picture;
}

/** The picture, or the fault. */
export function applied(
  base: Uint8Array<ArrayBuffer>,
  delta: Uint8Array<ArrayBuffer>,
): Uint8Array | DeltaFault {
  const result = applyDelta(read(base), delta);
  return typeof result === "string" ? result : jpegOf(result.picture);
}
