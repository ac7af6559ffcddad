/** The page under another path, with an older server, in a browser with less. */

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { figures, live, shownBarcode, takeFigures, withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { ReverseProxy } from "./support/reverse_proxy";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;
let proxy: ReverseProxy | undefined;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
});
afterEach(() => proxy?.close());
afterAll(() => stack?.stop());

it("under a path of another server, nothing is asked for outside of it", async () => {
  const { asked, url } = await behind((path) =>
    path.startsWith("/yard/cam/") ? path.slice("/yard/cam".length) : null,
  );
  await withPage(`${url}yard/cam/`, async (page) => {
    await live(page);
    expect(await eventually("a barcode", () => shownBarcode(page))).not.toBeNull();
  });
  expect(asked.some((path) => path.startsWith("/yard/cam/websocket/"))).toBe(true);
  // Browsers ask for an icon at the root on their own account.
  const outside = asked.filter((path) => !path.startsWith("/yard/cam/") && path !== "/favicon.ico");
  expect(outside).toEqual([]);
});

it("a server that knows no second version: live, and another quality without a gap", async () => {
  // What the gateway is to a client that does not ask for the second version.
  const { asked, url } = await behind((path) => path.replace(/([?&])v=2(&|$)/, "$1"));
  await withPage(`${url}?quality=60`, async (page) => {
    await live(page);
    await eventually(
      "an age from the stamp alone",
      async () => (await figures(page))?.ageMs != null,
    );
    await takeFigures(page);
    await page.getByLabel("Quality").selectOption("40");
    await eventually("40", async () => (await figures(page))?.quality === 40);
    await eventually("pictures of 40", async () => ((await figures(page))?.shownFps ?? 0) > 20);
    expect(new Set((await takeFigures(page)).map((view) => view.phase))).toEqual(new Set(["live"]));
    expect(await eventually("a barcode", () => shownBarcode(page))).not.toBeNull();
  });
  const streams = asked.flatMap((path) => /^\/websocket\/(\d+)/.exec(path)?.[1] ?? []);
  expect(streams).toEqual(["60", "40"]);
});

it("a browser whose workers cannot draw: the page draws", async () => {
  await withPage("about:blank", async (page) => {
    await page.addInitScript("delete HTMLCanvasElement.prototype.transferControlToOffscreen");
    await page.goto(gateway.url);
    await live(page);
    expect(page.workers()).toEqual([]);
    const first = await eventually("a barcode", () => shownBarcode(page));
    const later = await eventually("a newer one", async () => {
      const now = await shownBarcode(page);
      return now && now.seq > first.seq + 30 ? now : null;
    });
    expect(later.madeAt).toBeGreaterThan(first.madeAt);
  });
});

async function behind(rewrite: (path: string) => string | null): Promise<ReverseProxy> {
  proxy = await ReverseProxy.to(gateway.port, rewrite);
  return proxy;
}
