/** A picture that floats outside the page says the same of itself as the page does. */

import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FLOATING, live, ONLY_VIDEOS_FLOAT, withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;

beforeEach(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
});
afterEach(() => stack?.stop());

const float = async (page: Page) => {
  await live(page);
  await page.keyboard.press("p");
  await eventually("picture in picture", () => page.evaluate(`${FLOATING} != null`));
};

it("has the stage's marks where the browser gives a window", async () => {
  await withPage(gateway.url, async (page) => {
    await float(page);
    const floating = <T>(expression: string) =>
      page.evaluate<T>(`${FLOATING}.document.querySelector(".stage")${expression}`);
    expect(await floating(".dataset.trust")).toBe("live");
    expect(await floating(".querySelector('canvas').width")).toBe(640);
    await stack.captures[0]?.end("SIGKILL");
    await eventually("its mark", async () =>
      (await floating<string>(".textContent")).includes("Camera offline"),
    );
    expect(await floating(".dataset.trust")).toBe("stale");
    await page.keyboard.press("p");
    await eventually("its end", () => page.evaluate(`${FLOATING} == null`));
    expect(await page.locator(".stage canvas").count()).toBe(1);
  });
});

it("is greyed itself where it floats as a video, and clear again when it is live", async () => {
  await withPage(gateway.url, async (page) => {
    await page.evaluate(ONLY_VIDEOS_FLOAT);
    await float(page);
    expect(await strongestColour(page)).toBeGreaterThan(50);
    await stack.captures[0]?.end("SIGKILL");
    await eventually("a grey picture", async () => (await strongestColour(page)) < 5, 10_000);
    await stack.capture({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
    await live(page);
    await eventually("a clear picture", async () => (await strongestColour(page)) > 50);
  });
});

/** The largest difference between two of a pixel's colours on the canvas; 0 is a grey picture. */
const strongestColour = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const shown = document.querySelector("canvas") as HTMLCanvasElement;
    const copy = new OffscreenCanvas(64, 48);
    const context = copy.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.drawImage(shown, 0, 0, 64, 48);
    const { data } = context.getImageData(0, 0, 64, 48);
    let strongest = 0;
    for (let i = 0; i < data.length; i += 4) {
      const pixel = [...data.subarray(i, i + 3)];
      strongest = Math.max(strongest, Math.max(...pixel) - Math.min(...pixel));
    }
    return strongest;
  });
