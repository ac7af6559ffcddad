/** Every state of the page as people see it, light and dark, large and small, and as axe sees it. */

import { afterAll, beforeAll, it } from "vitest";
import { live, withPage } from "./support/browser";
import { sleep } from "./support/eventually";
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
      await second.getByText("Camera is full").waitFor();
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
        ["unreachable", "Camera not reached"],
        ["unauthorized", "Camera wants a login"],
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
    await audit(page, "wall");
    await page.getByRole("button", { name: /^default/ }).click();
    await page.getByRole("toolbar").waitFor({ state: "attached" });
    await live(page);
  });
});
