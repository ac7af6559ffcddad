/** What the page's own thread does while a stream is watched. */

import type { BrowserContext, Page } from "playwright-core";
import { figures } from "./browser";
import { sleep } from "./eventually";

export interface ThreadTime {
  /** That the thread ran, which other load of the machine changes little. */
  busySeconds: number;
  /** Pictures drawn meanwhile. */
  drawn: number;
  seconds: number;
}

/** Over so many seconds from now. */
export async function threadTime(
  page: Page,
  context: BrowserContext,
  seconds: number,
): Promise<ThreadTime> {
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const measure = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const busy = metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
    return { busy, drawn: (await figures(page))?.totals.drawn ?? 0, at: performance.now() };
  };
  const before = await measure();
  await sleep(seconds * 1_000);
  const after = await measure();
  return {
    busySeconds: after.busy - before.busy,
    drawn: after.drawn - before.drawn,
    seconds: (after.at - before.at) / 1_000,
  };
}
