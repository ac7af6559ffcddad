/**
 * Where the intervals of a JPEG stand: the MCUs between two restart markers, each coded for itself.
 * Pure; the same rules as in `crates/wire/src/delta/intervals.rs`, whose golden files are read here too.
 *
 * An interval is counted with the marker that ends it: RST0 to RST7 in turn, after the last one EOI
 * and whatever follows.
 */

import { readStamp, type Stamp } from "./stamp";

const MARKER = 0xff;
const STUFFING = 0x00;
const EOI = 0xd9;
const MOST = 0xffff;

/** How the picture is laid out in MCUs, and where its header says so. */
export interface Layout {
  width: number;
  height: number;
  mcuWidth: number;
  mcuHeight: number;
  /** MCUs in a row. */
  across: number;
  mcusPerInterval: number;
  /** Where height and width stand, two bytes each. */
  sizeAt: number;
  intervals: number;
}

/**
 * A JPEG with its intervals, each where it came: a frame that came as a delta shares what did not change with
 * the frames before it, and is put together (`jpegOf`) only for who wants all of it.
 */
export interface Picture {
  /** The bytes before the first interval. */
  header: Uint8Array<ArrayBuffer>;
  /** What the header says of capture. */
  stamp: Stamp | null;
  /** Of each interval what holds its bytes, and from where up to where in there. Never changed. */
  sources: readonly Uint8Array<ArrayBuffer>[];
  starts: Uint32Array;
  ends: Uint32Array;
  /** Bytes of the JPEG. */
  length: number;
  layout: Layout;
}

/** Null for whatever a delta cannot be applied to: no picture, no intervals, a marker out of turn. */
export function readPicture(bytes: Uint8Array<ArrayBuffer>): Picture | null {
  const found = readHeader(bytes);
  if (!found) return null;
  const { layout } = found;
  const starts = new Uint32Array(layout.intervals);
  const ends = new Uint32Array(layout.intervals);
  let at = found.header;
  for (let nth = 0; nth < layout.intervals; nth++) {
    starts[nth] = at;
    at = intervalEnd(bytes, at, nth, layout.intervals);
    if (at < 0) return null;
    ends[nth] = at;
  }
  const header = bytes.subarray(0, found.header);
  const sources = new Array(layout.intervals).fill(bytes);
  return { header, stamp: readStamp(header), sources, starts, ends, length: bytes.length, layout };
}

export const intervalBytes = ({ sources, starts, ends }: Picture, nth: number) =>
  (sources[nth] as Uint8Array<ArrayBuffer>).subarray(starts[nth], ends[nth]);

export const intervalLength = ({ starts, ends }: Picture, nth: number): number =>
  (ends[nth] as number) - (starts[nth] as number);

/** All of it, byte for byte; anew each time. */
export function jpegOf(picture: Picture): Uint8Array<ArrayBuffer> {
  const { header, sources, starts, ends } = picture;
  const jpeg = new Uint8Array(picture.length);
  jpeg.set(header);
  let at = header.length;
  for (let nth = 0; nth < sources.length; ) {
    const source = sources[nth] as Uint8Array<ArrayBuffer>;
    const from = starts[nth] as number;
    let until = ends[nth++] as number;
    // What lies side by side is copied at once.
    for (; sources[nth] === source && starts[nth] === until; nth++) until = ends[nth] as number;
    jpeg.set(source.subarray(from, until), at);
    at += until - from;
  }
  return jpeg;
}

/** The same picture in bytes of its own, `jpegOf` of it: it keeps no other message in memory. */
export function inOnePiece(picture: Picture, jpeg: Uint8Array<ArrayBuffer>): Picture {
  const starts = new Uint32Array(picture.starts.length);
  const ends = new Uint32Array(starts.length);
  let at = picture.header.length;
  for (let nth = 0; nth < starts.length; nth++) {
    starts[nth] = at;
    at += intervalLength(picture, nth);
    ends[nth] = at;
  }
  const sources = new Array(starts.length).fill(jpeg);
  return { ...picture, header: jpeg.subarray(0, picture.header.length), sources, starts, ends };
}

/** Where interval `nth` of `count` ends that begins at `from`; -1 if none of that number stands there. */
export function intervalEnd(bytes: Uint8Array, from: number, nth: number, count: number): number {
  const last = nth === count - 1;
  let at = from;
  for (;;) {
    at = bytes.indexOf(MARKER, at);
    if (at < 0) return -1;
    const code = bytes[at + 1];
    if (code === STUFFING) at += 2;
    else if (last) return code === EOI ? bytes.length : -1;
    else return code === (0xd0 | (nth & 7)) ? at + 2 : -1;
  }
}

function readHeader(bytes: Uint8Array): { header: number; layout: Layout } | null {
  const u16 = (at: number) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (bytes[0] !== MARKER || bytes[1] !== 0xd8) return null;
  let at = 2;
  let frame: Omit<Layout, "mcusPerInterval" | "intervals"> | null = null;
  let mcusPerInterval = 0;
  while (at + 4 <= bytes.length && bytes[at] === MARKER) {
    const code = bytes[at + 1] as number;
    const end = at + 2 + u16(at + 2);
    if (end < at + 4 || end > bytes.length) return null;
    if (code === 0xc0 && !frame) {
      frame = readFrame(bytes.subarray(at + 4, end), at + 4);
      if (!frame) return null;
    } else if (code === 0xdd && mcusPerInterval === 0 && end === at + 6)
      mcusPerInterval = u16(at + 4);
    else if (code === 0xda) {
      if (!frame || mcusPerInterval === 0 || end > MOST) return null;
      const mcus = frame.across * Math.ceil(frame.height / frame.mcuHeight);
      const intervals = Math.ceil(mcus / mcusPerInterval);
      if (intervals === 0 || intervals > MOST) return null;
      return { header: end, layout: { ...frame, mcusPerInterval, intervals } };
    } else if (!isHarmless(code)) return null;
    at = end;
  }
  return null;
}

/** Tables, comments and what applications say; not another kind of picture. */
const isHarmless = (code: number) =>
  code === 0xc4 || code === 0xdb || code === 0xfe || (code >= 0xe0 && code <= 0xef);

/** `content` of SOF0, which stands at `at` of the JPEG. */
function readFrame(content: Uint8Array, at: number) {
  const components = content[5] ?? 0;
  if (components === 0 || content.length !== 6 + 3 * components) return null;
  const [h1, h0, w1, w0] = content.subarray(1) as unknown as [number, number, number, number];
  let [across, down] = [0, 0];
  for (let nth = 0; nth < components; nth++) {
    const factors = content[7 + 3 * nth] as number;
    across = Math.max(across, factors >> 4);
    down = Math.max(down, factors & 0x0f);
  }
  if (across === 0 || down === 0) return null;
  // One component alone is not interleaved: an MCU is a block.
  const [mcuWidth, mcuHeight] = components === 1 ? [8, 8] : [8 * across, 8 * down];
  const [width, height] = [(w1 << 8) | w0, (h1 << 8) | h0];
  return {
    width,
    height,
    mcuWidth,
    mcuHeight,
    across: Math.ceil(width / mcuWidth),
    sizeAt: at + 1,
  };
}
