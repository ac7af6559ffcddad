/**
 * Stands in for the worker with the engines, at the messages between it and the page: a test says what an engine tells,
 * and sees what it was told. One for each camera.
 */

import { vi } from "vitest";
import type { EngineConfig, View } from "../../src/stream/view_model";
import type { Command, FromThread, Notice, ToThread } from "../../src/stream/worker_port";
import { LIVE } from "../../src/ui/live_view";

const engines = new Map<string, FakeEngine>();

class FakeThread {
  readonly #engines = new Map<number, FakeEngine>();
  onmessage: ((e: { data: FromThread }) => void) | null = null;
  onerror: (() => void) | null = null;

  postMessage({ id, message }: ToThread): void {
    if (message.type !== "start") {
      this.#engines.get(id)?.told.push(message);
      return;
    }
    const tell = (notice: Notice) => this.onmessage?.({ data: { id, notice } });
    const engine = new FakeEngine(message.config, tell);
    this.#engines.set(id, engine);
    engines.set(message.config.camera ?? "default", engine);
  }
  terminate(): void {}
}

export class FakeEngine {
  readonly told: Command[] = [];
  readonly config: EngineConfig;
  readonly tells: (notice: Notice) => void;

  constructor(config: EngineConfig, tells: (notice: Notice) => void) {
    this.config = config;
    this.tells = tells;
  }

  /** A view of a camera that is live but for `change`. */
  shows(change: Partial<View> = {}): void {
    this.tells({ type: "view", view: { ...LIVE, madeAt: performance.now(), ...change } });
  }
  /** The last command of that kind. */
  last<T extends Command["type"]>(type: T): Extract<Command, { type: T }> | undefined {
    return this.told.findLast((c): c is Extract<Command, { type: T }> => c.type === type);
  }
}

/** From now on every engine of the page is one of these. */
export function fakeEngines(): void {
  engines.clear();
  vi.stubGlobal("Worker", FakeThread);
}

export function engineOf(camera: string): FakeEngine {
  const engine = engines.get(camera);
  if (!engine) throw new Error(`no engine was started for ${camera}`);
  return engine;
}
