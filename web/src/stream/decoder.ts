/**
 * JPEG bytes to a picture that can be drawn; when to decode what is `renderer.ts`'s.
 *
 * A blob is the way that every browser has, and the dearer one: its bytes go to the browser's main process
 * and come back from there. `ImageDecoder` takes them where they are. Its picture is taken out as pixels: to
 * draw it as it is, a browser without graphics hardware asks the page's thread each time whether it has got
 * some by now. For small pictures only, where this is what costs; a large one is decoded longer than it is
 * carried around. Only pages by TLS or of this machine have it, and Safari has not.
 */

/** A decode that takes longer will never end: the browser's graphics process is gone. */
const DECODE_TIMEOUT_MS = 3_000;
/** Pixels of so many pictures are kept to be used again: those of a wall. */
const MAX_SPARE = 16;

type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>;

/** Whoever gets one closes it. */
export interface Decoded {
  readonly source: ImageBitmap | ImageData;
  readonly width: number;
  readonly height: number;
  close(): void;
}

/** Pixels, as `ImageDecoder` gave them, and no picture of the browser's. */
export const isPixels = (source: Decoded["source"]): source is ImageData => "data" in source;

const spare: ImageData[] = [];
let worksInPlace = true;

/** The picture; rejects where there is none, also when the decoder never says so. */
export function decodeInTime(jpeg: Bytes, small: boolean): Promise<Decoded> {
  const inPlace = small && worksInPlace && typeof ImageDecoder === "function";
  const decoded = inPlace ? decodeInPlace(jpeg) : decodeBlob(jpeg);
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error("the decoder does not answer"));
    }, DECODE_TIMEOUT_MS);
    decoded.then(
      (picture) => {
        clearTimeout(timer);
        if (late) picture.close();
        else resolve(picture);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

async function decodeBlob(jpeg: Bytes): Promise<Decoded> {
  const source = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  return { source, width: source.width, height: source.height, close: () => source.close() };
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
