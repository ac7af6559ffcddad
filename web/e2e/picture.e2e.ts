/** The picture itself: what is shown is what was sent, at the quality that the link carries. */

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStamp } from "../src/stream/stamp";
import { figures, live, shownBarcode, takeFigures, withPage } from "./support/browser";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { screenshot } from "./support/page_audit";
import { Stack } from "./support/stack";

/** A busy machine passes for a slow link, and the way up again takes its time. */
const BUSY_MS = 60_000;

let stack: Stack;
let gateway: Gateway;
let link: Link;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
  link = await Link.to(gateway.port);
});
afterAll(async () => {
  link?.close();
  await stack?.stop();
});

describe("the picture", () => {
  it("is the camera's, frame by frame, and fresh", async () => {
    await withPage(gateway.url, async (page) => {
      await live(page);
      const first = await eventually("a barcode", () => shownBarcode(page));
      await sleep(2_000);
      const second = await eventually("a barcode", () => shownBarcode(page));
      const fps = (second.seq - first.seq) / ((second.madeAt - first.madeAt) / 1000);
      expect(fps).toBeGreaterThan(20);
      expect(fps).toBeLessThan(36);
      await eventually("a picture that is fresh on screen", async () => {
        const asked = Date.now();
        const code = await shownBarcode(page);
        return code !== null && asked - code.madeAt < 500;
      });
      await eventually("30 fps", async () => ((await figures(page))?.fps ?? 0) > 30, 40_000);
      const age = async () => (await figures(page))?.ageMs ?? 999;
      await eventually("an age under 250 ms", async () => (await age()) < 250);
    });
  });

  it("is saved as it was received: the same frame, stamp and all", async () => {
    await withPage(gateway.url, async (page) => {
      await live(page);
      await sleep(500);
      await page.keyboard.press("k");
      await eventually("a pause", async () => (await figures(page))?.phase === "paused");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.keyboard.press("s"),
      ]);
      expect(download.suggestedFilename()).toMatch(
        /^camera_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.\d{3}\.jpg$/,
      );
      const jpeg = readFileSync(await download.path());
      const stamp = readStamp(jpeg);
      // What a worker drew last is on screen a moment later.
      const shown = await eventually("the saved picture on screen", async () => {
        const code = await shownBarcode(page);
        return code?.seq === stamp?.seq ? code : null;
      });
      expect(stamp?.capturedAtMs).toBeCloseTo(shown.madeAt, 1);
    });
  });

  it("of ten seconds ago can be looked at, and live again", async () => {
    await withPage(gateway.url, async (page) => {
      await live(page);
      await sleep(3_000);
      const before = await eventually("a barcode", () => shownBarcode(page));
      await page.keyboard.down("ArrowLeft");
      await sleep(1_500);
      await page.keyboard.up("ArrowLeft");
      // A step that was asked for before the key went up may still be drawn.
      const past = await eventually("the past, standing", async () => {
        const code = await shownBarcode(page);
        await sleep(300);
        const still = (await shownBarcode(page))?.seq === code?.seq;
        return still && code && code.seq < before.seq ? code : null;
      });
      await sleep(500);
      expect((await shownBarcode(page))?.seq).toBe(past.seq);
      await page.keyboard.press("Escape");
      await eventually("the present", async () => {
        const code = await shownBarcode(page);
        return code !== null && code.seq > before.seq + 50;
      });
    });
  });
});

describe("quality", () => {
  it("falls on a slow link, climbs again, on one connection and without a freeze", async () => {
    await withPage(link.url, async (page) => {
      link.rate = 0;
      link.delayMs = 20;
      await page.getByLabel("Quality").selectOption("95");
      await live(page);
      const quality = async () => (await figures(page))?.quality ?? 0;
      await eventually("95", async () => (await quality()) === 95);
      link.rate = (await rateOfAll(page)) * 0.5;
      await page.getByLabel("Quality").selectOption("auto");
      await eventually("a lower quality", async () => (await quality()) < 90, BUSY_MS);
      const fallen = await quality();
      link.rate = 0;
      await eventually("a higher quality", async () => (await quality()) > fallen, BUSY_MS);
      const totals = (await figures(page))?.totals;
      expect(totals?.received).toBeGreaterThan(200);
      const phases = new Set((await takeFigures(page)).map((v) => v.phase));
      expect(phases).not.toContain("waiting");
    });
  }, 120_000);

  it("of a link too slow for the cheapest stays there, and the page says so", async () => {
    link.rate = 0;
    // From the first picture on, or the rate would be partly that of a better one.
    await withPage(`${link.url}?stats=1&quality=30s4`, async (page) => {
      await live(page);
      link.rate = (await rateOfAll(page)) * 0.4;
      await page.getByLabel("Quality").selectOption("auto");
      await page
        .getByText(/Your connection carries \d+ of \d+ pictures/)
        .waitFor({ timeout: 20_000 });
      expect(await figures(page)).toMatchObject({ quality: 30, size: "quarter" });
      await screenshot(page, "slow-desktop-light");
      // The newest frame wins: few pictures, but no old ones, however long it lasts.
      await eventually(
        "a young picture",
        async () => ((await figures(page))?.ageMs ?? 9_999) < 700,
      );
      link.rate = 0;
    });
  });

  it("is chosen by hand, by key and by the address", async () => {
    await withPage(`${gateway.url}?quality=62`, async (page) => {
      await live(page);
      expect((await figures(page))?.quality).toBe(60);
      await page.keyboard.press(".");
      await eventually("65", async () => (await figures(page))?.quality === 65);
      await page.getByLabel("Quality").selectOption("40");
      await eventually("40", async () => (await figures(page))?.quality === 40);
      await page.locator("main").click({ position: { x: 300, y: 300 } });
      await page.keyboard.press("a");
      await eventually("automatic", async () => (await figures(page))?.auto === true);
    });
  });
});

/** Mb/s of all of the camera's pictures as they are now, be it that a busy machine takes fewer. */
async function rateOfAll(page: Page): Promise<number> {
  await sleep(1_500);
  const { kbps, shownFps, sourceFps } = await eventually("pictures", async () => {
    const view = await figures(page);
    return view && view.kbps > 0 && view.shownFps > 0 ? view : null;
  });
  return ((kbps / shownFps) * sourceFps) / 1_000;
}
