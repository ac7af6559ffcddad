/** What people expect of a page they live with: its colours, a word when the camera goes, who else looks, the screen's turn. */

import { get } from "node:http";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { live, withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { audit } from "./support/page_audit";
import { Stack } from "./support/stack";
import { Tabs } from "./support/tabs";

const CAMERA = { CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480", CAPTURE_FPS: "10" };
/** The page looks every ten seconds, and a camera counts as away three seconds after its last word. */
const NOTICED_WITHIN_MS = 40_000;
/** Of all the scripts that the first picture takes, as they travel. */
const MOST_SCRIPT_BYTES = 45_000;

let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  [stack, gateway] = await Stack.start(CAMERA);
});
afterAll(() => stack?.stop());

describe("the colours", () => {
  const ground = (page: Page) =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const [LIGHT, DARK] = ["rgb(244, 245, 247)", "rgb(11, 13, 16)"];

  it("are the device's until others are chosen, which are remembered", async () => {
    await withPage(gateway.url, async (opened) => {
      await live(opened);
      await opened.emulateMedia({ colorScheme: "light" });
      expect(await ground(opened)).toBe(LIGHT);
      await opened.keyboard.press("b");
      expect(await ground(opened)).toBe(DARK);
      await opened.reload();
      await live(opened);
      expect(await ground(opened)).toBe(DARK);
      await opened.emulateMedia({ colorScheme: "dark" });
      await opened.keyboard.press("b");
      expect(await ground(opened)).toBe(LIGHT);
      const bars = await opened.evaluate(() =>
        [...document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")]
          .filter((meta) => matchMedia(meta.media).matches)
          .map((meta) => meta.content),
      );
      expect(bars).toEqual(["#f5f6f8"]);
      await opened.keyboard.press("b");
      expect(await ground(opened)).toBe(DARK);
    });
  });

  it("keep apart what must be told apart where the device forces its own or asks for contrast", async () => {
    await withPage(`${gateway.url}?stats=1`, async (opened) => {
      await live(opened);
      await opened.emulateMedia({ contrast: "more" });
      await audit(opened, "contrast");
      await opened.emulateMedia({ contrast: null, forcedColors: "active" });
      await audit(opened, "forced-colours");
      const button = opened.getByRole("button", { name: "Stats" });
      const colour = () => button.evaluate((e) => getComputedStyle(e).backgroundColor);
      const pressed = await colour();
      await button.click();
      await opened.mouse.move(0, 0);
      await eventually("another colour", async () => (await colour()) !== pressed);
    });
  });
});

describe("who watches", () => {
  it("is counted in the stats of the one and in the list of the other", async () => {
    await withPage(`${gateway.url}?stats=1`, async (one) => {
      await live(one);
      const row = one.getByRole("region", { name: "Stream stats" }).getByText("Watching here");
      await row.waitFor();
      const yard = stack.cameraHost("yard");
      yard.says("idle");
      // What a page shows without a name is decided by what the gateway knows then.
      await eventually("that the gateway knows both", async () => {
        const { cameras } = await (await fetch(`${gateway.url}api/status`)).json();
        return cameras.length === 2;
      });
      await withPage(gateway.url, async (other) => {
        await other.getByText("1 watching").waitFor();
      });
      await yard.close(gateway);
    });
  });
});

it("a phone's screen turns as the picture lies while it is full, and is let go after", async () => {
  await withPage(`${gateway.url}?camera=default`, async (page) => {
    await live(page);
    await page.evaluate(() => {
      const told: string[] = [];
      Object.assign(window, { told });
      Object.assign(ScreenOrientation.prototype, {
        lock: async (shape: string) => void told.push(shape),
        unlock: () => void told.push("free"),
      });
    });
    const told = () => page.evaluate("window.told.join()");
    await page.keyboard.press("f");
    await eventually("landscape", async () => (await told()) === "landscape");
    await page.keyboard.press("r");
    await eventually("portrait", async () => (await told()) === "landscape,free,portrait");
    await page.keyboard.press("f");
    await eventually("its end", async () => (await told()) === "landscape,free,portrait,free");
  });
});

it("who wished it hears in another tab that the camera goes off, and that it is back", async () => {
  const tabs = new Tabs();
  try {
    const tab = await tabs.open(`${gateway.url}?camera=default`);
    const evaluate = <T>(expression: string) => tabs.evaluate<T>(tab, expression);
    const phase = "document.querySelector('.stage')?.dataset.phase";
    await eventually("a picture", async () => (await evaluate(phase)) === "live");
    // A browser without a screen shows nobody anything: what the page hands to it is kept.
    await evaluate(`void (window.heard = [], window.Notification = class {
      static permission = "default";
      static async requestPermission() { return (this.permission = "granted"); }
      constructor(text) { window.heard.push(text); }
      close() {}
    })`);
    await evaluate("void dispatchEvent(new KeyboardEvent('keydown', { key: 'n' }))");
    const bell = "document.querySelector('[aria-keyshortcuts=N]').getAttribute('aria-pressed')";
    await eventually("that it is on", async () => (await evaluate(bell)) === "true");
    await tabs.open("about:blank");
    // As it is when the page is hidden is where it begins.
    const named = (one: { camera: string }) => one.camera === "default";
    const asked = async () => {
      const answer = await fetch(`${gateway.url}api/status`);
      return (await answer.json()).cameras.find(named)?.state;
    };
    await eventually("that nobody watches", async () => (await asked()) === "idle", 20_000);
    const heard = () => evaluate<string>("window.heard.join()");
    await stack.captures[0]?.end("SIGKILL");
    const off = "Camera default is off";
    await eventually(off, async () => (await heard()) === off, NOTICED_WITHIN_MS);
    await stack.capture(CAMERA);
    const back = `${off},Camera default is back`;
    await eventually(back, async () => (await heard()) === back, NOTICED_WITHIN_MS);
  } finally {
    await tabs.close();
  }
}, 120_000);

it("the scripts of a first picture are 45 kB on the wire", async () => {
  await withPage("about:blank", async (page, context) => {
    const asked = new Set<string>();
    context.on("request", (request) => {
      if (/\.js$/.test(new URL(request.url()).pathname)) asked.add(request.url());
    });
    await page.goto(`${gateway.url}?camera=default`);
    await live(page);
    const sizes = await Promise.all([...asked].map(bytesOnTheWire));
    const sum = sizes.reduce((total, size) => total + size, 0);
    console.log(`scripts on the wire: ${sizes.join(" + ")} = ${sum} bytes`);
    // The page's own, what it shares with its worker, and the worker.
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect(sum).toBeLessThan(MOST_SCRIPT_BYTES);
  });
});

/** As a browser asks that knows nothing better than gzip. */
const bytesOnTheWire = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = get(url, { headers: { "accept-encoding": "gzip" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (data: Buffer) => {
        bytes += data.length;
      });
      answer.on("end", () => resolve(bytes));
    });
    asked.on("error", reject);
  });
