/**
 * JPEGs as a film that plays everywhere: Motion JPEG in an AVI file, each frame byte for byte as it came.
 * Pure. An AVI counts frames at one rate; where one is missing on that grid an empty chunk stands, which
 * players read as the picture before it once more, so that a second in the film is a second.
 * Source: Microsoft, AVI RIFF File Reference; BITMAPINFOHEADER.
 */

export interface FilmFrame {
  jpeg: ArrayBuffer;
  /** Milliseconds of any clock. */
  at: number;
}

interface Size {
  width: number;
  height: number;
}

const HAS_INDEX = 0x10;
const KEY_FRAME = 0x10;
/** A chunk's name and length. */
const HEAD_BYTES = 8;
const INDEX_ENTRY_BYTES = 16;
/** Frames that came by fits and starts make no film faster than this. */
const MIN_GAP_MS = 5;
const USUAL_GAP_MS = 1000 / 34;

/** Of the size that most frames have; null where there is none. Frames are in order of time. */
export function writeAvi(frames: readonly FilmFrame[]): Uint8Array<ArrayBuffer> | null {
  const of = mostlyOf(frames);
  if (!of) return null;
  const gapMs = usualGap(of.frames);
  const chunks = onGrid(of.frames, gapMs);
  const bytes = chunks.reduce((sum, chunk) => sum + padded(chunk), 0);
  const largest = Math.max(...of.frames.map(({ jpeg }) => jpeg.byteLength));
  const header = headers({ ...of.size, frames: chunks.length, gapMs, largest });
  const movi = 4 + chunks.length * HEAD_BYTES + bytes;
  const index = chunks.length * INDEX_ENTRY_BYTES;
  const total = 12 + header.length + HEAD_BYTES + movi + HEAD_BYTES + index;
  const out = new Writer(total);
  out
    .text("RIFF")
    .u32(total - 8)
    .text("AVI ")
    .bytes(header);
  out.text("LIST").u32(movi).text("movi");
  for (const chunk of chunks)
    out
      .text("00dc")
      .u32(chunk?.byteLength ?? 0)
      .padded(chunk);
  out.text("idx1").u32(index);
  let at = 4;
  for (const chunk of chunks) {
    out
      .text("00dc")
      .u32(chunk ? KEY_FRAME : 0)
      .u32(at)
      .u32(chunk?.byteLength ?? 0);
    at += HEAD_BYTES + padded(chunk);
  }
  return out.done;
}

/** The frames of the size that most have: a film has one. */
function mostlyOf(frames: readonly FilmFrame[]): { size: Size; frames: FilmFrame[] } | null {
  const bySize = new Map<string, { size: Size; frames: FilmFrame[] }>();
  for (const frame of frames) {
    const size = jpegSize(new Uint8Array(frame.jpeg));
    if (!size) continue;
    const key = `${size.width}x${size.height}`;
    const same = bySize.get(key) ?? { size, frames: [] };
    same.frames.push(frame);
    bySize.set(key, same);
  }
  const all = [...bySize.values()];
  return all.sort((a, b) => b.frames.length - a.frames.length)[0] ?? null;
}

function usualGap(frames: readonly FilmFrame[]): number {
  const gaps = frames.slice(1).map(({ at }, i) => at - (frames[i]?.at ?? at));
  const median = gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? USUAL_GAP_MS;
  return Math.max(MIN_GAP_MS, median);
}

/** What stands at each place of the grid; null is the picture before it. */
function onGrid(frames: readonly FilmFrame[], gapMs: number): (ArrayBuffer | null)[] {
  const began = frames[0]?.at ?? 0;
  const chunks: (ArrayBuffer | null)[] = [];
  for (const { jpeg, at } of frames) {
    const place = Math.round((at - began) / gapMs);
    while (chunks.length < place) chunks.push(null);
    chunks.push(jpeg);
  }
  return chunks;
}

interface Film extends Size {
  frames: number;
  gapMs: number;
  largest: number;
}

/** The list of headers: of the file, of its one stream, and of that stream's pictures. */
function headers({ width, height, frames, gapMs, largest }: Film): Uint8Array {
  const out = new Writer(12 + 64 + 12 + 64 + 48);
  const us = Math.round(gapMs * 1000);
  out
    .text("LIST")
    .u32(out.size - 8)
    .text("hdrl");
  out
    .text("avih")
    .u32(56)
    .u32(us)
    .u32(Math.round((largest * 1000) / gapMs))
    .u32(0)
    .u32(HAS_INDEX);
  out.u32(frames).u32(0).u32(1).u32(largest).u32(width).u32(height).u32(0).u32(0).u32(0).u32(0);
  out
    .text("LIST")
    .u32(4 + 64 + 48)
    .text("strl");
  out.text("strh").u32(56).text("vids").text("MJPG").u32(0).u32(0).u32(0);
  // So many frames in so many millionths of a second.
  out.u32(us).u32(1_000_000).u32(0).u32(frames).u32(largest).u32(0xffff_ffff).u32(0);
  out.u16(0).u16(0).u16(width).u16(height);
  out.text("strf").u32(40).u32(40).u32(width).u32(height).u16(1).u16(24).text("MJPG");
  out
    .u32(3 * width * height)
    .u32(0)
    .u32(0)
    .u32(0)
    .u32(0);
  return out.done;
}

/** Width and height of a baseline JPEG; null where it is none. */
export function jpegSize(jpeg: Uint8Array): Size | null {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return null;
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at + 9 <= jpeg.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === 0xffc0) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xffda || marker < 0xff00) return null;
  }
  return null;
}

/** In a RIFF everything begins at an even place. */
const padded = (chunk: ArrayBuffer | null) => ((chunk?.byteLength ?? 0) + 1) & ~1;

class Writer {
  readonly done: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.done = new Uint8Array(size);
    this.#view = new DataView(this.done.buffer);
  }

  get size(): number {
    return this.done.length;
  }

  text(text: string): this {
    return this.bytes(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.done.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  padded(chunk: ArrayBuffer | null): this {
    if (chunk) this.bytes(new Uint8Array(chunk));
    this.#at = (this.#at + 1) & ~1;
    return this;
  }
}
