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
