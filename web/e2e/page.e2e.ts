/** The page around the picture: keys, login, figures, accessibility, looks, weight. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifact } from "./support/artifacts";
import { type ContextOptions, figures, live, withPage } from "./support/browser";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { audit } from "./support/page_audit";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;
const TOKEN = "a-token-for-the-test";

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
describe("looks and accessibility", () => {
  it("live, with figures, menu, past, pause and help", async () => {
    await withPage(`${gateway.url}?stats=1`, async (page) => {
      await live(page);
      await sleep(2_000);
      await audit(page, "live");
      await page.getByRole("button", { name: "More" }).click();
      await audit(page, "menu");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Look back" }).click();
      await audit(page, "past");
      await page.getByRole("button", { name: "Back to live" }).click();
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByText("Paused").first().waitFor();
      await audit(page, "paused");
      await page.getByRole("button", { name: "Play" }).first().click();
      await live(page);
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await audit(page, "help");
    });
  });

  it("locked, until the token is right", async () => {
    const locked = await stack.gateway({ GATEWAY_AUTH_TOKEN: TOKEN });
    await withPage(locked.url, async (page) => {
      await page.getByLabel("Access token").fill("not the token");
      await page.getByRole("button", { name: "Watch" }).click();
      await page.getByText("This is not the token.").waitFor();
      await audit(page, "locked");
      await page.getByLabel("Access token").fill(TOKEN);
      await page.keyboard.press("Enter");
      await live(page);
    });
  });

  it("full, until somebody leaves", async () => {
    const small = await stack.gateway({ GATEWAY_MAX_VIEWERS: "1" });
    await withPage(small.url, async (first) => {
      await live(first);
      await withPage(small.url, async (second) => {
        await second.getByText("All seats are taken").waitFor();
        await audit(second, "full");
        await first.close();
        await live(second, 20_000);
      });
    });
  });

  it("a camera in trouble, each in words of its own", async () => {
    const host = stack.cameraHost("porch");
    try {
      host.says("error", "unplugged");
      await withPage(`${gateway.url}?camera=porch`, async (page) => {
        for (const [reason, words] of [
          ["unplugged", "Camera unplugged"],
          ["busy", "Camera in use"],
          ["permission", "Camera not allowed"],
          ["not_found", "No camera found"],
          ["stalled", "Camera stopped"],
          ["unsupported", "Camera not supported"],
          ["usb_bandwidth", "USB is full"],
        ] as const) {
          host.says("error", reason);
          await page.getByRole("status").getByText(words).waitFor({ timeout: 10_000 });
        }
        // A reason that this page has never heard of is told in its host's own words.
        host.says("error", "haunted", "There is a ghost in the lens.");
        await page.getByText("There is a ghost in the lens.").waitFor({ timeout: 10_000 });
        await audit(page, "camera-trouble");
      });
    } finally {
      await host.close(gateway);
    }
  });

  it("several cameras, one of them offline", async () => {
    await withPage(`${gateway.url}?camera=default&camera=yard`, async (page) => {
      await live(page);
      await page.getByText("Camera offline").waitFor();
      await audit(page, "grid");
      await page.getByRole("button", { name: /^default/ }).click();
      await page.getByRole("toolbar").waitFor({ state: "attached" });
      await live(page);
    });
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
        "Figures",
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
      await page.getByRole("region", { name: "Stream figures" }).waitFor();
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

  it("weighs no more than 90 kB, scripts and styles, as a browser loads it", () => {
    const folder = join(artifact("WEB_DIST"), "assets");
    const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
    const weigh = (names: string[]) =>
      names
        .map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length)
        .reduce((a, b) => a + b, 0);
    // The engine is there twice: in the worker, and for browsers without such workers.
    const twice = files.filter((name) => name.startsWith("engine-"));
    expect(twice.length).toBe(1);
    expect(weigh(files) - weigh(twice)).toBeLessThan(90_000);
  });

  it("can be a part of another page", async () => {
    await withPage(`${gateway.url}?embed=1`, async (page) => {
      await live(page);
      expect(await page.locator("header").count()).toBe(0);
      const box = await page.locator(".stage").boundingBox();
      expect(box).toEqual({ x: 0, y: 0, width: 1100, height: 760 });
    });
  });

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

  it("floats in a window of its own where the browser can", async () => {
    await withPage(gateway.url, async (page) => {
      await live(page);
      await page.locator("main").click({ position: { x: 300, y: 300 } });
      await page.keyboard.press("p");
      await eventually("picture in picture", () =>
        page.evaluate(() => document.pictureInPictureElement !== null),
      );
      await page.keyboard.press("p");
      await eventually("its end", () =>
        page.evaluate(() => document.pictureInPictureElement === null),
      );
    });
  });

  it("has targets of 44 pixels and more on a phone", async () => {
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
