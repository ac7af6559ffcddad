/** A wall asks for what it shows: small pictures, few where nothing moves, none that nobody sees. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeFilm } from "../bench/film";
import { SIZES } from "../src/stream/rendition";
import { live, takeFigures, withPage } from "./support/browser";
import type { CameraHost } from "./support/camera_host";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { screenshot } from "./support/page_audit";
import { type Pictures, snapshots } from "./support/snapshots";
import { Stack } from "./support/stack";

/** As 1440 × 900 are to cameras of 1280 × 960. */
const VIEWPORT = { width: 752, height: 500 };
const NAMES = Array.from({ length: 9 }, (_, i) => `cam-${i + 1}`);
const MEASURE_MS = 8_000;
/** A tile asks for ten pictures a second at most, and here that is all of them. */
const SLOW_FPS = 8;
/** Here it is each second one. */
const FPS = 12;

/** A busy machine passes for a slow link, and the way up again takes its time. */
const BUSY_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "rero-wall-"));
let stack: Stack;
let gateway: Gateway;
const hosts: CameraHost[] = [];
/** Two of each size, made by a real camera's host some time apart. */
let pictures: Pictures;

beforeAll(async () => {
  // A test pattern has edges that a small picture keeps; a webcam's picture has not.
  const film = join(folder, "film.y4m");
  writeFilm(film, 5);
  [stack, gateway] = await Stack.start({ CAPTURE_SOURCE: `file:${film}`, CAPTURE_FPS: "5" });
  pictures = await snapshots(gateway, 2);
  await stack.captures[0]?.end();
  for (const name of [...NAMES, "yard"]) hosts.push(stack.cameraHost(name));
  for (const host of hosts) host.plays(pictures, SLOW_FPS);
}, 120_000);
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close(gateway)));
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const wall = (base: string, names = NAMES) =>
  `${base}?${names.map((name) => `camera=${name}`).join("&")}`;
const liveTiles = (page: Page) => page.locator('.tile[data-phase="live"]').count();

/** How many watch each rendition of each camera that somebody watches. */
async function watched(): Promise<Record<string, Record<string, number>>> {
  const { cameras } = await (await fetch(`${gateway.url}api/status`)).json();
  const some = cameras.filter((c: { viewers: object }) => Object.keys(c.viewers).length > 0);
  return Object.fromEntries(
    some.map((c: { camera: string; viewers: Record<string, number> }) => [c.camera, c.viewers]),
  );
}

async function connections(): Promise<number> {
  const metrics = await (await fetch(`${gateway.admin}metrics`)).text();
  return Number(/^gateway_connections_total (\d+)$/m.exec(metrics)?.[1]);
}

async function bytesOf(link: Link): Promise<number> {
  const before = link.bytes;
  await sleep(MEASURE_MS);
  return link.bytes - before;
}

it("nine tiles take at most a sixth of what nine full pictures do, though all of them move", async () => {
  const link = await Link.to(gateway.port);
  try {
    await withPage(
      wall(link.url),
      async (page) => {
        await eventually("nine tiles", async () => (await liveTiles(page)) === 9, BUSY_MS);
        const small = async () =>
          Object.values(await watched()).every((v) => Object.keys(v).join() === "60s4");
        await eventually("small pictures", small, BUSY_MS);
        expect(Object.keys(await watched()).length).toBe(9);
        const tiles = await bytesOf(link);
        await screenshot(page, "wall-of-nine");
        await page.goto(`${link.url}missing`);
        // What tiles of this size asked for before there were small pictures.
        await page.evaluate((names) => {
          for (const name of names) {
            const url = new URL(`websocket/50?camera=${name}`, location.href);
            url.protocol = "ws:";
            Object.assign(window, { [name]: new WebSocket(url) });
          }
        }, NAMES);
        await eventually(
          "nine full pictures",
          async () => Object.values(await watched()).filter((v) => v["50"] === 1).length === 9,
        );
        const full = await bytesOf(link);
        console.log(`${MEASURE_MS / 1000} s: tiles ${tiles} bytes, full pictures ${full}`);
        expect(tiles).toBeGreaterThan(9 * 1_000);
        expect(tiles).toBeLessThan(full / 6);
      },
      { viewport: VIEWPORT },
    );
  } finally {
    link.close();
  }
}, 300_000);

it("a tile that is looked at asks for more, one that leaves the window for nothing", async () => {
  await withPage(
    wall(gateway.url, NAMES.slice(0, 2)),
    async (page) => {
      await eventually("two tiles", async () => (await liveTiles(page)) === 2, BUSY_MS);
      const of = async (camera: string) => Object.keys((await watched())[camera] ?? {}).join();
      const small = (camera: string) => async () => (await of(camera)) === "60s2";
      await eventually("small pictures", small("cam-1"), BUSY_MS);
      await page.locator(".tile").first().hover();
      const better = async () => /^(80s2|\d\d)$/.test(await of("cam-1"));
      await eventually("better ones", better, BUSY_MS);
      await eventually("small ones of the other", small("cam-2"), BUSY_MS);
      await page.mouse.move(0, 0);
      await eventually("small ones again", small("cam-1"), BUSY_MS);
      await page.setViewportSize({ width: 400, height: 200 });
      await page.locator(".wall").evaluate((e) => e.scrollTo(0, 0));
      await eventually("nothing of the second", async () => (await of("cam-2")) === "");
      await page.locator(".tile").nth(1).scrollIntoViewIfNeeded();
      await eventually("the second again", async () => (await of("cam-2")) !== "");
    },
    { viewport: VIEWPORT },
  );
}, 300_000);

it("a tile becomes the stage and a tile again on one connection, and is live throughout", async () => {
  await withPage(
    wall(gateway.url, NAMES.slice(0, 2)),
    async (page) => {
      await eventually("two tiles", async () => (await liveTiles(page)) === 2, BUSY_MS);
      const before = await connections();
      // What was before they were live is not asked.
      await takeFigures(page);
      await page.locator(".tile").first().click();
      await live(page);
      const views = await takeFigures(page);
      expect(new Set(views.map(({ phase }) => phase))).toEqual(new Set(["live"]));
      const full = async () =>
        (await takeFigures(page)).some(({ size, width }) => size === "full" && width === 640);
      await eventually("full size", full, BUSY_MS);
      expect(await connections()).toBe(before);
      await page.goBack();
      await eventually("two tiles", async () => (await liveTiles(page)) === 2, BUSY_MS);
      const small = async () => Object.keys((await watched())["cam-1"] ?? {}).join() === "60s2";
      await eventually("small pictures", small, BUSY_MS);
    },
    { viewport: VIEWPORT },
  );
}, 300_000);

it("of a camera before which nothing moves few pictures are asked for, and all as soon as something does", async () => {
  const yard = hosts.at(-1) as CameraHost;
  /** The rate that the gateway asks for with each lease it puts; empty is every picture. */
  let rate: string | null = null;
  const rates: string[] = [];
  const bus = stack.listen("$KV.demand.yard.>", (payload) => {
    // A KV operation has headers before it, which this little client takes for its beginning.
    rate = payload.toString("latin1").split("\r\n\r\n").at(-1) ?? "";
    rates.push(rate);
  });
  const half = `fps=${FPS / 2}`;
  const still = Object.fromEntries(SIZES.map((size) => [size, pictures[size].slice(0, 1)]));
  try {
    yard.plays(still as Pictures, FPS);
    await withPage(
      wall(gateway.url, ["cam-1", "yard"]),
      async (page) => {
        await eventually("two tiles", async () => (await liveTiles(page)) === 2, BUSY_MS);
        await eventually("half of the pictures", () => rate === half, BUSY_MS);
        yard.plays(pictures, FPS);
        const began = performance.now();
        await eventually("all pictures", () => rate === "");
        console.log(`all pictures after ${(performance.now() - began).toFixed(0)} ms of motion`);
        yard.plays(still as Pictures, FPS);
        await eventually("half of the pictures again", () => rate === half, BUSY_MS);
      },
      { viewport: { width: 500, height: 500 } },
    );
  } catch (error) {
    throw new Error(`${error}; leases asked for ${JSON.stringify(rates)}`);
  } finally {
    bus.close();
  }
}, 300_000);
