/** Chromium and Firefox, each by the protocol that its maker builds in, so that no driver of theirs is needed. */

import puppeteer, { type Frame } from "puppeteer-core";
import { artifact } from "./artifacts";
import { CHROMIUM_ARGS } from "./chromium_args";
import type { RealBrowser } from "./real_browser";

/** As large as the window of the other browser (`webkit_browser.ts`). */
export const WINDOW = { width: 1100, height: 760 };

export const openChromium = () =>
  launch({ browser: "chrome", executablePath: artifact("CHROMIUM_BIN"), args: CHROMIUM_ARGS });

export const openFirefox = () =>
  launch({ browser: "firefox", executablePath: artifact("FIREFOX_BIN") });

async function launch(
  options: NonNullable<Parameters<typeof puppeteer.launch>[0]>,
): Promise<RealBrowser> {
  const browser = await puppeteer.launch({ headless: true, defaultViewport: WINDOW, ...options });
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  let frame: Frame = page.mainFrame();
  return {
    open: async (url) => {
      frame = page.mainFrame();
      await page.goto(url);
    },
    evaluate: async <T>(expression: string) => (await frame.evaluate(expression)) as T,
    press: (key) => page.keyboard.press(key),
    hold: (key) => page.keyboard.down(key),
    letGo: (key) => page.keyboard.up(key),
    click: (selector) => frame.click(selector),
    fill: async (selector, text) => {
      await frame.$eval(selector, (field) => (field as HTMLInputElement).select());
      await page.keyboard.type(text);
    },
    choose: async (selector, value) => void (await frame.select(selector, value)),
    enterFrame: async () => {
      const inner = page.frames()[1];
      if (!inner) throw new Error("the page has no frame");
      frame = inner;
    },
    screenshot: () => page.screenshot(),
    close: () => browser.close(),
  };
}
