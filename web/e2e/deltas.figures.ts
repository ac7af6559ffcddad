/**
 * What deltas cost and save the viewer's browser: a room in which somebody walks, from a real capture
 * that holds what stands still, watched in turns as whole frames and as deltas. Processor time of the
 * page's thread, of its worker and of all of the browser, for each picture that was drawn, and bytes.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeWalker } from "../bench/walker";
import { figures, live, withPage } from "./support/browser";
import { cpuSeconds, type Kinds } from "./support/cpu";
import { sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { Stack } from "./support/stack";

const MEASURE_S = Number(process.env.E2E_DELTA_SECONDS ?? 15);
const ROUNDS = Number(process.env.E2E_DELTA_ROUNDS ?? 3);
const QUALITY = 80;

/** What the page's request becomes on its way to the gateway, which then sends whole frames. */
const WAYS: { name: string; asking: (request: string) => string }[] = [
  { name: "whole frames", asking: (request) => request.replace("delta=1", "delta=0") },
  { name: "deltas", asking: (request) => request },
];

const folder = mkdtempSync(join(tmpdir(), "rero-walker-"));
let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  const film = join(folder, "walker.y4m");
  writeWalker(film);
  [stack, gateway] = await Stack.start({
    ...{ CAPTURE_SOURCE: `file:${film}`, CAPTURE_HOLD: "auto" },
    ...{ CAPTURE_WIDTH: "1280", CAPTURE_HEIGHT: "720" },
  });
}, 240_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Cost {
  /** Cores that were busy, by process and thread. */
  cpu: Kinds;
  /** Pictures drawn a second. */
  fps: number;
  megabits: number;
  /** The share of the picture that came, of a delta. */
  moved: number | null;
}

async function measure({ asking }: (typeof WAYS)[number]): Promise<Cost> {
  const link = await Link.to(gateway.port);
  link.asking = asking;
  try {
    return await withPage(`${link.url}?quality=${QUALITY}`, async (page, context) => {
      await live(page);
      // By then capture knows the noise, and the page's code is compiled.
      await sleep(5_000);
      const drawn = async () => (await figures(page))?.totals.drawn ?? 0;
      const [bytes, frames, began] = [link.bytes, await drawn(), performance.now()];
      const before = await cpuSeconds(context);
      await sleep(MEASURE_S * 1_000);
      const seconds = (performance.now() - began) / 1_000;
      const cpu = (await cpuSeconds(context)).since(before, seconds);
      const fps = ((await drawn()) - frames) / seconds;
      const megabits = ((link.bytes - bytes) * 8) / seconds / 1e6;
      return { cpu, fps, megabits, moved: (await figures(page))?.moved ?? null };
    });
  } finally {
    link.close();
  }
}

/** Milliseconds a picture: of the page's own thread and its worker, of their process, of all of the browser. */
const columns: ((cost: Cost) => number)[] = [
  ({ cpu, fps }) =>
    (1_000 * cpu.of(/^renderer\/(chromium|chrome|CrRendererMain|DedicatedWorker)/)) / fps,
  ({ cpu, fps }) => (1_000 * cpu.of(/^renderer\//)) / fps,
  ({ cpu, fps }) => (1_000 * cpu.total) / fps,
  ({ fps }) => fps,
  ({ megabits }) => megabits,
];

it("a walker, as whole frames and as deltas", async () => {
  const costs = new Map(WAYS.map(({ name }): [string, Cost[]] => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const way of WAYS) {
      const cost = await measure(way);
      costs.get(way.name)?.push(cost);
      const { cpu, fps, megabits, moved } = cost;
      console.log(
        `${way.name}: ${cpu}; ${fps.toFixed(1)} fps, ${megabits.toFixed(1)} Mb/s, moved ${moved}`,
      );
      expect(fps).toBeGreaterThan(0);
    }
  console.log(
    "| way | page's thread and worker, ms a picture | their process | the browser | pictures a second | Mb/s |\n|---|---|---|---|---|---|",
  );
  const rows = [...costs].map(([name, all]) => {
    const row = columns.map((of) => middle(all.map(of)));
    console.log(`| ${name} | ${row.map((value) => value.toFixed(2)).join(" | ")} |`);
    return row;
  });
  const [whole, deltas] = rows as [number[], number[]];
  const ratios = whole.map((value, nth) => ((deltas[nth] as number) / value).toFixed(2));
  console.log(`| deltas against whole frames | ${ratios.join(" | ")} |`);
}, 900_000);

const middle = (values: number[]) =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
