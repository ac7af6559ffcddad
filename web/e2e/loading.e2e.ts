/** How the page comes to be: what is asked for before it is drawn, and what becomes of it when its script is gone. */

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { live, withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { metric } from "./support/metric";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  [stack, gateway] = await Stack.start();
});
afterAll(() => stack?.stop());

const count = (series: string) => metric(gateway.admin, series);

/** The page's own script waits until it is let go. */
async function withPageHeld(use: (page: Page, letGo: () => void) => Promise<void>): Promise<void> {
  await withPage("about:blank", async (page) => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(/\/assets\/main-/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(gateway.url, { waitUntil: "commit" });
    await use(page, letGo);
  });
}

/** For the page: the minute until it tries again passes when the test says so. */
function minutesPassWhenTold(): void {
  const real = window.setTimeout.bind(window);
  const passed = (act: () => void, ms: number) =>
    ms === 60_000 ? addEventListener("minute", act) : real(act, ms);
  window.setTimeout = passed as typeof setTimeout;
}

it("the stream comes before the page's own script does, and the page goes on with it", async () => {
  const before = await count("gateway_connections_total");
  await withPageHeld(async (page, letGo) => {
    await eventually("pictures", async () => (await count("gateway_frames_sent_total")) > 0);
    expect(await page.locator(".stage").count()).toBe(0);
    letGo();
    await live(page);
    expect((await count("gateway_connections_total")) - before).toBe(1);
  });
});

it("a page whose own script is gone loads itself again, and is there if that one is", async () => {
  await withPage("about:blank", async (page) => {
    let asked = 0;
    await page.route(/\/assets\/main-/, (route) =>
      ++asked === 1 ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await page.goto(gateway.url);
    await live(page);
    expect(asked).toBeGreaterThan(1);
  });
});

it("a page whose own script stays away says so, lets the camera go and comes back with it", async () => {
  const before = await count("gateway_connections_total");
  await withPage("about:blank", async (page) => {
    await page.addInitScript(() => {
      sessionStorage.setItem("rero-reloaded", String(Date.now()));
    });
    await page.addInitScript(minutesPassWhenTold);
    let gone = true;
    await page.route(/\/assets\/main-/, async (route) => {
      if (!gone) return route.continue();
      const came = async () => (await count("gateway_connections_total")) > before;
      await eventually("the stream has begun", came);
      await route.fulfill({ status: 404 });
    });
    await page.goto(gateway.url, { waitUntil: "commit" });
    await page.locator(":root[data-broken]").waitFor();
    expect(await page.getByText("load it again").isVisible()).toBe(true);
    await eventually("no viewer", async () => (await count("gateway_viewers")) === 0);
    gone = false;
    await page.evaluate(() => dispatchEvent(new Event("minute")));
    await live(page);
  });
});

it("a page whose own script is gone waits for a server that is away, and is not given up for an error page", async () => {
  await withPage("about:blank", async (page) => {
    let away = true;
    let navigations = 0;
    await page.addInitScript(minutesPassWhenTold);
    await page.route(gateway.url, (route) => {
      if (route.request().isNavigationRequest()) navigations++;
      else if (away) return route.abort();
      return route.continue();
    });
    await page.route(/\/assets\/main-/, (route) =>
      away ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await page.goto(gateway.url, { waitUntil: "commit" });
    await page.locator(":root[data-broken]").waitFor();
    const asked = page.waitForRequest((request) => request.method() === "HEAD");
    await page.evaluate(() => dispatchEvent(new Event("minute")));
    await asked;
    expect(navigations).toBe(1);
    away = false;
    await eventually("a picture", async () => {
      await page.evaluate(() => dispatchEvent(new Event("minute"))).catch(() => {});
      return (await page.locator(".stage[data-phase=live]").count()) > 0;
    });
  });
});

it("a page whose own script is gone gives up on a server that does not answer, and says so", async () => {
  await withPage("about:blank", async (page) => {
    await page.route(gateway.url, (route) =>
      route.request().isNavigationRequest() ? route.continue() : undefined,
    );
    await page.route(/\/assets\/main-/, (route) => route.fulfill({ status: 404 }));
    await page.goto(gateway.url, { waitUntil: "commit" });
    await page.locator(":root[data-broken]").waitFor();
  });
});

it("a page that has no script at all says so after a while", async () => {
  await withPage("about:blank", async (page) => {
    await page.route(/\.js$/, (route) => route.abort());
    await page.goto(gateway.url);
    const words = page.getByText("load it again");
    expect(await words.isVisible()).toBe(false);
    await page.evaluate(() => {
      for (const waits of document.getAnimations()) waits.finish();
    });
    expect(await words.isVisible()).toBe(true);
  });
});
