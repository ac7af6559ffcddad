/** A link in a real browser: it opens the page by itself, and the page goes when its time is over. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { artifact } from "./support/artifacts";
import { figures, live, withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

const folder = mkdtempSync(join(tmpdir(), "rero-link-"));
const key = join(folder, "key");
let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  writeFileSync(key, "a-key-of-the-test-of-the-links-in-a-browser");
  [stack, gateway] = await Stack.start({}, { GATEWAY_LINK_KEY_FILE: key });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function link(lifetime: string): string {
  const what = ["--camera", "default", "--for", lifetime, "--max-quality", "60"];
  const where = ["--link-key-file", key, "--url", gateway.url];
  return execFileSync(artifact("GATEWAY_BIN"), ["share", ...what, ...where], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

it("logs in by itself, leaves the address bar and offers no better quality", async () => {
  await withPage(link("1h"), async (page) => {
    await live(page);
    await eventually("an address without the link", () => page.url() === gateway.url);
    const offered = await page.getByLabel("Quality").locator("option").allTextContents();
    const qualities = offered.slice(1).map((words) => Number.parseInt(words, 10));
    expect(qualities.slice(0, 7)).toEqual([60, 55, 50, 45, 40, 35, 30]);
    // Of smaller sizes, too.
    expect(qualities.slice(7)).toEqual([60, 50, 40, 30, 60, 30]);
    expect((await figures(page))?.quality).toBeLessThanOrEqual(60);
    await page.reload();
    await live(page);
  });
});

it("ends with its time, and the page offers to log in", async () => {
  await withPage(link("6s"), async (page) => {
    await live(page);
    await page.getByText("Your time to watch is over").waitFor({ timeout: 10_000 });
    await page.getByLabel("Access token").fill(link("1h").split("#link=")[1] ?? "");
    await page.keyboard.press("Enter");
    await live(page);
  });
});

it("asks for the token where there is no link", async () => {
  await withPage(gateway.url, async (page) => {
    await page.getByLabel("Access token").waitFor();
    await eventually("a locked page", async () => (await page.getByText("Locked").count()) > 0);
  });
});
