/** The page around the picture: its keys, what it asks for, and where it is shown. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContextOptions, figures, live, takeFigures, withPage } from "./support/browser";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  [stack, gateway] = await Stack.start();
});
afterAll(() => stack?.stop());

const PHONE: ContextOptions = {
  viewport: { width: 390, height: 780 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};

it("a page whose thread stood still calls nothing live that is old by then", async () => {
  await withPage(gateway.url, async (page) => {
    await live(page);
    await page.evaluate(() => {
      window.views.length = 0;
      const until = performance.now() + 2_500;
      while (performance.now() < until);
    });
    const told = async () => (await takeFigures(page))[0] ?? null;
    const first = await eventually("what it says then", told);
    // What the worker said during the first moments; that the words go with it is looked at by `withPage`.
    expect(first.ageMs).toBeGreaterThan(1_500);
    await live(page);
  });
});

describe("the keyboard", () => {
  it("reaches every control, and each has a name", async () => {
    await withPage(gateway.url, async (page) => {
      await live(page);
      const names: string[] = [];
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press("Tab");
        const name = await page.evaluate(() => {
          const e = document.activeElement;
          return e === document.body
            ? ""
            : (e?.getAttribute("aria-label") ?? e?.textContent ?? "?");
        });
        if (name === "" || names.includes(name)) break;
        names.push(name);
      }
      expect(names).toEqual([
        "Pause",
        "Save this picture",
        "Look back",
        "Quality",
        "Stats",
        "More",
        "Full screen",
      ]);
    });
  });

  it("does what its list says", async () => {
    await withPage(gateway.url, async (page) => {
      await live(page);
      const stage = page.locator(".stage");
      const data = (name: string) => stage.getAttribute(`data-${name}`);
      await page.keyboard.press("r");
      await page.keyboard.press("m");
      await page.keyboard.press("c");
      expect([await data("turns"), await data("mirror"), await data("fit")]).toEqual([
        "1",
        "true",
        "cover",
      ]);
      await page.keyboard.press("i");
      await page.getByRole("region", { name: "Stream stats" }).waitFor();
      await page.keyboard.press(" ");
      await eventually("a pause", async () => (await figures(page))?.phase === "paused");
      await page.keyboard.press("k");
      await live(page);
      await page.keyboard.press("f");
      await eventually("full screen", async () => (await data("full")) === "true");
      await page.keyboard.press("f");
      await eventually("no full screen", async () => (await data("full")) === "false");
      // What was chosen is remembered.
      await page.reload();
      await live(page);
      expect([await data("turns"), await data("mirror"), await data("fit")]).toEqual([
        "1",
        "true",
        "cover",
      ]);
    });
  });
});

describe("the page", () => {
  it("asks no other host for anything, under a strict CSP", async () => {
    const hosts = new Set<string>();
    await withPage("about:blank", async (page, context) => {
      context.on("request", (request) => hosts.add(new URL(request.url()).host));
      const answer = await page.goto(gateway.url);
      await live(page);
      await page.keyboard.press("i");
      await sleep(1_000);
      const csp = answer?.headers()["content-security-policy"] ?? "";
      expect(csp).toContain("default-src");
      expect(csp).not.toContain("unsafe");
    });
    expect([...hosts]).toEqual([new URL(gateway.url).host]);
  });

  it("can be installed, and starts where it was installed from", async () => {
    await withPage(gateway.url, async (page, context) => {
      const session = await context.newCDPSession(page);
      const { data = "{}", errors, url } = await session.send("Page.getAppManifest");
      expect(errors).toEqual([]);
      const manifest = JSON.parse(data);
      expect(new URL(manifest.start_url, url).href).toBe(gateway.url);
      const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
      expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual([]);
      for (const { src, type } of manifest.icons) {
        const icon = await fetch(new URL(src, url));
        expect([icon.status, icon.headers.get("content-type")]).toEqual([200, type]);
      }
    });
  });

  it("can be a part of another page", async () => {
    await withPage(`${gateway.url}?embed=1`, async (page) => {
      await live(page);
      expect(await page.locator("header").count()).toBe(0);
      const box = await page.locator(".stage").boundingBox();
      expect(box).toEqual({ x: 0, y: 0, width: 1100, height: 760 });
    });
  });
});

describe("the page on a phone", () => {
  it("covers the screen on an iPhone, which gives full screen to videos only", async () => {
    await withPage(
      "about:blank",
      async (page) => {
        await page.addInitScript("delete Element.prototype.requestFullscreen");
        await page.goto(gateway.url);
        await live(page);
        await page.getByRole("button", { name: "Full screen" }).click();
        const box = () => page.locator(".stage").boundingBox();
        expect(await box()).toEqual({ x: 0, y: 0, width: 390, height: 780 });
        await page.getByRole("button", { name: "Leave full screen" }).click();
        expect((await box())?.y).toBeGreaterThan(40);
      },
      PHONE,
    );
  });

  it("has targets of 44 pixels and more", async () => {
    await withPage(
      gateway.url,
      async (page) => {
        await live(page);
        const small = await page.evaluate(() =>
          [...document.querySelectorAll("button, select, input")]
            .map((e) => ({ name: e.getAttribute("aria-label"), box: e.getBoundingClientRect() }))
            .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
            .map(({ name }) => name),
        );
        expect(small).toEqual([]);
      },
      PHONE,
    );
  });
});
