/** WebKit as Debian builds it: its small browser, driven as W3C's WebDriver says, on a screen that nobody sees. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { Builder, Key, type WebElement } from "selenium-webdriver";
import { artifact } from "./artifacts";
import { eventually } from "./eventually";
import { endWithUs, freePort, Program } from "./program";
import { WINDOW } from "./puppeteer_browser";
import type { KeyName, RealBrowser } from "./real_browser";

const KEYS: Partial<Record<KeyName, string>> = { ArrowLeft: Key.ARROW_LEFT, Escape: Key.ESCAPE };

export async function openWebKit(): Promise<RealBrowser> {
  const screen = await openScreen();
  const port = await freePort();
  const driver = new Program("webkit", artifact("WEBKIT_DRIVER_BIN"), [`--port=${port}`], {
    DISPLAY: screen.display,
  });
  const server = `http://127.0.0.1:${port}`;
  await eventually("WebKitWebDriver", async () => (await fetch(`${server}/status`)).ok);
  const session = await new Builder()
    .usingServer(server)
    .withCapabilities({ browserName: "MiniBrowser" })
    .build();
  await session.manage().window().setRect(WINDOW);
  const only = async (css: string) => {
    const found = await session.findElements({ css });
    if (!found[0] || found.length > 1) throw new Error(`${css} is there ${found.length} times`);
    return found[0];
  };
  const key = (name: KeyName) => KEYS[name] ?? name;
  return {
    open: async (url) => {
      await session.switchTo().defaultContent();
      await session.get(url);
    },
    evaluate: <T>(expression: string) => session.executeScript<T>(`return (${expression})`),
    press: (name) => session.actions().keyDown(key(name)).keyUp(key(name)).perform(),
    hold: (name) => session.actions().keyDown(key(name)).perform(),
    letGo: (name) => session.actions().keyUp(key(name)).perform(),
    click: async (selector) => (await only(selector)).click(),
    fill: async (selector, text) => {
      const field = await only(selector);
      await field.clear();
      await field.sendKeys(text);
    },
    choose: async (selector, value) => {
      // By the property: an option whose text is its value has no such attribute.
      const find = "[...document.querySelector(arguments[0]).options]";
      const script = `return ${find}.find((option) => option.value === arguments[1]) ?? null`;
      const option = await session.executeScript<WebElement | null>(script, selector, value);
      if (!option) throw new Error(`${selector} offers no ${value}`);
      await option.click();
    },
    enterFrame: () => session.switchTo().frame(0),
    screenshot: async () => Buffer.from(await session.takeScreenshot(), "base64"),
    close: async () => {
      // One that has crashed has no session to end.
      await session.quit().catch(() => {});
      await driver.end();
      await screen.close();
    },
  };
}

/** A screen in memory, under a number that the X server finds free. */
async function openScreen(): Promise<{ display: string; close: () => Promise<void> }> {
  const size = ["-screen", "0", "1280x1024x24"];
  const server = spawn(artifact("XVFB_BIN"), ["-displayfd", "3", ...size, "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  endWithUs(server);
  const gone = new Promise<void>((resolve) => server.on("close", () => resolve()));
  const told = new Promise<string>((resolve) =>
    (server.stdio[3] as Readable).once("data", (data: Buffer) => resolve(data.toString().trim())),
  );
  const number = await Promise.race([told, gone.then(() => null)]);
  if (number === null || !existsSync(`/tmp/.X11-unix/X${number}`)) throw new Error("no X server");
  return {
    display: `:${number}`,
    close: async () => {
      server.kill();
      await gone;
    },
  };
}
