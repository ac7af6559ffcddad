/** What a person takes away from the page: the last seconds as a film, a link, figures; and the page that failed. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStamp } from "../src/stream/stamp";
import { figures, live, withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { audit } from "./support/page_audit";
import { Stack } from "./support/stack";

const folder = mkdtempSync(join(tmpdir(), "rero-film-"));
let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({
    ...{ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480", CAPTURE_FPS: "12" },
  });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What ffprobe, which `cargo xtask test` installs with ffmpeg, says of a film. */
function probe(path: string) {
  const asked = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"];
  return JSON.parse(execFileSync("ffprobe", [...asked, path], { encoding: "utf8" }));
}

it("the last seconds are saved as a film that ffmpeg reads, frame by frame as they came", async () => {
  await withPage(`${gateway.url}?quality=80`, async (page) => {
    await live(page);
    await eventually("a few seconds", async () => ((await figures(page))?.rewindMs ?? 0) > 3_000);
    const download = page.waitForEvent("download");
    await page.keyboard.press("v");
    const film = await download;
    expect(film.suggestedFilename()).toMatch(/^camera_.*\.avi$/);
    const path = join(folder, "film.avi");
    await film.saveAs(path);
    const { streams, format } = probe(path);
    expect(streams[0]).toMatchObject({ codec_name: "mjpeg", width: 640, height: 480 });
    expect(Number(streams[0].nb_read_frames)).toBeGreaterThan(5);
    expect(Number(format.duration)).toBeGreaterThan(2.5);
    expect(Number(format.duration)).toBeLessThan(12);
    // The stamps are still in it: nothing was encoded anew.
    const bytes = readFileSync(path);
    const first = bytes.subarray(bytes.indexOf("movi") + 12);
    expect(readStamp(Uint8Array.from(first))?.run).toMatch(/^[0-9a-f]{8}$/);
  });
});

it("a link and a piece for another page can be copied, and figures for whoever helps", async () => {
  await withPage(`${gateway.url}?camera=default&stats=1`, async (page, context) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await live(page);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await page.keyboard.press("l");
    await audit(page, "share");
    await page.getByRole("button", { name: "Copy link" }).click();
    await eventually("the link", async () => (await copied()) === `${gateway.url}?camera=default`);
    await page.getByRole("button", { name: "Copy embed code" }).click();
    await eventually("the code", async () => (await copied()).includes("embed=1"));
    await page.getByRole("button", { name: "Close" }).click();
    await page.keyboard.press("d");
    await eventually("figures", async () => JSON.parse(await copied()).watching === "default");
    await page.keyboard.press("t");
    await page.locator(".clock").waitFor();
  });
});

describe("a page whose engine cannot be loaded, as after another version took its place", () => {
  it("loads itself again, once, and then says so", async () => {
    await withPage("about:blank", async (page, context) => {
      let loaded = 0;
      page.on("request", (request) => {
        if (request.isNavigationRequest() && request.url().startsWith(gateway.url)) loaded++;
      });
      await context.route(/\/assets\/engine-/, (route) =>
        route.fulfill({ status: 404, contentType: "text/plain", body: "nothing here" }),
      );
      await page.goto(gateway.url);
      await page.getByText("The page has failed").waitFor();
      expect(loaded).toBe(2);
      await context.unroute(/\/assets\/engine-/);
      await page.getByRole("button", { name: "Load again" }).click();
      await live(page);
    });
  });
});
