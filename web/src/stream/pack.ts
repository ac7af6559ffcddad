/**
 * The changed intervals of a frame as a small JPEG of their own: one decode for all of them, one draw
 * for each group of neighbours. Pure.
 *
 * Tables and restart interval are the frame's, so that the pixels are; size and markers are new.
 * Decoders smooth chroma over the edges of an interval, one pixel deep: so each group, a rectangle, is
 * packed with the intervals around it and drawn one pixel larger, and every pixel that is drawn has the
 * neighbours that it has in the frame. (Only at the frame's own edges it may have one too many.)
 */

import { intervalBytes, intervalLength, type Picture } from "./intervals";
import { groupsOf, placeOnShelves, type Shelves } from "./shelves";

/** More draws than this cost more than they save. */
const MAX_DRAWS = 150;
/**
 * With what is packed around them; a larger share of the picture is decoded whole. In Chromium half of
 * the intervals in thirty draws still take three quarters of the time that the whole takes.
 */
const MAX_SHARE = 0.6;
/** How deep smoothing reaches. */
const SMOOTHED_PIXELS = 1;

/** A rectangle of the packed picture and where it belongs. */
export interface Draw {
  fromX: number;
  fromY: number;
  toX: number;
  toY: number;
  width: number;
  height: number;
}

export interface Packed {
  jpeg: Uint8Array<ArrayBuffer>;
  draws: Draw[];
}

/** `intervals` in their order; null where decoding the whole frame is cheaper or the only way. */
export function pack(picture: Picture, intervals: readonly number[]): Packed | null {
  const { layout } = picture;
  const columns = layout.across / layout.mcusPerInterval;
  const most = layout.intervals * MAX_SHARE;
  if (!Number.isInteger(columns) || intervals.length === 0 || intervals.length > most) return null;
  const groups = groupsOf(intervals, columns, MAX_DRAWS);
  const shelves = groups && placeOnShelves(groups, [columns, layout.intervals / columns], most);
  return shelves && { jpeg: write(picture, shelves), draws: drawsOf(picture, shelves) };
}

function drawsOf({ layout }: Picture, { places }: Shelves): Draw[] {
  const { width, height, mcuWidth, mcuHeight, mcusPerInterval } = layout;
  const wide = mcuWidth * mcusPerInterval;
  return places.map(({ column, row, group }) => {
    const left = Math.max(0, group.left * wide - SMOOTHED_PIXELS);
    const top = Math.max(0, group.top * mcuHeight - SMOOTHED_PIXELS);
    const right = Math.min(width, group.right * wide + SMOOTHED_PIXELS);
    const bottom = Math.min(height, group.bottom * mcuHeight + SMOOTHED_PIXELS);
    return {
      fromX: left + (column - group.left) * wide,
      fromY: top + (row - group.top) * mcuHeight,
      ...{ toX: left, toY: top, width: right - left, height: bottom - top },
    };
  });
}

function write(picture: Picture, { cells, columns }: Shelves): Uint8Array<ArrayBuffer> {
  const { header, layout } = picture;
  // What nobody sees is as short as anything there is.
  let filler = -1;
  for (const nth of cells)
    if (
      nth !== null &&
      (filler < 0 || intervalLength(picture, nth) < intervalLength(picture, filler))
    )
      filler = nth;
  let length = header.length;
  for (const nth of cells) length += intervalLength(picture, nth ?? filler);
  const jpeg = new Uint8Array(length);
  jpeg.set(header);
  const view = new DataView(jpeg.buffer);
  view.setUint16(layout.sizeAt, (cells.length / columns) * layout.mcuHeight);
  view.setUint16(layout.sizeAt + 2, columns * layout.mcusPerInterval * layout.mcuWidth);
  let at = header.length;
  for (const [index, cell] of cells.entries()) {
    const coded = codedBytes(picture, cell ?? filler);
    jpeg.set(coded, at);
    at += coded.length;
    jpeg[at++] = 0xff;
    jpeg[at++] = index === cells.length - 1 ? 0xd9 : 0xd0 | (index & 7);
  }
  return jpeg.subarray(0, at);
}

/** An interval without the marker behind it; behind the last one's more may follow. */
function codedBytes(picture: Picture, nth: number): Uint8Array<ArrayBuffer> {
  const bytes = intervalBytes(picture, nth);
  if (nth < picture.ends.length - 1) return bytes.subarray(0, -2);
  let at = bytes.indexOf(0xff);
  while (bytes[at + 1] === 0) at = bytes.indexOf(0xff, at + 2);
  return bytes.subarray(0, at);
}
