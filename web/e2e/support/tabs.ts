/**
 * Chromium's real tabs. Playwright pretends that every page is in front, so nothing is ever hidden
 * there; this speaks the browser's own protocol over a pipe, as little of it as switching tabs needs.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { artifact } from "./artifacts";
import { removeProfile } from "./browser";
import { CHROMIUM_ARGS } from "./chromium_args";
import { endWithUs } from "./program";

type Answer = { id?: number; result?: Record<string, unknown>; error?: { message: string } };

export class Tabs {
  readonly #profile = mkdtempSync(join(tmpdir(), "rero-tabs-"));
  readonly #chromium: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #rest = "";
  #id = 0;

  constructor() {
    this.#chromium = spawn(
      artifact("CHROMIUM_BIN"),
      [
        ...CHROMIUM_ARGS,
        "--headless=new",
        "--remote-debugging-pipe",
        `--user-data-dir=${this.#profile}`,
        "about:blank",
      ],
      { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
    );
    endWithUs(this.#chromium);
    (this.#chromium.stdio[4] as Readable).on("data", (data: Buffer) => {
      const messages = (this.#rest + data.toString()).split("\0");
      this.#rest = messages.pop() ?? "";
      for (const text of messages) {
        const answer: Answer = JSON.parse(text);
        if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
      }
    });
  }

  /** Opens `url` in a new tab in front of the others; the tab's id. */
  async open(url: string): Promise<string> {
    const { targetId } = await this.#send("Target.createTarget", { url });
    return targetId as string;
  }

  /** Brings a tab to the front; all others are hidden then. */
  async show(tab: string): Promise<void> {
    await this.#send("Target.activateTarget", { targetId: tab });
  }

  /** The value of `expression` in a tab; it counts as an act of the user, which some functions require. */
  async evaluate<T>(tab: string, expression: string): Promise<T> {
    const { sessionId } = await this.#send("Target.attachToTarget", {
      targetId: tab,
      flatten: true,
    });
    const session = sessionId as string;
    const params = { expression, returnByValue: true, userGesture: true };
    const { result } = await this.#send("Runtime.evaluate", params, session);
    await this.#send("Target.detachFromTarget", { sessionId });
    return (result as { value: T }).value;
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#chromium.on("close", resolve));
    this.#chromium.kill("SIGKILL");
    await gone;
    await removeProfile(this.#profile);
  }

  #send(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      const text = JSON.stringify({ id, method, params, sessionId });
      (this.#chromium.stdio[3] as Writable).write(`${text}\0`);
    });
  }
}
