/** WebKit as Debian builds it: its small browser, driven as W3C's WebDriver says, on a screen that nobody sees. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { Builder, Key, type WebElement } from "selenium-webdriver";
import { artifact } from "./artifacts";
import { eventually } from "./eventually";
import { endWithUs, freePort, Program } from "./program";
import { WINDOW } from "./puppeteer_browser";
import { BrowserDied, type KeyName, type RealBrowser } from "./real_browser";

/** How long a page may take to load, and then any answer. */
const PAGE_MS = 30_000;
const ANSWER_MS = 2 * PAGE_MS;
const KEYS: Partial<Record<KeyName, string>> = { ArrowLeft: Key.ARROW_LEFT, Escape: Key.ESCAPE };

export async function openWebKit(): Promise<RealBrowser> {
  const screen = await openScreen();
  const port = await freePort();
  const path = artifact("WEBKIT_DRIVER_BIN");
  const env = { DISPLAY: screen.display };
  // A browser whose page has crashed does not end with its driver.
  const driver = new Program("webkit", path, [`--port=${port}`], env, true);
  const server = `http://127.0.0.1:${port}`;
  await eventually("WebKitWebDriver", async () => (await fetch(`${server}/status`)).ok);
  const session = await new Builder()
    .usingServer(server)
    .withCapabilities({ browserName: "MiniBrowser" })
    .build();
  await session.manage().window().setRect(WINDOW);
  // Five minutes otherwise: longer than any test has.
  await session.manage().setTimeouts({ pageLoad: PAGE_MS });
  const only = async (css: string) => {
    const found = await session.findElements({ css });
    if (!found[0] || found.length > 1) throw new Error(`${css} is there ${found.length} times`);
    return found[0];
  };
  const key = (name: KeyName) => KEYS[name] ?? name;
  return {
    open: async (url) => {
      await session.switchTo().defaultContent();
      await answered(session.get(url));
    },
    evaluate: <T>(expression: string) =>
      answered(session.executeScript<T>(`return (${expression})`)),
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
    screenshot: async () => Buffer.from(await answered(session.takeScreenshot()), "base64"),
    close: async () => {
      // One that has crashed has no session to end.
      await answered(session.quit()).catch(() => {});
      await driver.end();
      await screen.close();
    },
  };
}

/** What the driver answers, unless that is that there is no browser, or nothing. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new BrowserDied("WebKit does not answer")), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, silent]);
  } catch (error) {
    const gone = error instanceof Error && error.name === "NoSuchSessionError";
    throw gone ? new BrowserDied(error.message) : error;
  } finally {
    clearTimeout(late);
  }
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
