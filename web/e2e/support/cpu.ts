/** Processor time of a browser, by kind of process and by thread: it is where a wall's cost is found. */

import { readdirSync, readFileSync } from "node:fs";
import type { BrowserContext } from "playwright-core";

/** Of Linux's clock ticks, which are a hundredth of a second on every machine of today. */
const TICKS_A_SECOND = 100;

/** Seconds by "process/thread". */
export class Kinds {
  readonly seconds: ReadonlyMap<string, number>;

  constructor(seconds: ReadonlyMap<string, number>) {
    this.seconds = seconds;
  }

  /** Cores that were busy since then, over so many seconds. */
  since(before: Kinds, seconds: number): Kinds {
    const cores = [...this.seconds].map(([kind, now]): [string, number] => [
      kind,
      (now - (before.seconds.get(kind) ?? 0)) / seconds,
    ]);
    return new Kinds(new Map(cores));
  }

  get total(): number {
    return this.of(/^/);
  }

  /** All that is called so. */
  of(name: RegExp): number {
    const found = [...this.seconds].filter(([kind]) => name.test(kind));
    return found.reduce((sum, [, one]) => sum + one, 0);
  }

  /** In percent of a core, the largest first. */
  toString(): string {
    const largest = [...this.seconds].filter(([, cores]) => cores >= 0.01);
    largest.sort(([, a], [, b]) => b - a);
    const percent = (cores: number) => `${(100 * cores).toFixed(0)} %`;
    const parts = largest.map(([kind, cores]) => `${kind} ${percent(cores)}`);
    return `${percent(this.total)} of a core (${parts.join(", ")})`;
  }
}

/** What all of the browser's threads that live have used. */
export async function cpuSeconds(context: BrowserContext): Promise<Kinds> {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error("no session with the browser");
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const seconds = new Map<string, number>();
  for (const { id, type } of processInfo)
    for (const thread of readdirSync(`/proc/${id}/task`)) {
      const stat = readFileSync(`/proc/${id}/task/${thread}/stat`, "utf8");
      const name = /\((.*)\)/.exec(stat)?.[1]?.replace(/[\d/]+$/, "") ?? "";
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const ticks = Number(fields[11]) + Number(fields[12]);
      const kind = `${type}/${name}`;
      seconds.set(kind, (seconds.get(kind) ?? 0) + ticks / TICKS_A_SECOND);
    }
  return new Kinds(seconds);
}
