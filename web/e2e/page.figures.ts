/**
 * What the page costs whoever opens it, beside its goals: the way to the first picture here and over a
 * thin, far link, of a camera that runs and of one that has to be opened; scripts, Lighthouse's judgement,
 * the page's thread, its memory, and the lease of a tab that nobody sees. Another build of the page stands
 * beside it where `BEFORE_DIST` names one.
 */

import { loadavg } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { browserMegabytes, figures, live, takeFigures, withPage } from "./support/browser";
import { eventually, sleep } from "./support/eventually";
import { firstPicture } from "./support/first_picture";
import type { Gateway } from "./support/gateway";
import { lighthouse } from "./support/lighthouse";
import { Link } from "./support/link";
import { metric } from "./support/metric";
import { scriptBytes } from "./support/scripts";
import { Stack } from "./support/stack";
import { Tabs } from "./support/tabs";
import { threadTime } from "./support/thread_time";

/** Odd, so that there is a median. */
const VISITS = Number(process.env.E2E_PAGE_VISITS ?? 9);
const SOAK_S = Number(process.env.E2E_SOAK_SECONDS ?? 600);
/** Until the ten seconds that are kept to look back at are full. */
const FULL_AFTER_S = 15;
const MEASURE_S = 10;
const FAR = { rate: 2, delayMs: 75 };

interface Build {
  running: Gateway;
  asleep: Gateway;
}

const stacks: Stack[] = [];
const builds: Record<string, Build> = {};
const rows: string[] = [];
const row = (...cells: (string | number)[]) => rows.push(`| ${cells.join(" | ")} |`);

beforeAll(async () => {
  const [first, running] = await Stack.start({ CAPTURE_LINGER: "never" });
  const [second, asleep] = await Stack.start({ CAPTURE_LINGER: "0s" });
  stacks.push(first, second);
  builds.now = { running, asleep };
  const before = process.env.BEFORE_DIST;
  if (before) {
    const settings = { GATEWAY_WEB_ROOT: before };
    const [one, other] = [await first.gateway(settings), await second.gateway(settings)];
    builds.before = { running: one, asleep: other };
  }
  expect((await fetch(`${running.url}snapshot.jpg`)).ok).toBe(true);
}, 120_000);

afterAll(async () => {
  const load = loadavg().map((of) => of.toFixed(1));
  console.log(`> Chromium without graphics hardware; load of the machine ${load.join(", ")}.`);
  console.log(`| what | goal | ${Object.keys(builds).join(" | ")} |`);
  console.log(`|---|---|${"---|".repeat(Object.keys(builds).length)}`);
  for (const line of rows) console.log(line);
  await Promise.all(stacks.map((stack) => stack.stop()));
});

/** The camera of a gateway is closed again. */
const closed = ({ url }: Gateway) =>
  eventually("the camera is closed", async () => {
    const { cameras } = await (await fetch(`${url}api/status`)).json();
    return cameras.every(({ state }: { state: string }) => state === "idle");
  });

it.each([
  ["first picture, camera running, ms", "running", null, 250],
  ["first picture, camera asleep, ms", "asleep", null, null],
  ["the same over 2 Mb/s and 150 ms, running, ms", "running", FAR, 1_000],
  ["the same over 2 Mb/s and 150 ms, asleep, ms", "asleep", FAR, null],
] as const)(
  "%s",
  async (what, camera, far, goal) => {
    const ways = await Promise.all(
      Object.values(builds).map(async (build) => ({
        gateway: build[camera],
        link: Object.assign(await Link.to(build[camera].port), far),
        took: [] as number[],
      })),
    );
    // One after the other in turns: what the machine does meanwhile it does to both.
    for (let visit = 0; visit < VISITS; visit++)
      for (const { gateway, link, took } of ways) {
        if (camera === "asleep") await closed(gateway);
        took.push(await firstPicture(far ? link.url : gateway.url));
      }
    for (const { link } of ways) link.close();
    row(what, goal === null ? "" : `≤ ${goal}`, ...ways.map(({ took }) => spread(took)));
  },
  600_000,
);

/** The median, and the best and the worst. */
function spread(took: number[]): string {
  const [best, median, worst] = [0, (took.length - 1) / 2, took.length - 1].map((at) =>
    Math.round(took.sort((a, b) => a - b)[at] as number),
  );
  return `${median} (${best} to ${worst})`;
}

/** The same of every build. */
async function each(use: (gateway: Gateway) => Promise<string>): Promise<string[]> {
  const all: string[] = [];
  for (const { running } of Object.values(builds)) all.push(await use(running));
  return all;
}

it("scripts on the wire", async () => {
  const weights = await each(async ({ url }) => ((await scriptBytes(url)) / 1_000).toFixed(1));
  row("scripts of a first picture, kB gzip", "≤ 45", ...weights);
}, 60_000);

it("Lighthouse, as on a phone", async () => {
  const scores = await each(async ({ url }) => {
    const three = [lighthouse(url), lighthouse(url), lighthouse(url)];
    three.sort((a, b) => a.performance - b.performance);
    return Object.values(three[1] ?? {}).join(" / ");
  });
  row("Lighthouse mobile: performance / accessibility / best practices / SEO", "≥ 95", ...scores);
}, 600_000);

it.each([
  ["the page's thread, % of a core", "quality=80", "≤ 1"],
  ["the same with stats open", "quality=80&stats=1", ""],
])(
  "%s",
  async (what, query, goal) => {
    const costs = await each(({ url }) =>
      withPage(`${url}?${query}`, async (page, context) => {
        await live(page);
        await sleep(3_000);
        const { busySeconds, drawn, seconds } = await threadTime(page, context, MEASURE_S);
        const percent = (100 * busySeconds) / seconds;
        const fps = drawn / seconds;
        return `${percent.toFixed(2)} at ${fps.toFixed(0)} fps`;
      }),
    );
    row(what, goal, ...costs);
  },
  120_000,
);

it("the lease of a tab that nobody sees", async () => {
  const waits = await each(async ({ url, admin }) => {
    const leases = () => metric(admin, "gateway_leases");
    const tabs = new Tabs();
    try {
      await tabs.open(url);
      await eventually("a lease", async () => (await leases()) > 0, 20_000);
      await sleep(3_000);
      await tabs.open("about:blank");
      const hidden = performance.now();
      await eventually("no lease", async () => (await leases()) === 0, 20_000);
      return ((performance.now() - hidden) / 1_000).toFixed(2);
    } finally {
      await tabs.close();
    }
  });
  row("a hidden tab's lease is gone after, s", "≤ 3", ...waits);
}, 120_000);

it(
  "memory with stats open",
  async () => {
    const grown = await each(({ url }) =>
      withPage(`${url}?quality=60&stats=1`, async (page, context) => {
        await live(page);
        const session = await context.newCDPSession(page);
        const memory = async () => {
          await takeFigures(page);
          await session.send("HeapProfiler.collectGarbage");
          const { usedSize } = await session.send("Runtime.getHeapUsage");
          return { heap: usedSize / 1e6, all: await browserMegabytes(context) };
        };
        await sleep(FULL_AFTER_S * 1_000);
        const before = await memory();
        await sleep((SOAK_S - FULL_AFTER_S) * 1_000);
        const after = await memory();
        const drawn = (await eventually("figures", () => figures(page))).totals.drawn;
        const of = (from: number, to: number) => `${from.toFixed(1)} → ${to.toFixed(1)}`;
        return `${of(before.heap, after.heap)} (all of Chromium ${of(before.all, after.all)}; ${drawn} pictures)`;
      }),
    );
    row(`the page's heap over ${SOAK_S} s with stats open, MB`, "flat", ...grown);
  },
  2 * (SOAK_S + 120) * 1_000,
);
