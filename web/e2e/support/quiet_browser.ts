/**
 * A Chromium to which nobody is connected while it is measured: a driver that listens has the browser hand it
 * every message of every socket, as text, and of a wall of pictures that is a good part of all its work.
 */

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { artifact } from "./artifacts";
import { removeProfile } from "./browser";
import { CHROMIUM_ARGS } from "./chromium_args";
import { eventually } from "./eventually";
import { Program } from "./program";

export interface Process {
  id: number;
  type: string;
}

export class QuietBrowser {
  readonly #program: Program;
  readonly #profile: string;

  private constructor() {
    this.#profile = mkdtempSync(join(tmpdir(), "rero-chromium-"));
    const own = ["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${this.#profile}`];
    this.#program = new Program("chromium", artifact("CHROMIUM_BIN"), [
      ...CHROMIUM_ARGS,
      ...own,
      "about:blank",
    ]);
  }

  /** With a page of this size in pixels. */
  static async open(url: string, width: number, height: number): Promise<QuietBrowser> {
    const browser = new QuietBrowser();
    try {
      await browser.visit(async (page, connected) => {
        await resize(page, connected, width, height);
        await page.goto(url);
      });
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Is connected for as long as `use` takes. */
  async visit<T>(use: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
    const port = await eventually(
      `a port (${this.#program.log})`,
      () =>
        readFileSync(join(this.#profile, "DevToolsActivePort"), "utf8").split("\n").at(0) || null,
    );
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    try {
      const page = browser.contexts()[0]?.pages()[0];
      if (!page) throw new Error("no page");
      return await use(page, browser);
    } finally {
      // Of a browser that was connected to this is the end of the connection.
      await browser.close();
    }
  }

  processes(): Promise<Process[]> {
    return this.visit(async (_, browser) => {
      const session = await browser.newBrowserCDPSession();
      return (await session.send("SystemInfo.getProcessInfo")).processInfo;
    });
  }

  async close(): Promise<void> {
    await this.#program.end();
    await removeProfile(this.#profile);
  }
}

/** The window's frame takes some of it. */
async function resize(page: Page, browser: Browser, width: number, height: number) {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send("Target.getTargets");
  const targetId = targetInfos.find(({ type }) => type === "page")?.targetId ?? "";
  const { windowId } = await session.send("Browser.getWindowForTarget", { targetId });
  const inner = () => page.evaluate(() => [innerWidth, innerHeight] as const);
  const ask = (bounds: { width: number; height: number }) =>
    session.send("Browser.setWindowBounds", { windowId, bounds });
  await ask({ width, height });
  const [x, y] = await eventually("a window", async () => {
    const [x, y] = await inner();
    return Math.abs(x - width) < 200 && Math.abs(y - height) < 200 ? ([x, y] as const) : null;
  });
  await ask({ width: 2 * width - x, height: 2 * height - y });
  await eventually(`${width} × ${height}`, async () => `${await inner()}` === `${[width, height]}`);
}
