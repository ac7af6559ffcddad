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

interface Gaps {
  none: number[];
  gaps: Map<string, number[]>;
}

async function measure(page: Page, warm: boolean, { none, gaps }: Gaps): Promise<void> {
  for (let round = 0; round < ROUNDS; round++)
    for (const to of [SMALL, LARGE]) {
      if (!warm)
        await eventually("nobody's lease but ours", async () => (await leased()).length === 1);
      none.push(longest(await drawsOf(page, async () => {})));
      const choose = () => page.getByLabel("Quality").selectOption(to);
      const gap = longest(await drawsOf(page, choose));
      const size = to === SMALL ? "half" : "full";
      expect((await figures(page))?.size).toBe(size);
      const kind = `to ${size}, ${warm ? "made for others too" : "begun for it"}`;
      gaps.set(kind, [...(gaps.get(kind) ?? []), gap]);
    }
}

it("switches of size in place", async () => {
  const found: Gaps = { none: [], gaps: new Map() };
  await withPage(`${gateway.url}?quality=${LARGE}`, async (page) => {
    await live(page);
    await noteDraws(page);
    await eventually("pictures", async () => (await takeDraws(page)).length > 0);
    await measure(page, false, found);
    // Somebody else who watches both.
    await page.evaluate(() => {
      for (const address of ["websocket/80", "websocket/80?size=half"]) {
        const url = new URL(address, location.href);
        url.protocol = "ws:";
        Object.assign(window, { [address]: new WebSocket(url) });
      }
    });
    await eventually("both sizes", async () => (await leased()).length === 2);
    await measure(page, true, found);
  });
  console.log("| switch | median gap ms | p95 ms | longest ms |\n|---|---|---|---|");
  for (const [kind, all] of [...found.gaps, ["none", found.none] as const]) {
    const at = (part: number) => all.sort((a, b) => a - b)[Math.floor(part * (all.length - 1))];
    const row = [at(0.5), at(0.95), at(1)].map((ms) => ms?.toFixed(0));
    console.log(`| ${kind} | ${row.join(" | ")} |`);
  }
  console.log(`> Promised: ${PROMISED_GAP_MS} ms.`);
}, 600_000);
