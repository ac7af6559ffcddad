/** What a test runs in a page of its own: parts of the client, and how it looks at pictures. */

import { random } from "../../bench/random";
import { jpegOf, readPicture } from "../../src/stream/intervals";
import { pack } from "../../src/stream/pack";
import { Rebuild } from "../../src/stream/rebuild";
import { Seams } from "../../src/stream/seams";
import { Smooth } from "../../src/stream/smooth_decoder";
import { readStamp } from "../../src/stream/stamp";

export { difference, inPlace, jpegOf, pack, Rebuild, readPicture, readStamp, worstSeam };

const decode = (jpeg: BlobPart) => createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));

/**
 * By how much of 255 a pixel differs at worst that is decoded of the packed intervals alone, whichever of
 * them changed, and whether the page itself sees no seams. `text` is a JPEG in Base64.
 */
async function worstSeam(text: string): Promise<{ worst: number; none: boolean }> {
  const picture = readPicture(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  if (!picture) throw new Error("no intervals");
  const { width, height } = picture.layout;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  // Without the rim, as `seams.ts` says.
  const pixels = () => context.getImageData(1, 1, width - 2, height - 2).data;
  const [seams, next] = [new Seams(), random(5)];
  let worst = 0;
  for (let round = 0; round < 6; round++) {
    const packed = pack(
      picture,
      [...picture.ends.keys()].filter(() => next() < 0.02),
    );
    if (!packed) throw new Error("not worth it");
    const [whole, parts] = await Promise.all([decode(jpegOf(picture)), decode(packed.jpeg)]);
    context.drawImage(whole, 0, 0);
    const truth = pixels();
    context.fillStyle = "#f0f";
    for (const { toX, toY, width, height } of packed.draws)
      context.fillRect(toX, toY, width, height);
    for (const { fromX, fromY, toX, toY, width, height } of packed.draws)
      context.drawImage(parts, fromX, fromY, width, height, toX, toY, width, height);
    worst = Math.max(worst, difference(truth, pixels()).worst);
    seams.compare(whole, parts, packed.draws);
  }
  return { worst, none: seams.none };
}

/**
 * How often the usual way is gone for twenty pictures once the other was tried, and by how much of 255 a pixel
 * differs then. `text` is a JPEG in Base64.
 */
async function inPlace(text: string): Promise<{ usual: number; worst: number }> {
  const jpeg = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  let usual = 0;
  const smooth = new Smooth(async () => {
    usual++;
    const source = await decode(jpeg);
    return { source, width: source.width, height: source.height, close: () => source.close() };
  });
  for (let before = -1; usual > before && usual < 200; ) {
    before = usual;
    (await smooth.decode(jpeg)).close();
  }
  usual = 0;
  const truth = await decode(jpeg);
  const context = new OffscreenCanvas(truth.width, truth.height).getContext("2d", {
    ...{ alpha: false, willReadFrequently: true },
  });
  if (!context) throw new Error("no canvas");
  const pixelsOf = (source: CanvasImageSource) => {
    context.drawImage(source, 0, 0);
    return context.getImageData(0, 0, truth.width, truth.height).data;
  };
  const expected = pixelsOf(truth);
  let worst = 0;
  for (let shown = 0; shown < 20; shown++) {
    const picture = await smooth.decode(jpeg);
    worst = Math.max(worst, difference(expected, pixelsOf(picture.source as ImageBitmap)).worst);
    picture.close();
  }
  return { usual, worst };
}

/** Pixels that differ, the most that one channel does, and the sum of all squares. */
function difference(a: Uint8ClampedArray, b: Uint8ClampedArray) {
  let [others, worst, squares] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 4) {
    let most = 0;
    for (let channel = 0; channel < 3; channel++) {
      const off = Math.abs((a[at + channel] as number) - (b[at + channel] as number));
      most = Math.max(most, off);
      squares += off * off;
    }
    if (most > 0) others++;
    worst = Math.max(worst, most);
  }
  return { others, worst, squares };
}
