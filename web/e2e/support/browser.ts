/** A real Chromium, and what tests read from the page in it. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { View } from "../../src/stream/view_model";
import { artifact } from "./artifacts";
import type { Barcode } from "./barcode";
import { CHROMIUM_ARGS } from "./chromium_args";
import { eventually } from "./eventually";
import { barcodeOf, stripOfPage } from "./strip";

export type ContextOptions = NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>;

declare global {
  interface Window {
    views: View[];
    /** What was said of a picture that was older than it said. */
    lies: string[];
  }
}

/** Runs `use` with a fresh browser, and fails if the page had an error of its own. */
export async function withPage<T>(
  url: string,
  use: (page: Page, context: BrowserContext) => Promise<T>,
  options: ContextOptions = {},
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), "rero-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: artifact("CHROMIUM_BIN"),
    args: CHROMIUM_ARGS,
    viewport: { width: 1100, height: 760 },
    ...options,
  });
  const errors: string[] = [];
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      // Chromium reports as errors what it refuses for the page's CSP.
      if (/Content Security Policy/i.test(message.text())) errors.push(message.text());
    });
    await page.addInitScript(() => {
      window.views = [];
      window.lies = [];
      addEventListener("rero-view", (e) => {
        const taken = (e as CustomEvent<View>).detail.shownTakenAt;
        const ageMs = taken === null ? 0 : Date.now() - taken;
        const judge = () => {
          const says = [...document.querySelectorAll(".pill, .corner, output")];
          const text = says.map((said) => said.textContent).join(" | ");
          if (ageMs > 1_500 && /\blive\b|\bnow\b|(?<![\d.])0(\.0)? s\b/i.test(text))
            window.lies.push(`${text}: at an age of ${ageMs} ms`);
        };
        // Words and age are of one turn of the page's thread: everything that the view changes is drawn in it, and a
        // page whose thread stands still between two turns can say nothing.
        const later = (turns: number): void =>
          turns === 0 ? judge() : queueMicrotask(() => later(turns - 1));
        later(20);
        // With a minute's history in each of a thousand views a memory test would measure nothing else.
        window.views.push({ ...(e as CustomEvent<View>).detail, history: [] });
      });
    });
    await page.goto(url);
    const result = await use(page, context);
    // Camera and browser are on one machine here, with one clock, which the page itself does not rely on.
    const lies = await page.evaluate(() => window.lies ?? []).catch(() => []);
    if (lies.length > 0) throw new Error(`an old picture was called live: ${lies.join("; ")}`);
    if (errors.length > 0) throw new Error(`the page had errors: ${errors.join("; ")}`);
    return result;
  } finally {
    await context.close();
    await removeProfile(profile);
  }
}

/** A process of the browser may outlive it for a moment and still write there. */
export async function removeProfile(profile: string): Promise<void> {
  await eventually(`${profile} is removed`, () => {
    rmSync(profile, { recursive: true, force: true });
    return true;
  });
}

/** What the page's figures say now; null before the first. */
export const figures = (page: Page): Promise<View | null> =>
  page.evaluate(() => window.views.at(-1) ?? null);

/** All figures since this was last called. */
export const takeFigures = (page: Page): Promise<View[]> =>
  page.evaluate(() => window.views.splice(0));

const phase = (page: Page): Promise<string | null> =>
  page.locator(".stage").first().getAttribute("data-phase");

export async function live(page: Page, ms = 10_000): Promise<void> {
  await eventually("a live picture", async () => (await phase(page)) === "live", ms);
}

/** The barcode of the picture on the canvas; null where it shows none. */
export const shownBarcode = async (page: Page): Promise<Barcode | null> =>
  barcodeOf(await page.evaluate(stripOfPage));

/** What floats outside the page, as an expression for the page: a window, a video or nothing. */
export const FLOATING =
  "(document.pictureInPictureElement ?? window.documentPictureInPicture?.window)";

/** Makes the page's browser one that has no windows for pictures, only videos. */
export const ONLY_VIDEOS_FLOAT =
  "Object.defineProperty(window, 'documentPictureInPicture', { value: undefined })";

/** Megabytes of all of the browser's processes: decoded pictures and a worker's buffers are in no heap. */
export async function browserMegabytes(context: BrowserContext): Promise<number> {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error("no session with the browser");
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo
    .map(({ id }) => /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, "utf8")))
    .reduce((sum, found) => sum + Number(found?.[1] ?? 0) / 1000, 0);
}
