/** Two cameras: the list of them, the wall, and one alone, each with an address of its own. */

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FLOATING, live, withPage } from "./support/browser";
import type { CameraHost } from "./support/camera_host";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { Stack } from "./support/stack";

/** The page asks the gateway for its cameras every five seconds. */
const LIST_ASKS_MS = 6_000;

let stack: Stack;
let gateway: Gateway;
let yard: CameraHost;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
  yard = stack.cameraHost("yard");
  yard.says("idle");
  await eventually("that the gateway knows both", async () => {
    const { cameras } = await (await fetch(`${gateway.url}api/status`)).json();
    return cameras.length === 2;
  });
});
afterAll(async () => {
  await yard?.close(gateway);
  await stack?.stop();
});

/** The driver hears of a new address a moment after the page has it. */
const address = (page: Page, search: string) =>
  eventually(`${search} in the address`, () => new URL(page.url()).search === search);

it("each view has an address: Back, Esc and reload do what they do everywhere", async () => {
  await withPage(gateway.url, async (page) => {
    const entry = page.getByRole("button", { name: /^default/ });
    await entry.click();
    await live(page);
    await address(page, "?camera=default");
    // Live is said once the picture's age is known.
    await eventually("its title", async () => /^Live · default/.test(await page.title()));
    await page.reload();
    await live(page);
    await page.goBack();
    await entry.waitFor();
    await address(page, "");
    await page.getByRole("button", { name: "Show all side by side" }).click();
    await page.getByRole("button", { name: /^default, Live/ }).click();
    await live(page);
    await page.goBack();
    await address(page, "?wall=1");
    await page.keyboard.press("2");
    await page.getByText("Waking the camera").first().waitFor();
    await address(page, "?camera=yard");
    await page.keyboard.press("Escape");
    await entry.waitFor();
  });
});

it("a camera that was alone stays before who watches it when another one joins", async () => {
  const [ownStack, own] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
  try {
    await withPage(own.url, async (page) => {
      await live(page);
      await page.locator(".stage").evaluate((stage) => stage.setAttribute("data-same", ""));
      await ownStack.capture({ CAPTURE_CAMERA_ID: "yard" });
      await eventually("the way to the other", async () => {
        // It is asked seldom while one is watched.
        await page.evaluate(() => dispatchEvent(new Event("rero-ask-cameras")));
        return page.getByRole("button", { name: "All cameras" }).isVisible();
      });
      expect(await page.locator(".stage[data-same][data-phase=live]").count()).toBe(1);
      await address(page, "?camera=default");
      await page.getByRole("button", { name: "All cameras" }).click();
      await page.getByRole("button", { name: /^yard/ }).waitFor();
    });
  } finally {
    await ownStack.stop();
  }
});

it("a list whose gateway is gone says so, and tells again when it is back", async () => {
  const link = await Link.to(gateway.port);
  await withPage(link.url, async (page) => {
    const yards = page.getByRole("button", { name: /^yard/ });
    await yards.getByText("Sleeping").waitFor();
    link.cut = true;
    await page.getByText("Connection lost").waitFor();
    expect(await yards.getByText("Sleeping").count()).toBe(0);
    link.cut = false;
    await yards.getByText("Sleeping").waitFor();
    expect(await page.getByText("Connection lost").count()).toBe(0);
  });
  link.close();
});

it("the list shows a picture of what is on, and switches nothing on", async () => {
  await withPage(gateway.url, async (page) => {
    await page.getByRole("button", { name: /^default/ }).waitFor();
    expect(await page.getByRole("button", { name: /^yard/ }).textContent()).toContain("Sleeping");
    const watched = async () => {
      const { cameras } = await (await fetch(`${gateway.url}api/status`)).json();
      return cameras.some((c: { viewers: object }) => Object.keys(c.viewers).length > 0);
    };
    // Whoever watched before this test may still be leaving.
    await eventually("that nobody watches", async () => !(await watched()));
    await page.waitForTimeout(LIST_ASKS_MS);
    expect(await watched()).toBe(false);
  });
});

it("a camera that is watched alone asks for the others once, and then seldom", async () => {
  await withPage(`${gateway.url}?camera=default`, async (page) => {
    await live(page);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/status")) asked.push(request.url());
    });
    await page.waitForTimeout(LIST_ASKS_MS);
    expect(asked).toEqual([]);
  });
});

it("a name that no camera has is said to be unknown, and the real ones are offered", async () => {
  for (const name of ["nosuch", "Front_Door!"]) {
    await withPage(`${gateway.url}?camera=${name}`, async (page) => {
      await page.getByText(`No camera is called ${name}`).waitFor();
      await page.getByRole("button", { name: "default" }).click();
      await live(page);
    });
  }
});

it("full screen stays from one camera to the next, and ends with the list", async () => {
  await withPage(gateway.url, async (page) => {
    await page.getByRole("button", { name: /^default/ }).click();
    await live(page);
    const full = () => page.evaluate(() => document.fullscreenElement !== null);
    const box = () => page.locator(".stage").boundingBox();
    await page.keyboard.press("f");
    await eventually("full screen", full);
    const whole = await box();
    expect([whole?.x, whole?.y]).toEqual([0, 0]);
    await page.keyboard.press("2");
    await page.locator(".card").getByText("Waking the camera").waitFor();
    expect([await full(), await box()]).toEqual([true, whole]);
    await page.goBack();
    await live(page);
    expect([await full(), await box()]).toEqual([true, whole]);
    await page.goBack();
    await page.getByRole("button", { name: /^yard/ }).waitFor();
    await eventually("its end", async () => !(await full()));
  });
});

it("those that are chosen for the wall are remembered", async () => {
  await withPage(gateway.url, async (page) => {
    await page.getByLabel("On the wall: yard").check();
    await page.getByLabel("On the wall: default").check();
    await page.reload();
    await page.getByRole("button", { name: "Show 2 side by side" }).click();
    await eventually("two tiles", async () => (await page.locator(".tile").count()) === 2);
  });
});

it("one that floats in a window of its own lands when all cameras are shown", async () => {
  await withPage(`${gateway.url}?camera=default&camera=yard`, async (page) => {
    await page.getByRole("button", { name: /^default/ }).click();
    await live(page);
    await page.keyboard.press("p");
    const floats = () => page.evaluate(`${FLOATING} != null`);
    await eventually("picture in picture", floats);
    await page.getByRole("button", { name: "All cameras" }).click();
    await eventually("its end", async () => !(await floats()));
  });
});
