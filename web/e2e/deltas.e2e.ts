/** Deltas from a real gateway in a real browser: every frame is rebuilt as it was on the bus, and shown as it is. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { streamUrl } from "../src/stream/gateway_urls";
import { readStamp } from "../src/stream/stamp";
import { figures, live, withPage } from "./support/browser";
import { script } from "./support/bundle";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

/** `E2E_DELTA_FRAMES=10000` for a long run, `E2E_DELTA_SOURCE=file:…` of a camera's pictures. */
const FRAMES = Number(process.env.E2E_DELTA_FRAMES ?? 300);
const QUALITY = 80;

let stack: Stack;
let gateway: Gateway;
/** SHA-256 of each frame on the bus, by its number. */
const published = new Map<number, string>();

beforeAll(async () => {
  [stack, gateway] = await Stack.start({
    ...{ CAPTURE_WIDTH: "1280", CAPTURE_HEIGHT: "720", CAPTURE_HOLD: "auto" },
    CAPTURE_SOURCE: process.env.E2E_DELTA_SOURCE ?? "pattern",
  });
  stack.listen(`frames.q${QUALITY}`, (jpeg) => {
    const stamp = readStamp(jpeg);
    if (stamp) published.set(stamp.seq, createHash("sha256").update(jpeg).digest("hex"));
  });
});
afterAll(() => stack?.stop());

interface Rebuilt {
  seq: number;
  hash: string;
  delta: boolean;
}

/** Watches in the browser, slow by fits and starts, and hashes every frame that comes. */
function watch([url, frames]: [string, number]): Promise<{ rebuilt: Rebuilt[]; asked: number }> {
  const { Rebuild, readStamp } = window.parts;
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  let asked = 0;
  const rebuild = new Rebuild(() => asked++);
  const rebuilt: Promise<Rebuilt>[] = [];
  const hex = (bytes: ArrayBuffer) =>
    [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") return;
      const frame = rebuild.take(data);
      if (!frame) return;
      const jpeg = frame.jpeg();
      const seq = readStamp(new Uint8Array(jpeg))?.seq ?? -1;
      const digest = crypto.subtle.digest("SHA-256", jpeg);
      rebuilt.push(
        digest.then((hash) => ({
          seq,
          hash: hex(hash),
          delta: frame.bytes < frame.size,
        })),
      );
      // By fits and starts acks come late, and let frames pass by.
      const ack = () => socket.send(JSON.stringify({ type: "ack", seq }));
      if (seq % 60 < 25) setTimeout(ack, 250);
      else ack();
      if (rebuilt.length < frames) return;
      socket.onmessage = null;
      socket.close();
      resolve(Promise.all(rebuilt).then((all) => ({ rebuilt: all, asked })));
    };
  });
}

it(
  `${FRAMES} frames of a viewer that skips are, rebuilt, those on the bus`,
  async () => {
    const parts = await script();
    await withPage(`${gateway.url}missing`, async (page) => {
      await page.evaluate(parts);
      const url = streamUrl(gateway.url, { quality: QUALITY, size: "full" }, null, null);
      const { rebuilt, asked } = await page.evaluate(watch, [url, FRAMES] as [string, number]);
      await eventually("the last frame on the bus", () => published.has(rebuilt.at(-1)?.seq ?? -1));
      const wrong = rebuilt.filter(({ seq, hash }) => published.get(seq) !== hash);
      expect(wrong).toEqual([]);
      const deltas = rebuilt.filter(({ delta }) => delta).length;
      const first = rebuilt[0] as Rebuilt;
      const last = rebuilt.at(-1) as Rebuilt;
      const skipped = last.seq - first.seq + 1 - rebuilt.length;
      console.log(`${rebuilt.length} frames, ${deltas} of them deltas, ${skipped} skipped`);
      expect(asked).toBe(0);
      expect(skipped).toBeGreaterThan(FRAMES / 20);
      expect(deltas).toBeGreaterThan(FRAMES * 0.9);
    });
  },
  FRAMES * 200 + 60_000,
);

it("what is decoded alone is as decoded with the whole, pixel by pixel", async () => {
  const parts = await script();
  const snapshot = await fetch(`${gateway.url}snapshot.jpg?quality=${QUALITY}`);
  const jpeg = Buffer.from(await snapshot.arrayBuffer());
  await withPage(`${gateway.url}missing`, async (page) => {
    await page.evaluate(parts);
    const seen = await page.evaluate(
      (text) => window.parts.worstSeam(text),
      jpeg.toString("base64"),
    );
    expect(seen).toEqual({ worst: 0, none: true });
  });
});

it("pictures are decoded where their bytes are, and each pixel is as by way of a blob", async () => {
  const parts = await script();
  const snapshot = await fetch(`${gateway.url}snapshot.jpg?quality=${QUALITY}`);
  const jpeg = Buffer.from(await snapshot.arrayBuffer());
  await withPage(`${gateway.url}missing`, async (page) => {
    await page.evaluate(parts);
    const seen = await page.evaluate((text) => window.parts.inPlace(text), jpeg.toString("base64"));
    expect(seen).toEqual({ usual: 0, worst: 0 });
  });
});

it("what is saved of a stream of deltas is the frame on the bus, and the figures say what moved", async () => {
  await withPage(`${gateway.url}?quality=${QUALITY}&stats=1`, async (page) => {
    await live(page);
    await eventually("deltas", async () => ((await figures(page))?.moved ?? null) !== null);
    await sleep(1_500);
    const view = await figures(page);
    expect(view?.kbps).toBeLessThan((view?.wholeKbps ?? 0) * 0.7);
    expect(view?.moved).toBeLessThan(0.7);
    await page.getByText(/of \d+\.\d Mb\/s/).waitFor();
    for (let round = 0; round < 5; round++) {
      await sleep(300);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.keyboard.press("s"),
      ]);
      const jpeg = readFileSync(await download.path());
      const seq = readStamp(jpeg)?.seq ?? -1;
      await eventually("that frame on the bus", () => published.has(seq));
      expect(createHash("sha256").update(jpeg).digest("hex")).toBe(published.get(seq));
    }
  });
});
