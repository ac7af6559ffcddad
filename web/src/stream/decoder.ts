/**
 * JPEG bytes to a picture that can be drawn; when to decode what is `renderer.ts`'s.
 *
 * A blob is the way that every browser has, and the dearer one: its bytes go to the browser's main process
 * and come back from there, and a worker stands still until they are registered. `ImageDecoder` takes them where
 * they are. Only pages by TLS or of this machine have it, and Safari has not.
 *
 * A small picture is seen at a glance: it is taken out as pixels, as the decoder gives it. Of any other the colours
 * are to be smoothed, which is `smooth_decoder.ts`'s.
 */

import { type Decoded, drawable } from "./decoded";
import { inTime } from "./in_time";
import { type Bytes, Smooth } from "./smooth_decoder";

/** A decode that takes longer will never end: the browser's graphics process is gone. */
const DECODE_TIMEOUT_MS = 3_000;
/** Pixels of so many pictures are kept to be used again: those of a wall. */
const MAX_SPARE = 16;

const spare: ImageData[] = [];
let worksInPlace = true;
const smooth = new Smooth(decodeBlob);

/** The picture; rejects where there is none, also when the decoder never says so. */
export function decodeInTime(jpeg: Bytes, small: boolean): Promise<Decoded> {
  const inPlace = small && worksInPlace && typeof ImageDecoder === "function";
  return inPlace ? inTime(decodeInPlace(jpeg), DECODE_TIMEOUT_MS) : smooth.decode(jpeg);
}

async function decodeBlob(jpeg: Bytes): Promise<Decoded> {
  const made = createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  return drawable(await inTime(made, DECODE_TIMEOUT_MS));
}

/** Where it fails with what is a picture by the other way, this browser has only half of it. */
async function decodeInPlace(jpeg: Bytes): Promise<Decoded> {
  try {
    return await decodePixels(jpeg);
  } catch {
    const decoded = await decodeBlob(jpeg);
    worksInPlace = false;
    return decoded;
  }
}

async function decodePixels(jpeg: Bytes): Promise<Decoded> {
  const decoder = new ImageDecoder({ data: jpeg, type: "image/jpeg" });
  try {
    const { image } = await decoder.decode();
    try {
      const { displayWidth: width, displayHeight: height } = image;
      const source = takeSpare(width, height) ?? new ImageData(width, height);
      await image.copyTo(source.data, { format: "RGBA" });
      const close = () => {
        if (spare.length < MAX_SPARE) spare.push(source);
      };
      return { source, width, height, close };
    } finally {
      image.close();
    }
  } finally {
    decoder.close();
  }
}

function takeSpare(width: number, height: number): ImageData | null {
  const last = spare.pop();
  if (!last || (last.width === width && last.height === height)) return last ?? null;
  // Others than of this size will not be wanted again.
  spare.length = 0;
  return null;
}
