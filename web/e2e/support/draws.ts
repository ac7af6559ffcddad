/** When pictures are put on the canvas, which a worker draws: as a video of it shows them. */

import type { Page } from "playwright-core";

/** Notes each from now on, for `takeDraws`. */
export async function noteDraws(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const canvas = document.querySelector("canvas") as HTMLCanvasElement;
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = canvas.captureStream();
    const drawn: number[] = [];
    Object.assign(window, { drawn, watching: video });
    const note = (now: number) => {
      drawn.push(now);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    await video.play();
  });
}

/** All that were noted since this was last called, in milliseconds of the page's clock. */
export const takeDraws = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as { drawn: number[] }).drawn.splice(0));
