/** Every main way of the page, written once and gone in Chromium, Firefox and WebKit. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readStamp } from "../src/stream/stamp";
import type { CameraHost } from "./support/camera_host";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { OtherSite } from "./support/other_site";
import { RESULTS } from "./support/program";
import { openChromium, openFirefox } from "./support/puppeteer_browser";
import { BrowserDied } from "./support/real_browser";
import { hashOfLink } from "./support/share";
import { Stack } from "./support/stack";
import { FRESH_MS, Visit } from "./support/visit";
import { openWebKit } from "./support/webkit_browser";

const BROWSERS = [
  ["Chromium", openChromium],
  ["Firefox", openFirefox],
  ["WebKit", openWebKit],
] as const;
const SCREENSHOTS = join(RESULTS, "screenshots");
const TOKEN = "a-token-for-those-who-may";
const LINK_KEY = join(tmpdir(), `rero-link-key-${process.pid}`);

let stack: Stack;
let gateway: Gateway;
let guarded: Gateway;
/** Asks for a token, and lets itself be shown by `site` under its foreign name. */
let embedded: Gateway;
let yard: CameraHost;
let site: OtherSite;

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  site = await OtherSite.open();
  // Three browsers on one machine draw them in software.
  const camera = { CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480", CAPTURE_FPS: "15" };
  [stack, gateway] = await Stack.start(camera, { GATEWAY_ALLOWED_ORIGINS: site.origin });
  guarded = await stack.gateway({ GATEWAY_AUTH_TOKEN: TOKEN });
  writeFileSync(LINK_KEY, "a-key-of-the-test-of-frames-in-three-browsers");
  embedded = await stack.gateway({
    GATEWAY_AUTH_TOKEN: TOKEN,
    GATEWAY_LINK_KEY_FILE: LINK_KEY,
    GATEWAY_EMBED_ORIGINS: site.foreign,
  });
  yard = stack.cameraHost("yard");
  yard.says("idle");
  await eventually("that the gateway knows both cameras", async () => {
    const { cameras } = await (await fetch(`${gateway.url}api/status`)).json();
    return cameras.length === 2;
  });
});
afterAll(async () => {
  site?.close();
  await yard?.close(gateway);
  await stack?.stop();
  rmSync(LINK_KEY, { force: true });
});

/** One camera at a quality that does not follow the link: what is read off the picture stays readable on a busy machine. */
const alone = (base: string) => `${base}?camera=default&quality=80`;

const lives = (visit: Visit) =>
  visit.browser.evaluate("true").then(
    () => true,
    () => false,
  );

describe.each(BROWSERS)("in %s", (name, openBrowser) => {
  let visit: Visit;
  beforeAll(async () => {
    visit = new Visit(await openBrowser());
  });
  afterEach(async ({ task }) => {
    const file = `${name} ${task.name.split(/[:,]/)[0]}`.replaceAll(/\W+/g, "-").toLowerCase();
    writeFileSync(join(SCREENSHOTS, `${file}.png`), await visit.browser.screenshot());
    expect(await visit.faults()).toEqual([]);
  });
  afterAll(() => visit?.browser.close());

  it.for(Object.entries(WAYS))("%s", async ([, go], { signal }) => {
    try {
      await go(visit);
    } catch (error) {
      // WebKitGTK's small browser has crashed on a busy machine; what fails in one that lives is the page's. Who has had
      // all the time there is begins nothing beside the next test.
      const died = error instanceof BrowserDied || !(await lives(visit));
      if (signal.aborted || !died) throw error;
      console.warn(`${name} has died and is started anew, once: ${error}`);
      await visit.browser.close();
      visit = new Visit(await openBrowser());
      await go(visit);
    }
  });
});

const WAYS: Record<string, (visit: Visit) => Promise<void>> = {
  "the picture is drawn, moves and is fresh": async (visit) => {
    await visit.open(alone(gateway.url));
    await visit.live();
    await visit.until("an age", async () => ((await visit.view())?.ageMs ?? FRESH_MS) < FRESH_MS);
  },

  "the past can be looked at, and live again": async (visit) => {
    const { browser } = visit;
    await visit.open(alone(gateway.url));
    await visit.live();
    await visit.until("two seconds", async () => ((await visit.view())?.rewindMs ?? 0) > 2_000);
    const before = await visit.until("a barcode", visit.shown);
    await browser.hold("ArrowLeft");
    // Before that one, not only behind the present, which goes on meanwhile.
    await visit.until("the way back", async () => {
      const { behindMs, shownTakenAt } = (await visit.view()) ?? {};
      return behindMs != null && shownTakenAt != null && shownTakenAt < before.madeAt - 200;
    });
    await browser.letGo("ArrowLeft");
    await visit.thereIs(".rewind");
    await visit.until("a picture of before", async () => {
      const code = await visit.shown();
      return code !== null && code.seq < before.seq;
    });
    await browser.press("Escape");
    await visit.live();
  },

  "the picture is saved as it was received": async (visit) => {
    const { browser } = visit;
    await visit.open(alone(gateway.url));
    await visit.live();
    await browser.press("k");
    await visit.thereIs(".stage[data-phase=paused]");
    await browser.press("s");
    const { head, name } = await visit.until("what is saved", visit.saved);
    expect(name).toMatch(/^default_.*\.jpg$/);
    const stamp = readStamp(Uint8Array.from(head));
    await visit.until("it on screen", async () => (await visit.shown())?.seq === stamp?.seq);
    await browser.press("k");
    await visit.live();
  },

  "the quality is chosen, on the connection that there is": async (visit) => {
    await visit.open(alone(gateway.url));
    await visit.live();
    for (const quality of [40, 80]) {
      await visit.browser.choose(".quality select", String(quality));
      const chosen = async () => (await visit.view())?.quality === quality;
      await visit.until(`quality ${quality}`, chosen);
      await visit.live();
    }
    expect(await visit.view()).toMatchObject({ attempt: 0, auto: false });
  },

  "the token is asked for, a wrong one is said to be, and the right one stays": async (visit) => {
    const { browser } = visit;
    await visit.open(alone(guarded.url));
    await visit.thereIs(".login input");
    await browser.fill(".login input", "not-the-token");
    await browser.click(".login button");
    await visit.says("This is not the token");
    await browser.fill(".login input", TOKEN);
    await browser.click(".login button");
    await visit.live();
    await visit.open(alone(guarded.url));
    await visit.live();
  },

  "the wall shows all cameras, and each leads to its own page": async (visit) => {
    const { browser } = visit;
    await visit.open(`${gateway.url}?camera=default&camera=yard`);
    await visit.thereIs(".tile:nth-of-type(2)");
    await visit.thereIs(".tile[data-phase=live] canvas");
    await browser.click(".tile[data-phase=live]");
    await visit.thereIs("main.stage[data-phase=live]");
    expect(await browser.evaluate("location.search")).toContain("?camera=default");
    await browser.choose(".quality select", "80");
    await visit.live();
  },

  "a page that nobody sees lets the camera go, and shows it again to who comes back": async (
    visit,
  ) => {
    await visit.open(alone(gateway.url));
    await visit.live();
    await visit.browser.evaluate(`void (${turn})(true)`);
    await visit.thereIs(".stage[data-phase=paused]");
    await visit.browser.evaluate(`void (${turn})(false)`);
    await visit.live();
  },

  "another site's page shows the picture alone in a frame": async (visit) => {
    const { browser } = visit;
    site.frames(`${alone(gateway.url)}&embed=1`);
    await browser.open(site.origin);
    await browser.enterFrame();
    await visit.listen();
    await visit.live();
    const box = "document.querySelector('.stage').getBoundingClientRect()";
    expect(await browser.evaluate(`[${box}.width, ${box}.height]`)).toEqual([640, 360]);
    expect(await browser.evaluate("document.querySelector('header') === null")).toBe(true);
  },

  "in another site's page a token lets in, or it is said why not": async (visit) => {
    await openFramed(visit);
    await visit.thereIs(".login input");
    // Drivers of Firefox and WebKit type into no frame of another site.
    const form = "document.querySelector('.login')";
    await visit.browser.evaluate(`void (${form}.token.value = ${JSON.stringify(TOKEN)})`);
    await visit.browser.evaluate(`void ${form}.requestSubmit()`);
    if (!(await isLetIn(visit))) return;
    // The browser keeps the login for that site.
    await openFramed(visit);
    await visit.live();
  },

  "in another site's page a link lets in, or it is said why not": async (visit) => {
    await openFramed(visit, hashOfLink(LINK_KEY, embedded.url));
    if (await isLetIn(visit)) await visit.live();
  },

  "a gateway that is killed is said to be gone, and the picture comes back with it": async (
    visit,
  ) => {
    const killed = await stack.gateway();
    const link = await Link.to(killed.port);
    try {
      await visit.open(alone(link.url));
      await visit.live();
      await killed.program.end("SIGKILL");
      await visit.says("Connection lost");
      await visit.thereIs(".stage[data-trust=stale]");
      expect(await visit.shown()).not.toBeNull();
      link.targets = [(await stack.gateway()).port];
      await visit.live();
    } finally {
      link.close();
    }
  },
};

async function openFramed({ browser, listen }: Visit, behind = ""): Promise<void> {
  site.frames(`${alone(embedded.url)}&embed=1${behind}`);
  await browser.open(site.foreign);
  await browser.enterFrame();
  await listen();
}

/**
 * Whether it shows the picture; else it has told its viewer which setting it takes, or https. WebKit takes no secure
 * cookie from an address without TLS, not even from this machine.
 */
async function isLetIn(visit: Visit): Promise<boolean> {
  const there = (selector: string) =>
    visit.browser.evaluate<boolean>(`document.querySelector(${JSON.stringify(selector)}) !== null`);
  const refused = "document.querySelector('.login [role=alert]')?.textContent ?? ''";
  const letIn = await visit.until("a picture, or words", async () => {
    if (await there(".stage[data-phase=live]")) return "yes";
    const said = await visit.browser.evaluate<string>(refused);
    return said.includes("GATEWAY_EMBED_ORIGINS") && "no";
  });
  console.info(`let in: ${letIn}`);
  return letIn === "yes";
}

/** Runs in the page: says that it is hidden, or is not. Drivers cannot hide a page in each of these browsers. */
function turn(hidden: boolean) {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
