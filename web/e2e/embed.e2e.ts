/**
 * The page in the frame of another site's: `localhost` and `127.0.0.1` are two sites, and both are as good as TLS to a
 * browser that is asked for a secure cookie.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FrameLocator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { hashOfLink } from "./support/share";
import { Stack } from "./support/stack";

const TOKEN = "a-token-of-the-test-of-frames";
const folder = mkdtempSync(join(tmpdir(), "rero-embed-"));
const key = join(folder, "key");
let portal: Server;
let portalUrl: string;
let stack: Stack;
let gateway: Gateway;
/** What the other site's page has in it. */
let frame = "";

beforeAll(async () => {
  writeFileSync(key, "a-key-of-the-test-of-the-frames-in-a-browser");
  portal = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html");
    answer.end(`<!doctype html><title>portal</title>${frame}`);
  });
  await new Promise<void>((listening) => portal.listen(0, "127.0.0.1", listening));
  portalUrl = `http://localhost:${(portal.address() as AddressInfo).port}`;
  const settings = {
    GATEWAY_AUTH_TOKEN: TOKEN,
    GATEWAY_LINK_KEY_FILE: key,
    GATEWAY_EMBED_ORIGINS: portalUrl,
  };
  [stack, gateway] = await Stack.start({}, settings);
});
afterAll(async () => {
  await stack?.stop();
  portal?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Our page at another site's, with `allow` given to the frame. */
async function framed(
  where: { behind?: string; allow?: string },
  use: (inside: FrameLocator, page: Page) => Promise<void>,
): Promise<void> {
  expect(new URL(gateway.url).hostname).not.toBe(new URL(portalUrl).hostname);
  const address = `${gateway.url}?embed=1${where.behind ?? ""}`;
  frame = `<iframe src="${address}" allow="${where.allow ?? ""}" width=640 height=400></iframe>`;
  await withPage(portalUrl, (page) => use(page.frameLocator("iframe"), page));
}

const phase = (inside: FrameLocator) => inside.locator(".stage").first().getAttribute("data-phase");

async function live(inside: FrameLocator): Promise<void> {
  await eventually("a live frame", async () => (await phase(inside)) === "live", 15_000);
}

it("lets in who gives the token there, and keeps the login for that site", async () => {
  await framed({}, async (inside, page) => {
    await inside.getByLabel("Access token").fill(TOKEN);
    await inside.getByRole("button", { name: "Watch" }).click();
    await live(inside);
    const cookies = await page.context().cookies(gateway.url);
    const [cookie] = cookies.filter(({ name }) => name.startsWith("rero_session"));
    expect(cookie).toMatchObject({ sameSite: "None", secure: true, httpOnly: true });
    await page.reload();
    await live(inside);
  });
});

it("lets in by a link", async () => {
  await framed({ behind: hashOfLink(key, gateway.url) }, async (inside) => live(inside));
});

it("says why where the browser keeps no login for it, instead of an empty form", async () => {
  await framed({}, async (inside, page) => {
    // A browser that keeps no cookies of frames at all.
    await page.context().route("**/api/login", async (route) => {
      const answer = await route.fetch();
      const headers = answer.headers();
      delete headers["set-cookie"];
      await route.fulfill({ status: 204, headers });
    });
    await inside.getByLabel("Access token").fill(TOKEN);
    await inside.getByRole("button", { name: "Watch" }).click();
    await inside.getByText("GATEWAY_EMBED_ORIGINS").waitFor();
    const alone = inside.getByRole("link", { name: "Open it on its own" });
    expect(await alone.getAttribute("target")).toBe("_blank");
  });
});

it("offers full screen only where the page around it allows that", async () => {
  for (const allow of ["", "fullscreen"]) {
    await framed({ allow }, async (inside) => {
      await inside.getByLabel("Access token").fill(TOKEN);
      await inside.getByRole("button", { name: "Watch" }).click();
      await live(inside);
      const offered = await inside.getByRole("button", { name: "Full screen" }).count();
      expect(offered, `allow="${allow}"`).toBe(allow === "" ? 0 : 1);
    });
  }
});
