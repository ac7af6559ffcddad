/**
 * A frame as what changed since the last one: taken apart, checked and applied. Pure; the layout is
 * in docs/protocol.md, byte by byte.
 *
 * Nothing is believed that could make this read or write out of bounds, loop, or take more memory
 * than the last frame and the delta have. Where anything is not as it should be there is no picture,
 * never a wrong one.
 */

import { intervalEnd, intervalLength, jpegOf, type Picture, readPicture } from "./intervals";
import { readStamp } from "./stamp";

const MAGIC = 0x48;
const VERSION = 1;
const HEAD_BYTES = 16;

/** Why a delta cannot be applied; the names are those of the Rust side. */
export type DeltaFault =
  | "NoDelta"
  | "Truncated"
  | "OtherBase"
  | "OtherHeader"
  | "OutOfBounds"
  | "Interval"
  | "Trailing";

export interface Applied {
  picture: Picture;
  /** The intervals that it brought, in their order; null where the header's tables changed with it. */
  changed: Uint16Array | null;
}

interface Parts {
  intervals: number;
  base: number;
  header: number;
  patchAt: number;
  patch: Uint8Array;
  bitmap: Uint8Array;
  /** The changed intervals. */
  rest: Uint8Array<ArrayBuffer>;
}

export const isDelta = (bytes: Uint8Array): boolean => bytes[0] === MAGIC;

/** `base` is never changed; the result shares with it, and with `delta`, what it does not have of its own. */
export function applyDelta(base: Picture, delta: Uint8Array<ArrayBuffer>): Applied | DeltaFault {
  const parts = takeApart(delta);
  if (typeof parts === "string") return parts;
  // Of a number of twelve digits the low 32 bits; shifts would take its sign.
  if (!base.stamp || base.stamp.seq % 2 ** 32 !== parts.base) return "OtherBase";
  if (parts.intervals !== base.ends.length || parts.header !== base.header.length)
    return "OtherHeader";
  const found = findIntervals(parts);
  if (typeof found === "string") return found;
  const picture = assemble(base, parts, found);
  const { patchAt, patch } = parts;
  if (isInComment(base.header, patchAt, patchAt + patch.length))
    return { picture, changed: found.changed };
  const anew = readPicture(jpegOf(picture));
  return anew ? { picture: anew, changed: null } : "OtherHeader";
}

function takeApart(delta: Uint8Array<ArrayBuffer>): Parts | DeltaFault {
  if (delta[0] !== MAGIC || delta[1] !== VERSION) return "NoDelta";
  if (delta.length < HEAD_BYTES) return "Truncated";
  const view = new DataView(delta.buffer, delta.byteOffset, delta.byteLength);
  const [intervals, header, patchAt] = [view.getUint16(2), view.getUint16(8), view.getUint16(10)];
  const length = view.getUint16(12);
  if (view.getUint16(14) !== 0 || intervals === 0 || patchAt + length > header)
    return "OutOfBounds";
  const bitmapAt = HEAD_BYTES + length;
  const restAt = bitmapAt + Math.ceil(intervals / 8);
  if (restAt > delta.length) return "Truncated";
  const bitmap = delta.subarray(bitmapAt, restAt);
  const unused = (8 - (intervals % 8)) % 8;
  if (((bitmap.at(-1) as number) & ((1 << unused) - 1)) !== 0) return "OutOfBounds";
  return {
    intervals,
    base: view.getUint32(4),
    header,
    patchAt,
    patch: delta.subarray(HEAD_BYTES, bitmapAt),
    bitmap,
    rest: delta.subarray(restAt),
  };
}

/** The changed intervals: their numbers, and where each one ends in `rest`. */
interface Found {
  changed: Uint16Array;
  ends: Uint32Array;
}

function findIntervals({ intervals, bitmap, rest }: Parts): Found | DeltaFault {
  const changed: number[] = [];
  for (let nth = 0; nth < intervals; nth++)
    if ((bitmap[nth >> 3] as number) & (0x80 >> (nth & 7))) changed.push(nth);
  const ends = new Uint32Array(changed.length);
  let at = 0;
  for (const [index, nth] of changed.entries()) {
    at = intervalEnd(rest, at, nth, intervals);
    if (at < 0) return "Interval";
    ends[index] = at;
  }
  return at === rest.length ? { changed: Uint16Array.from(changed), ends } : "Trailing";
}

/** The picture of old and new intervals. */
function assemble(base: Picture, { patch, patchAt, rest }: Parts, found: Found): Picture {
  const header = base.header.slice();
  header.set(patch, patchAt);
  const [sources, starts, ends] = [base.sources.slice(), base.starts.slice(), base.ends.slice()];
  let { length } = base;
  let start = 0;
  for (const [index, nth] of found.changed.entries()) {
    const end = found.ends[index] as number;
    length += end - start - intervalLength(base, nth);
    sources[nth] = rest;
    starts[nth] = start;
    ends[nth] = start = end;
  }
  return { header, stamp: readStamp(header), sources, starts, ends, length, layout: base.layout };
}

/** Whether these bytes of a header are the text of comments alone. */
function isInComment(jpeg: Uint8Array, from: number, until: number): boolean {
  for (let at = 2; at < from; ) {
    const end = at + 2 + (((jpeg[at + 2] as number) << 8) | (jpeg[at + 3] as number));
    if (from < end) return jpeg[at + 1] === 0xfe && from >= at + 4 && until <= end;
    at = end;
  }
  return from === until;
}
