/** A program under test: started, its output kept in a file, ended. */

import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
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

export class Program {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  readonly log: string;

  constructor(name: string, path: string, args: string[], env: Record<string, string> = {}) {
    mkdirSync(RESULTS, { recursive: true });
    this.log = join(RESULTS, `${name}-${process.pid}-${++count}.log`);
    const log = createWriteStream(this.log);
    // No setting of the machine may change a test: of its environment only these two are passed on.
    const { PATH = "", HOME = "" } = process.env;
    this.#child = spawn(path, args, {
      env: { PATH, HOME, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
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
