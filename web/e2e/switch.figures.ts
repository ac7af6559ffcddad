/**
 * How long the picture stands still when its size is switched in place, on the screen: to a size that nobody
 * watches, which capture has to begin, and to one that is made already; up and down. Beside it the same time
 * without a switch, which is what the machine itself takes.
 */

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { figures, live, withPage } from "./support/browser";
import { noteDraws, takeDraws } from "./support/draws";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

const ROUNDS = Number(process.env.E2E_SWITCH_ROUNDS ?? 20);
/** So long after a switch was asked for its pictures are looked at, and before it those of no switch. */
const WINDOW_MS = 1_000;
const PROMISED_GAP_MS = 150;
const [LARGE, SMALL] = ["80", "80s2"] as const;

let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "1280", CAPTURE_HEIGHT: "720" });
});
afterAll(() => stack?.stop());

/** The renditions that this gateway has leases for. */
async function leased(): Promise<string[]> {
  const metrics = await (await fetch(`${gateway.admin}metrics`)).text();
  const all = metrics.matchAll(/^gateway_leases\{.*quality="(\w+)".*\} 1$/gm);
  return [...all].map(([, quality]) => quality as string);
}

/** The longest time between two pictures. */
const longest = (draws: number[]) =>
  Math.max(...draws.slice(1).map((at, n) => at - (draws[n] as number)));

async function drawsOf(page: Page, act: () => Promise<unknown>): Promise<number[]> {
  const before = (await takeDraws(page)).slice(-1);
  await act();
  await sleep(WINDOW_MS);
  return [...before, ...(await takeDraws(page))];
}

/** By what was done. */
type Gaps = Map<string, number[]>;

async function measure(page: Page, warm: boolean, gaps: Gaps): Promise<void> {
  const made = warm ? "made for others too" : "begun for it";
  const note = (what: string, draws: number[]) => {
    const kind = `${what}, ${made}`;
    gaps.set(kind, [...(gaps.get(kind) ?? []), longest(draws)]);
  };
  for (let round = 0; round < ROUNDS; round++)
    for (const to of [SMALL, LARGE]) {
      if (!warm)
        await eventually("nobody's lease but ours", async () => (await leased()).length === 1);
      note("none", await drawsOf(page, async () => {}));
      const size = to === SMALL ? "half" : "full";
      note(`to ${size}`, await drawsOf(page, () => page.getByLabel("Quality").selectOption(to)));
      expect((await figures(page))?.size).toBe(size);
    }
}

/** Somebody else who watches both, until `end`. */
async function watchBoth(end: AbortSignal): Promise<void> {
  for (const size of ["full", "half"]) {
    const url = `${gateway.url}stream.mjpg?quality=80&size=${size}`;
    const { body } = await fetch(url, { signal: end });
    void body?.pipeTo(new WritableStream()).catch(() => {});
  }
  await eventually("both sizes", async () => (await leased()).length === 2);
}

it("switches of size in place", async () => {
  const gaps: Gaps = new Map();
  await withPage(`${gateway.url}?quality=${LARGE}`, async (page) => {
    await live(page);
    await noteDraws(page);
    await eventually("pictures", async () => (await takeDraws(page)).length > 0);
    await measure(page, false, gaps);
    const end = new AbortController();
    await watchBoth(end.signal);
    await measure(page, true, gaps);
    end.abort();
  });
  console.log("| switch | median gap ms | p95 ms | longest ms |\n|---|---|---|---|");
  for (const [kind, all] of gaps) {
    const at = (part: number) => all.sort((a, b) => a - b)[Math.floor(part * (all.length - 1))];
    const row = [at(0.5), at(0.95), at(1)].map((ms) => ms?.toFixed(0));
    console.log(`| ${kind} | ${row.join(" | ")} |`);
  }
  console.log(`> Promised: ${PROMISED_GAP_MS} ms.`);
}, 600_000);
