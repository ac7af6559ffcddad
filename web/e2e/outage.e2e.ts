/** Everything that can go away: gateway, capture, network, the viewer. */

import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  FLOATING,
  figures,
  live,
  ONLY_VIDEOS_FLOAT,
  shownBarcode,
  withPage,
} from "./support/browser";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { audit, screenshot } from "./support/page_audit";
import { Stack } from "./support/stack";
import { Tabs } from "./support/tabs";

declare global {
  interface Window {
    trusts: string[];
  }
}

let stack: Stack;
let gateway: Gateway;
let link: Link;

beforeEach(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
  link = await Link.to(gateway.port);
});
afterEach(async () => {
  link?.close();
  await stack?.stop();
});

describe("a gateway that goes", () => {
  it.each(["SIGKILL", "SIGTERM"] as const)(
    "by %s with another one there: the picture stays, and goes on in 1.5 s",
    async (signal) => {
      const other = await stack.gateway();
      link.targets = [gateway.port, other.port];
      await withPage(link.url, async (page) => {
        await live(page);
        await sleep(1_000);
        void gateway.program.end(signal);
        const gap = await longestGap(page, 4_000);
        console.log(`${signal}: the picture stood for ${Math.round(gap)} ms`);
        expect(gateway.program.running).toBe(false);
        await live(page);
        // Three times the goal, for a machine that has other things to do.
        expect(gap).toBeLessThan(4_500);
      });
    },
  );

  it("alone: the last picture is greyed, the page counts down and comes back", async () => {
    await withPage(link.url, async (page) => {
      await live(page);
      await gateway.program.end("SIGKILL");
      await page.getByText("Connection lost").waitFor();
      expect(await shownBarcode(page)).not.toBeNull();
      expect(await page.locator(".stage").getAttribute("data-trust")).toBe("stale");
      await audit(page, "lost");
      // The card stays while it tries, so that a finger on its button does not miss.
      await page.getByRole("button", { name: "Try now" }).click();
      await page.getByText("Connection lost").waitFor();
      const again = await stack.gateway();
      link.targets = [again.port];
      await live(page, 20_000);
    });
  });
});

it("a capture that goes is named, and the picture comes back with it", async () => {
  await withPage(gateway.url, async (page) => {
    await live(page);
    const { quality } = await eventually("the first look at the link is over", async () => {
      const view = await figures(page);
      return view?.reason === "warming" ? null : view;
    });
    await stack.captures[0]?.end("SIGKILL");
    await page.getByRole("status").getByText("Camera offline").waitFor({ timeout: 10_000 });
    await audit(page, "camera-offline");
    await stack.capture({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
    await live(page);
    expect((await figures(page))?.quality).toBeGreaterThanOrEqual(quality - 15);
  });
});

it("NATS away is said of the gateway, not of the camera", async () => {
  await withPage(gateway.url, async (page) => {
    await live(page);
    await stack.endNats();
    await page.getByRole("status").getByText("Gateway cut off").waitFor({ timeout: 10_000 });
    await audit(page, "nats-away");
  });
});

it("a privacy switch that is on is said with a padlock, and off it is live again", async () => {
  await withPage(gateway.url, async (page) => {
    await live(page);
    await stack.privacy("on");
    await page.getByText("Privacy is on").waitFor();
    expect(await page.locator(".card .icon-lock").count()).toBe(1);
    await audit(page, "privacy");
    await stack.privacy("off");
    await live(page);
  });
});

it("a network that is cut: amber, grey with the reason, never live, and back", async () => {
  await withPage(link.url, async (page) => {
    await live(page);
    const trusts = await watchTrust(page);
    link.cut = true;
    await eventually("amber or later", async () => (await trusts()).length > 0);
    await screenshot(page, "old-desktop-light");
    await page.getByText("No new pictures").waitFor();
    // Both are shown, and the picture is never called live in between.
    expect(await trusts()).toEqual(["old", "stale"]);
    await screenshot(page, "stalled-desktop-light");
    link.cut = false;
    await live(page);
  });
});

describe("a page that is hidden", () => {
  let tabs: Tabs;
  let tab: string;
  const evaluate = <T>(expression: string) => tabs.evaluate<T>(tab, expression);
  const shown = () => evaluate<string>("document.querySelector('.stage')?.dataset.phase");
  const hide = async () => {
    await tabs.open("about:blank");
    // Twice the goal's two seconds, for a machine that has other things to do.
    await sleep(4_000);
  };
  /** Bytes that reach the browser in two seconds. */
  const cost = async () => {
    const before = link.bytes;
    await sleep(2_000);
    return link.bytes - before;
  };

  beforeEach(async () => {
    tabs = new Tabs();
    tab = await tabs.open(link.url);
    await eventually("a live picture", async () => (await shown()) === "live");
  });
  afterEach(() => tabs?.close());

  it("costs nothing within 2 s, and is live when seen again", async () => {
    await hide();
    expect(await cost()).toBe(0);
    await tabs.show(tab);
    await eventually("a live picture again", async () => (await shown()) === "live");
  });

  it.each([
    ["a window of its own", "0"],
    ["a video", ONLY_VIDEOS_FLOAT],
  ])(
    "goes on in picture in picture as %s, and costs nothing once that is closed",
    async (_, as) => {
      await evaluate(`void ${as}`);
      await evaluate("dispatchEvent(new KeyboardEvent('keydown', { key: 'p' }))");
      await eventually("picture in picture", () => evaluate<boolean>(`${FLOATING} != null`));
      await hide();
      expect(await cost()).toBeGreaterThan(0);
      await evaluate("document.exitPictureInPicture().catch(() => {})");
      await evaluate("window.documentPictureInPicture?.window?.close()");
      await eventually("a pause", async () => (await shown()) === "paused");
      // What was on its way when the connection ended may still arrive.
      await eventually("no more bytes", async () => (await cost()) === 0);
    },
  );
});

/** Records how the picture's trust changes from now on; the function gives the record so far. */
async function watchTrust(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const stage = document.querySelector<HTMLElement>(".stage");
    window.trusts = [];
    new MutationObserver(() => window.trusts.push(stage?.dataset.trust ?? "")).observe(
      stage as HTMLElement,
      { attributeFilter: ["data-trust"] },
    );
  });
  return () => page.evaluate(() => window.trusts);
}

/**
 * The longest time that one picture stood still in the next `ms`, and until it moves again. Fails
 * when there is no picture at all.
 */
async function longestGap(page: Page, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let [seq, since, longest, moves] = [-1, performance.now(), 0, false];
  while (performance.now() < end || !moves) {
    const code = await eventually("a picture", () => shownBarcode(page));
    const now = performance.now();
    moves = code.seq !== seq;
    if (moves) {
      longest = Math.max(longest, now - since);
      [seq, since] = [code.seq, now];
    }
  }
  return longest;
}
