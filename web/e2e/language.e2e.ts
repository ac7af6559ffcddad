/** The page in its reader's language, and out again for whoever signed in. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { live, withPage } from "./support/browser";
import type { Gateway } from "./support/gateway";
import { audit } from "./support/page_audit";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;
const TOKEN = "a-token-for-the-test";

beforeAll(async () => {
  [stack, gateway] = await Stack.start({}, { GATEWAY_AUTH_TOKEN: TOKEN });
});
afterAll(() => stack?.stop());

it("is German for whom the browser says so, from the login to the stats", async () => {
  await withPage(
    `${gateway.url}?stats=1`,
    async (page) => {
      await page.getByLabel("Zugangsschlüssel").fill(TOKEN);
      expect(await page.getAttribute("html", "lang")).toBe("de");
      await page.getByRole("button", { name: "Zusehen" }).click();
      await live(page);
      await page.getByRole("region", { name: "Statistik des Bildes" }).waitFor();
      await audit(page, "german");
    },
    { locale: "de-AT" },
  );
});

it("signs out by a button, and asks for the token again", async () => {
  await withPage(gateway.url, async (page) => {
    await page.getByLabel("Access token").fill(TOKEN);
    expect(await page.getAttribute("html", "lang")).toBe("en");
    await page.getByRole("button", { name: "Watch" }).click();
    await live(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Access token").waitFor();
    expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
  });
});

it("asks for the token in place of a list or a wall, also of somebody who was here before", async () => {
  await stack.capture({ CAPTURE_CAMERA_ID: "yard" });
  const entry = { name: /^yard/ };
  await withPage(`${gateway.url}?wall=1`, async (page) => {
    const signIn = async () => {
      await page.getByLabel("Access token").fill(TOKEN);
      await page.getByRole("button", { name: "Watch" }).click();
    };
    await signIn();
    await page.getByRole("button", { name: /^default, Live/ }).waitFor();
    await page.goto(gateway.url);
    await page.getByRole("button", entry).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Access token").waitFor();
    await audit(page, "locked-list");
    await signIn();
    await page.getByRole("button", entry).waitFor();
    // As when its time is over while the list is open.
    await page.context().clearCookies();
    await page.getByLabel("Access token").waitFor();
    await page.goto(`${gateway.url}?camera=default&camera=yard`);
    await signIn();
    await page.getByRole("button", { name: /^default, Live/ }).waitFor();
  });
});
