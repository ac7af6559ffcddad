/**
 * What deltas cost and save the viewer's browser: a room in which somebody walks, from a real capture
 * that holds what stands still, watched in turns as whole frames and as deltas. Processor time of the
 * page's thread, of its worker and of all of the browser, for each picture that was drawn, and bytes. Beside
 * them what the same deltas cost a page that does nothing with them: more than the rest of it nobody can save.
 * `BEFORE_DIST` names another build of the page that takes turns with it.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeWalker } from "../bench/walker";
import { streamUrl } from "../src/stream/gateway_urls";
import type { View } from "../src/stream/view_model";
import { figures, live } from "./support/browser";
import { cpuSeconds, type Kinds } from "./support/cpu";
import { eventually, sleep } from "./support/eventually";
import { type Floor, FloorPage, framesSoFar } from "./support/floor";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { QuietBrowser } from "./support/quiet_browser";
import { Stack } from "./support/stack";

const MEASURE_S = Number(process.env.E2E_DELTA_SECONDS ?? 15);
const ROUNDS = Number(process.env.E2E_DELTA_ROUNDS ?? 3);
const QUALITY = 80;

/** Opened and live: how many pictures it has drawn. */
type Drawn = () => Promise<number>;
interface Way {
  name: string;
  /** Of the other build. */
  before?: true;
  /** What the page's request becomes on its way to the gateway. */
  asking: (request: string) => string;
  url: (link: string) => string;
  begin: (browser: QuietBrowser) => Promise<Drawn>;
}

const asItIs = (request: string) => request;
const page = { url: (link: string) => `${link}?quality=${QUALITY}`, begin: beginPage };
const floorOf = (floor: Floor) => ({
  asking: asItIs,
  url: (link: string) =>
    floors.url(streamUrl(link, { quality: QUALITY, size: "full" }, null, null), floor),
  begin: beginFloor,
});
const noDeltas = (request: string) => request.replace("delta=1", "delta=0");
const WAYS: Way[] = [
  { name: "whole frames", asking: noDeltas, ...page },
  { name: "deltas", asking: asItIs, ...page },
  { name: "deltas, taken and not drawn", ...floorOf("nothing") },
  { name: "deltas, and a pixel drawn for each", ...floorOf("a pixel") },
];
const BEFORE: Way[] = [
  { name: "whole frames, the other build", before: true, asking: noDeltas, ...page },
  { name: "deltas, the other build", before: true, asking: asItIs, ...page },
];

const folder = mkdtempSync(join(tmpdir(), "rero-walker-"));
let stack: Stack;
let gateway: Gateway;
let other: Gateway | null = null;
let floors: FloorPage;

beforeAll(async () => {
  const film = join(folder, "walker.y4m");
  writeWalker(film);
  floors = await FloorPage.open();
  const camera = { CAPTURE_SOURCE: `file:${film}`, CAPTURE_HOLD: "auto" };
  [stack, gateway] = await Stack.start(
    { ...camera, CAPTURE_WIDTH: "1280", CAPTURE_HEIGHT: "720" },
    { GATEWAY_ALLOWED_ORIGINS: floors.origin },
  );
  const before = process.env.BEFORE_DIST;
  if (before) other = await stack.gateway({ GATEWAY_WEB_ROOT: before });
}, 240_000);
afterAll(async () => {
  floors?.close();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Cost {
  /** Cores that were busy, by process and thread. */
  cpu: Kinds;
  /** Pictures drawn a second. */
  fps: number;
  megabits: number;
}

async function measure({ asking, url, begin, before }: Way): Promise<Cost> {
  const link = await Link.to((before && other ? other : gateway).port);
  link.asking = asking;
  const browser = await QuietBrowser.open(url(link.url), 1100, 760);
  try {
    const drawn = await begin(browser);
    const processes = await browser.processes();
    // By then capture knows the noise, and the page's code is compiled.
    await sleep(5_000);
    const [bytes, frames, began] = [link.bytes, await drawn(), performance.now()];
    const before = cpuSeconds(processes);
    await sleep(MEASURE_S * 1_000);
    const seconds = (performance.now() - began) / 1_000;
    const cpu = cpuSeconds(processes).since(before, seconds);
    const megabits = ((link.bytes - bytes) * 8) / seconds / 1e6;
    return { cpu, fps: ((await drawn()) - frames) / seconds, megabits };
  } finally {
    await browser.close();
    link.close();
  }
}

async function beginPage(browser: QuietBrowser): Promise<Drawn> {
  await browser.visit(async (page) => {
    await page.evaluate(keepLast);
    await live(page);
  });
  return async () => (await browser.visit(figures))?.totals.drawn ?? 0;
}

async function beginFloor(browser: QuietBrowser): Promise<Drawn> {
  const drawn = () => browser.visit((page) => page.evaluate(framesSoFar));
  await eventually("frames", async () => (await drawn()) > 0);
  return drawn;
}

/** In the page: where `figures` reads. */
function keepLast(): void {
  window.views = [];
  addEventListener("rero-view", (event) => {
    window.views = [(event as CustomEvent<View>).detail];
  });
}

/** Milliseconds a picture of all threads of such a name. */
const msOf =
  (name: RegExp) =>
  ({ cpu, fps }: Cost): number =>
    (1_000 * cpu.of(name)) / fps;

const COLUMNS: [name: string, of: (cost: Cost) => number][] = [
  ["page's thread, ms a picture", msOf(/^renderer\/(chromium|chrome|CrRendererMain)/)],
  ["worker", msOf(/^renderer\/DedicatedWorker/)],
  ["both", msOf(/^renderer\/(chromium|chrome|CrRendererMain|DedicatedWorker)/)],
  ["decoding", msOf(/^renderer\/ThreadPool/)],
  ["their process", msOf(/^renderer\//)],
  ["graphics process", msOf(/^GPU\//)],
  ["the browser", msOf(/^/)],
  ["pictures a second", ({ fps }) => fps],
  ["Mb/s", ({ megabits }) => megabits],
];

it("a walker, as whole frames and as deltas", async () => {
  const ways = other ? [...WAYS, ...BEFORE] : WAYS;
  const costs = new Map(ways.map(({ name }): [string, Cost[]] => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const way of ways) {
      const cost = await measure(way);
      costs.get(way.name)?.push(cost);
      const { cpu, fps, megabits } = cost;
      console.log(`${way.name}: ${cpu}; ${fps.toFixed(1)} fps, ${megabits.toFixed(1)} Mb/s`);
      expect(fps).toBeGreaterThan(0);
    }
  console.log(`| way | ${COLUMNS.map(([name]) => name).join(" | ")} |`);
  console.log(`|---|${"---|".repeat(COLUMNS.length)}`);
  const rows = [...costs].map(([name, all]) => {
    const row = COLUMNS.map(([, of]) => middle(all.map(of)));
    console.log(`| ${name} | ${row.map((value) => value.toFixed(2)).join(" | ")} |`);
    return row;
  });
  const [whole, deltas] = rows as [number[], number[]];
  const ratios = whole.map((value, nth) => ((deltas[nth] as number) / value).toFixed(2));
  console.log(`| deltas against whole frames | ${ratios.join(" | ")} |`);
}, 1_800_000);

const middle = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
