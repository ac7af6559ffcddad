/**
 * The changed intervals of a frame as a small JPEG of their own: one decode for all of them, one draw
 * for each run of neighbours. Pure.
 *
 * Tables and restart interval are the frame's, so that the pixels are; size and markers are new. Runs
 * are laid into rows of as many intervals as fit best. What lies at an edge of the packed picture has
 * another neighbour than in the frame, which decoders that smooth chroma see one pixel deep
 * (`renderer.ts` mends that by whole decodes).
 */

import { intervalStart, type Picture } from "./intervals";

/** More draws than this cost more than they save. */
const MAX_RUNS = 150;
/** A larger share of the picture is decoded whole. */
const MAX_SHARE = 0.4;

/** A rectangle of the packed picture and where it belongs. */
export interface Run {
  fromX: number;
  fromY: number;
  toX: number;
  toY: number;
  width: number;
  height: number;
}

export interface Packed {
  jpeg: Uint8Array<ArrayBuffer>;
  runs: Run[];
}

/** `intervals` in their order; null where decoding the whole frame is cheaper or the only way. */
export function pack(picture: Picture, intervals: readonly number[]): Packed | null {
  const { layout } = picture;
  const { across, mcusPerInterval } = layout;
  const perRow = across / mcusPerInterval;
  const count = intervals.length;
  if (!Number.isInteger(perRow) || count === 0 || count > layout.intervals * MAX_SHARE) return null;
  // As many rows as the widest layout needs, and then no wider than those need.
  const columns = Math.ceil(count / Math.ceil(count / perRow));
  const runs = findRuns(picture, intervals, columns, perRow);
  if (runs.length > MAX_RUNS) return null;
  return { jpeg: write(picture, intervals, columns), runs };
}

function findRuns(
  { layout }: Picture,
  intervals: readonly number[],
  columns: number,
  perRow: number,
): Run[] {
  const { width, height, mcuHeight, mcuWidth, mcusPerInterval } = layout;
  const wide = mcuWidth * mcusPerInterval;
  const runs: Run[] = [];
  let before = -2;
  for (const [index, nth] of intervals.entries()) {
    const [column, toColumn] = [index % columns, nth % perRow];
    const last = runs.at(-1);
    const toX = toColumn * wide;
    if (last && nth === before + 1 && column > 0 && toColumn > 0)
      last.width = Math.min(last.width + wide, width - last.toX);
    else {
      const toY = Math.floor(nth / perRow) * mcuHeight;
      runs.push({
        fromX: column * wide,
        fromY: Math.floor(index / columns) * mcuHeight,
        toX,
        toY,
        width: Math.min(wide, width - toX),
        height: Math.min(mcuHeight, height - toY),
      });
    }
    before = nth;
  }
  return runs;
}

function write(picture: Picture, intervals: readonly number[], columns: number) {
  const { bytes, header, ends, layout } = picture;
  const rows = Math.ceil(intervals.length / columns);
  // The last row is filled with its last interval, as cheap as any to decode.
  const filler = Array<number>(rows * columns - intervals.length).fill(intervals.at(-1) as number);
  const all = [...intervals, ...filler];
  const length = (nth: number) => (ends[nth] as number) - intervalStart(picture, nth);
  const jpeg = new Uint8Array(header + all.reduce((sum, nth) => sum + length(nth), 0));
  jpeg.set(bytes.subarray(0, header));
  const view = new DataView(jpeg.buffer);
  view.setUint16(layout.sizeAt, rows * layout.mcuHeight);
  view.setUint16(layout.sizeAt + 2, columns * layout.mcusPerInterval * layout.mcuWidth);
  let at = header;
  for (const [index, nth] of all.entries()) {
    const until = codedEnd(picture, nth);
    const coded = bytes.subarray(intervalStart(picture, nth), until);
    jpeg.set(coded, at);
    at += coded.length;
    jpeg[at++] = 0xff;
    jpeg[at++] = index === all.length - 1 ? 0xd9 : 0xd0 | (index & 7);
  }
  return jpeg.subarray(0, at);
}

/** Where the marker behind an interval begins; behind the last one's more may follow. */
function codedEnd(picture: Picture, nth: number): number {
  const { bytes, ends } = picture;
  if (nth < ends.length - 1) return (ends[nth] as number) - 2;
  let at = bytes.indexOf(0xff, intervalStart(picture, nth));
  while (bytes[at + 1] === 0) at = bytes.indexOf(0xff, at + 2);
  return at;
}
