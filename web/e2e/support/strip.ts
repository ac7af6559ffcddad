/** The strip with the barcode, off the picture on screen: read in any browser's page, judged here. */

import { type Barcode, readBarcode } from "./barcode";

interface Strip {
  width: number;
  height: number;
  /** R, G, B and A of each pixel, in base64. */
  text: string;
}

/** Runs in the page: of its first canvas only the strip at the bottom travels to the test; null where none is drawn. */
export function stripOfPage(): Strip | null {
  const shown = document.querySelector("canvas");
  if (!shown || shown.width < 64) return null;
  const copy = document.createElement("canvas");
  copy.width = shown.width;
  // As high as two rows of cells.
  copy.height = 2 * Math.floor(shown.width / 64);
  const context = copy.getContext("2d");
  context?.drawImage(shown, 0, copy.height - shown.height);
  const data = context?.getImageData(0, 0, copy.width, copy.height).data;
  if (!data) return null;
  let text = "";
  for (let i = 0; i < data.length; i += 8192)
    text += String.fromCharCode(...data.subarray(i, i + 8192));
  return { width: copy.width, height: copy.height, text: btoa(text) };
}

export const barcodeOf = (strip: Strip | null): Barcode | null =>
  strip && readBarcode(Buffer.from(strip.text, "base64"), strip.width, strip.height);
