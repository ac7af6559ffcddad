/**
 * What decoding only what changed costs and saves, and whether it shows at the edges of an
 * interval, in a real browser. `E2E_JPEG=<path>` takes another JPEG with restart intervals than the pattern's.
 */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withPage } from "./support/browser";
import { script } from "./support/bundle";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;
let jpeg: Buffer | null = null;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "1280", CAPTURE_HEIGHT: "720" });
  const path = process.env.E2E_JPEG;
  if (path) jpeg = readFileSync(path);
  else
    stack.listen("frames.q80", (payload) => {
      jpeg ??= Buffer.from(payload);
    });
});
afterAll(() => stack?.stop());

interface Figures {
  share: number;
  draws: number;
  wholeMs: number;
  partsMs: number;
  /** The share of the drawn pixels that differ, by how much of 255 at worst, and all of it in dB. */
  others: number;
  worst: number;
  psnr: number;
}

/** Draws a blob of so large a share over the same frame, decoded whole. */
async function measure([text, share]: [string, number]): Promise<Figures> {
  const { difference, jpegOf, pack, readPicture } = window.parts;
  const picture = readPicture(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  if (!picture) throw new Error("no intervals");
  const { width, height, across, mcusPerInterval, intervals } = picture.layout;
  const columns = across / mcusPerInterval;
  const rows = intervals / columns;
  const [wide, high] = [Math.sqrt(share) * columns, Math.sqrt(share) * rows];
  const isIn = (at: number, size: number, all: number) => Math.abs(at + 0.5 - all / 2) < size / 2;
  const changed = [...picture.ends.keys()].filter(
    (nth) => isIn(nth % columns, wide, columns) && isIn(Math.floor(nth / columns), high, rows),
  );
  const packed = pack(picture, changed);
  if (!packed) throw new Error("not worth it");
  const decode = (bytes: BlobPart) => createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  const whole = async () => {
    const bitmap = await decode(jpegOf(picture));
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
  };
  const parts = async () => {
    const bitmap = await decode(packed.jpeg);
    for (const r of packed.draws)
      context.drawImage(
        bitmap,
        r.fromX,
        r.fromY,
        r.width,
        r.height,
        r.toX,
        r.toY,
        r.width,
        r.height,
      );
    bitmap.close();
  };
  const time = async (work: () => Promise<void>) => {
    const times: number[] = [];
    for (let round = 0; round < 40; round++) {
      const began = performance.now();
      await work();
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[10] as number;
  };
  const pixels = () => context.getImageData(0, 0, width, height).data;
  const wholeMs = await time(whole);
  const truth = pixels();
  const partsMs = await time(parts);
  const got = pixels();
  const drawn = (changed.length / intervals) * width * height;
  const { others, worst, squares } = difference(truth, got);
  return {
    ...{ share: changed.length / intervals, draws: packed.draws.length, wholeMs, partsMs },
    ...{ others: others / drawn, worst },
    psnr: 10 * Math.log10(255 ** 2 / (squares / (3 * drawn))),
  };
}

it("costs a fraction, and no pixel is another than decoded whole", async () => {
  const parts = await script();
  await withPage(`${gateway.url}?quality=80`, async (page) => {
    const frame = await eventually("a frame", () => jpeg);
    await page.evaluate(parts);
    for (const share of [0.02, 0.07, 0.15, 0.2]) {
      const f = await page.evaluate(measure, [frame.toString("base64"), share] as [string, number]);
      console.log(
        `${(100 * f.share).toFixed(1)} %, ${f.draws} draws: ${f.partsMs.toFixed(1)} ms, whole ${f.wholeMs.toFixed(1)} ms; ` +
          `${(100 * f.others).toFixed(1)} % of its pixels differ, at most ${f.worst} of 255, PSNR ${f.psnr.toFixed(1)} dB`,
      );
      expect(f.partsMs).toBeLessThan(f.wholeMs);
      expect(f.worst).toBe(0);
    }
  });
});
