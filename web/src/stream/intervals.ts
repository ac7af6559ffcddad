/**
 * Where the intervals of a JPEG stand: the MCUs between two restart markers, each coded for itself.
 * Pure; the same rules as in `crates/wire/src/delta/intervals.rs`, whose golden files are read here too.
 *
 * An interval is counted with the marker that ends it: RST0 to RST7 in turn, after the last one EOI
 * and whatever follows.
 */

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

/** A JPEG with its intervals. */
export interface Picture {
  bytes: Uint8Array<ArrayBuffer>;
  /** Bytes before the first interval. */
  header: number;
  /** Where each interval ends, from the first byte; the last at the end of all. */
  ends: Uint32Array;
  layout: Layout;
}

/** Null for whatever a delta cannot be applied to: no picture, no intervals, a marker out of turn. */
export function readPicture(bytes: Uint8Array<ArrayBuffer>): Picture | null {
  const found = readHeader(bytes);
  if (!found) return null;
  const { header, layout } = found;
  const ends = new Uint32Array(layout.intervals);
  let at = header;
  for (let nth = 0; nth < layout.intervals; nth++) {
    at = intervalEnd(bytes, at, nth, layout.intervals);
    if (at < 0) return null;
    ends[nth] = at;
  }
  return { bytes, header, ends, layout };
}

export const intervalStart = ({ header, ends }: Picture, nth: number): number =>
  nth === 0 ? header : (ends[nth - 1] as number);

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
