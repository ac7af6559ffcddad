/** A switch of size in the page: on one connection, without a gap that the eye sees, and never back in time. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { figures, live, shownBarcode, withPage } from "./support/browser";
import { noteDraws, takeDraws } from "./support/draws";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

/** What is promised, and what a test on a busy machine holds it to: every fault of ours is longer. */
const PROMISED_GAP_MS = 150;
const MAX_GAP_MS = 6 * PROMISED_GAP_MS;
const SWITCHES = ["80s2", "80s4", "80", "80s2", "80", "80s4", "80"];
/** Pictures that follow a switch and belong to it. */
const AFTER = 10;

let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "360" });
});
afterAll(() => stack?.stop());

async function connections(): Promise<number> {
  const metrics = await (await fetch(`${gateway.admin}metrics`)).text();
  return Number(/^gateway_connections_total (\d+)$/m.exec(metrics)?.[1]);
}

it("a switch of size leaves no gap, keeps the connection and goes on with the next frames", async () => {
  await withPage(`${gateway.url}?quality=80`, async (page) => {
    await live(page);
    await noteDraws(page);
    await eventually("pictures", async () => (await takeDraws(page)).length > 0);
    const before = await connections();
    const gaps: number[] = [];
    let last = await eventually("a barcode", () => shownBarcode(page));
    for (const label of SWITCHES) {
      const draws = [(await takeDraws(page)).at(-1)].filter((at) => at !== undefined);
      await page.getByLabel("Quality").selectOption(label);
      const size = label.endsWith("s2") ? "half" : label.endsWith("s4") ? "quarter" : "full";
      await eventually(`${label} is served`, async () => (await figures(page))?.size === size);
      const served = draws.length;
      await eventually(`pictures of ${label}`, async () => {
        draws.push(...(await takeDraws(page)));
        return draws.length >= served + AFTER;
      });
      const gap = Math.max(...draws.slice(1).map((at, n) => at - (draws[n] as number)));
      console.log(`to ${label}: ${gap.toFixed(0)} ms at most (promised: ${PROMISED_GAP_MS})`);
      gaps.push(gap);
      const next = await eventually("a later barcode", async () => {
        const code = await shownBarcode(page);
        return code && code.seq !== last.seq ? code : null;
      });
      expect(next.seq).toBeGreaterThan(last.seq);
      last = next;
      expect((await figures(page))?.phase).toBe("live");
    }
    // A machine that stands still makes one now and then, a fault of ours with every switch.
    gaps.sort((a, b) => a - b);
    expect(gaps[Math.floor(gaps.length / 2)]).toBeLessThan(MAX_GAP_MS);
    expect(await connections()).toBe(before);
  });
});
