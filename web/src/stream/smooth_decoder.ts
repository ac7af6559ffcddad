/**
 * Decodes by `ImageDecoder` with the pixels that the browser makes of the same JPEG elsewhere, where it can: it was
 * seen to, on a picture of this stream, before anything is shown that came this way.
 *
 * Of a JPEG whose end is known Chromium hands out its three planes, and whoever makes pixels of those does not
 * smooth colours. Of one that might go on it makes the pixels itself, as for a page. So it is given a stream that
 * never ends with all of the JPEG in it; the picture is whole all the same.
 */

import { type Decoded, drawable } from "./decoded";
import { inTime } from "./in_time";
import { differ } from "./seams";

export type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>;

/** The first pictures are not to wait for it. */
const TRY_WITH_NTH = 10;
/** A browser that waits for the end of the stream never answers. */
const ANSWER_WITHIN_MS = 1_000;
/** Rows that are compared at the top, in the middle and at the bottom. */
const ROWS = 32;

export class Smooth {
  readonly #elsewhere: (jpeg: Bytes) => Promise<Decoded>;
  #verdict: "unknown" | "same" | "other" = "unknown";
  #nth = 0;

  /** `elsewhere` is the way that every browser has. */
  constructor(elsewhere: (jpeg: Bytes) => Promise<Decoded>) {
    this.#elsewhere = elsewhere;
  }

  async decode(jpeg: Bytes): Promise<Decoded> {
    if (this.#verdict !== "same") {
      if (++this.#nth === TRY_WITH_NTH) void this.#try(jpeg);
      return this.#elsewhere(jpeg);
    }
    try {
      return await decodeStream(jpeg);
    } catch {
      const picture = await this.#elsewhere(jpeg);
      // A picture after all: this browser cannot do it.
      this.#verdict = "other";
      return picture;
    }
  }

  /** Beside what is shown. */
  async #try(jpeg: Bytes): Promise<void> {
    const canTry = typeof ImageDecoder === "function" && typeof OffscreenCanvas === "function";
    this.#verdict = canTry && (await this.#isSame(jpeg)) ? "same" : "other";
  }

  async #isSame(jpeg: Bytes): Promise<boolean> {
    const made: Decoded[] = [];
    try {
      for (const decode of [decodeStream, this.#elsewhere]) made.push(await decode(jpeg));
      const [one, other] = made as [Decoded, Decoded];
      const { width, height } = other;
      if (one.width !== width || one.height !== height) return false;
      const tops = [0, Math.max(0, (height - ROWS) >> 1), Math.max(0, height - ROWS)];
      return tops.every((top) => !differ(rowsOf(one, top), rowsOf(other, top)));
    } catch {
      return false;
    } finally {
      for (const picture of made) picture.close();
    }
  }
}

function rowsOf({ source, width, height }: Decoded, top: number): Uint8ClampedArray {
  const rows = Math.min(ROWS, height);
  const canvas = new OffscreenCanvas(width, rows);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(source as ImageBitmap, 0, -top);
  return context.getImageData(0, 0, width, rows).data;
}

async function decodeStream(jpeg: Bytes): Promise<Decoded> {
  const data = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (stream) => stream.enqueue(jpeg instanceof Uint8Array ? jpeg : new Uint8Array(jpeg)),
  });
  const decoder = new ImageDecoder({ data, type: "image/jpeg" });
  try {
    return drawable(await inTime(smoothed(decoder), ANSWER_WITHIN_MS));
  } finally {
    decoder.close();
  }
}

async function smoothed(decoder: ImageDecoder): Promise<ImageBitmap> {
  const { image, complete } = await decoder.decode({ completeFramesOnly: false });
  try {
    if (!complete || !/^(RGB|BGR)/.test(image.format ?? ""))
      throw new Error(`not the pixels of a whole picture: ${image.format}`);
    return await createImageBitmap(image);
  } finally {
    image.close();
  }
}
