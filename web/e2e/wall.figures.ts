/**
 * What a wall of nine costs the viewer's machine: the same nine cameras, all of them moving, as the
 * page's tiles, as nine full pictures that this page shows in frames, and as another build of the page
 * shows them (`BEFORE_DIST` names one). Processor time of the browser's processes, and bytes.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeFilm } from "../bench/film";
import type { CameraHost } from "./support/camera_host";
import { cpuSeconds, type Kinds } from "./support/cpu";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { QuietBrowser } from "./support/quiet_browser";
import { snapshots } from "./support/snapshots";
import { Stack } from "./support/stack";

const NAMES = Array.from({ length: 9 }, (_, i) => `cam-${i + 1}`);
const [WIDTH, HEIGHT] = [1280, 720];
const VIEWPORT = { width: 1440, height: 900 };
const FPS = Number(process.env.E2E_WALL_FPS ?? 12);
const MEASURE_S = Number(process.env.E2E_WALL_SECONDS ?? 15);
const ROUNDS = Number(process.env.E2E_WALL_ROUNDS ?? 3);

/** A way to show nine cameras. */
interface Way {
  name: string;
  gateway: Gateway;
  address: (base: string) => string;
  /** In the page: how many of them are live. */
  live: (page: Page) => Promise<number>;
}

const folder = mkdtempSync(join(tmpdir(), "rero-wall-"));
let stack: Stack;
let ways: Way[];
const hosts: CameraHost[] = [];

const liveTiles = (page: Page) => page.locator('.tile[data-phase="live"]').count();
const wall = (base: string) => `${base}?${NAMES.map((camera) => `camera=${camera}`).join("&")}`;

beforeAll(async () => {
  const film = join(folder, "film.y4m");
  writeFilm(film, 5, [WIDTH, HEIGHT]);
  const [started, now] = await Stack.start({
    ...{ CAPTURE_SOURCE: `file:${film}`, CAPTURE_FPS: "5" },
    ...{ CAPTURE_WIDTH: `${WIDTH}`, CAPTURE_HEIGHT: `${HEIGHT}` },
  });
  stack = started;
  ways = [{ name: "tiles", gateway: now, address: wall, live: liveTiles }];
  const before = process.env.BEFORE_DIST;
  if (before) {
    const gateway = await stack.gateway({ GATEWAY_WEB_ROOT: before });
    ways.push({ name: "tiles of the other build", gateway, address: wall, live: liveTiles });
  }
  const pictures = await snapshots(now, 4);
  await stack.captures[0]?.end();
  for (const name of NAMES) hosts.push(stack.cameraHost(name));
  for (const host of hosts) host.plays(pictures, FPS);
}, 240_000);
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close(ways[0]?.gateway as Gateway)));
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Cost {
  cpu: Kinds;
  megabits: number;
  /** That reached all nine, a second. */
  pictures: number;
}

/** Frames that a gateway has sent. */
async function sent(gateway: Gateway): Promise<number> {
  const metrics = await (await fetch(`${gateway.admin}metrics`)).text();
  const all = metrics.matchAll(/^gateway_frames_sent_total\{[^}]*\} (\d+)$/gm);
  return [...all].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function measure(way: Way): Promise<Cost> {
  const link = await Link.to(way.gateway.port);
  const { width, height } = VIEWPORT;
  const browser = await QuietBrowser.open(way.address(link.url), width, height);
  const nine = () =>
    browser.visit((page) =>
      eventually("nine of them", async () => (await way.live(page)) === 9, 60_000),
    );
  try {
    await nine();
    const processes = await browser.processes();
    await sleep(5_000);
    const [bytes, frames] = [link.bytes, await sent(way.gateway)];
    const [before, began] = [cpuSeconds(processes), performance.now()];
    await sleep(MEASURE_S * 1_000);
    const seconds = (performance.now() - began) / 1_000;
    const cpu = cpuSeconds(processes).since(before, seconds);
    const megabits = ((link.bytes - bytes) * 8) / seconds / 1e6;
    const pictures = ((await sent(way.gateway)) - frames) / seconds;
    await nine();
    return { cpu, megabits, pictures };
  } finally {
    await browser.close();
    link.close();
  }
}

it("a wall of nine, all of them moving", async () => {
  const costs = new Map(ways.map(({ name }): [string, Cost[]] => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const way of ways) {
      const cost = await measure(way);
      const { cpu, megabits, pictures } = cost;
      costs.get(way.name)?.push(cost);
      console.log(`${way.name}: ${cpu}; ${megabits.toFixed(2)} Mb/s, ${pictures.toFixed(0)} fps`);
      expect(pictures).toBeGreaterThan(0);
    }
  console.log(
    "| way | of a core % | ms a picture | pictures a second | Mb/s |\n|---|---|---|---|---|",
  );
  for (const [name, all] of costs) {
    const of = (value: (cost: Cost) => number) => middle(all.map(value));
    const row = [
      (100 * of(({ cpu }) => cpu.total)).toFixed(0),
      of(({ cpu, pictures }) => (1_000 * cpu.total) / pictures).toFixed(2),
      of(({ pictures }) => pictures).toFixed(0),
      of(({ megabits }) => megabits).toFixed(1),
    ];
    console.log(`| ${name} | ${row.join(" | ")} |`);
  }
}, 900_000);

const middle = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
