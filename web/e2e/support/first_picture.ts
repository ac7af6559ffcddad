/** From the address to the first picture on the screen, with nothing of the page in the browser. */

import { withPage } from "./browser";
import { eventually, sleep } from "./eventually";

const BROWSER_STARTS_MS = 1_000;

/** Milliseconds, by the page's own clock, which begins with the navigation. */
export const firstPicture = (url: string): Promise<number> =>
  withPage("about:blank", async (page) => {
    await page.addInitScript(() => {
      const seen = (e: Event) => {
        if ((e as CustomEvent).detail.totals.drawn === 0) return;
        removeEventListener("rero-view", seen);
        // What was drawn by then is on the screen once the next frame of the page is made.
        requestAnimationFrame(() => {
          const made = new MessageChannel();
          made.port1.onmessage = () => Object.assign(window, { firstPictureAt: performance.now() });
          made.port2.postMessage(null);
        });
      };
      addEventListener("rero-view", seen);
    });
    // A browser that has only just started is busy with itself.
    await sleep(BROWSER_STARTS_MS);
    await page.goto(url);
    const at = () => page.evaluate<number>("window.firstPictureAt ?? null");
    const took = await eventually("a picture", at, 30_000);
    // Whether it is called by its right name is looked at elsewhere, on machines that are not this busy.
    await page.evaluate("window.lies = []");
    return took;
  });
