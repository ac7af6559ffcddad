/** A picture that is decoded: the browser's own, or its pixels. */

/** Whoever gets one closes it. */
export interface Decoded {
  readonly source: ImageBitmap | ImageData;
  readonly width: number;
  readonly height: number;
  close(): void;
}

/** Pixels, as `ImageDecoder` gave them, and no picture of the browser's. */
export const isPixels = (source: Decoded["source"]): source is ImageData => "data" in source;

export const drawable = (source: ImageBitmap): Decoded & { source: ImageBitmap } => {
  const { width, height } = source;
  return { source, width, height, close: () => source.close() };
};
