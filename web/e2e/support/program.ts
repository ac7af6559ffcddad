/** A program under test: started, its output kept in a file, ended. */

import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Screenshots and logs of a run; not in git. */
export const RESULTS = join(import.meta.dirname, "../../test-results");
const KILL_AFTER_MS = 5_000;
let count = 0;

/** Programs end with the test run, also when it crashes. */
const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

export function endWithUs(child: ChildProcess): void {
  children.add(child);
  child.on("close", () => children.delete(child));
}

/** Ends what `leader` of a process group has started and left behind. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

export class Program {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  readonly log: string;

  /** With `family` it is asked to end alone, and then whatever it has started is ended. */
  constructor(
    name: string,
    path: string,
    args: string[],
    env: Record<string, string> = {},
    family = false,
  ) {
    mkdirSync(RESULTS, { recursive: true });
    this.log = join(RESULTS, `${name}-${process.pid}-${++count}.log`);
    // Of another run, whose number this process has again, a word could be read before the stream empties it.
    writeFileSync(this.log, "");
    const log = createWriteStream(this.log);
    // No setting of the machine may change a test: of its environment only these two are passed on.
    const { PATH = "", HOME = "" } = process.env;
    this.#child = spawn(path, args, {
      env: { PATH, HOME, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: family,
    });
    const leader = family ? this.#child.pid : undefined;
    if (leader !== undefined) {
      const atExit = () => endGroup(leader);
      process.on("exit", atExit);
      // What a family holds open keeps its leader from being closed.
      this.#child.on("exit", () => {
        endGroup(leader);
        process.off("exit", atExit);
      });
    }
    this.#child.stdout?.pipe(log);
    this.#child.stderr?.pipe(log);
    this.ended = new Promise((resolve) => {
      this.#child.on("close", () => resolve());
      this.#child.on("error", () => resolve());
    });
    endWithUs(this.#child);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (!this.running) return;
    this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill("SIGKILL"), KILL_AFTER_MS);
    await this.ended;
    clearTimeout(late);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
