/**
 * Stands in for the worker with the engine, at the messages between it and the page: a test says what an engine tells,
 * and sees what it was told. One for each camera.
 */

import { vi } from "vitest";
import type { EngineConfig, View } from "../../src/stream/view_model";
import type { Command, Notice, Start } from "../../src/stream/worker_port";
import { LIVE } from "../../src/ui/live_view";

const engines = new Map<string, FakeEngine>();

export class FakeEngine {
  readonly told: Command[] = [];
  config: EngineConfig | null = null;
  onmessage: ((e: { data: Notice }) => void) | null = null;
  onerror: (() => void) | null = null;

  postMessage(message: Start | Command): void {
    if (message.type !== "start") {
      this.told.push(message);
      return;
    }
    this.config = message.config;
    engines.set(message.config.camera ?? "default", this);
  }
  terminate(): void {}

  /** A view of a camera that is live but for `change`. */
  shows(change: Partial<View> = {}): void {
    this.tells({ type: "view", view: { ...LIVE, madeAt: performance.now(), ...change } });
  }
  tells(notice: Notice): void {
    this.onmessage?.({ data: notice });
  }
  /** The last command of that kind. */
  last<T extends Command["type"]>(type: T): Extract<Command, { type: T }> | undefined {
    return this.told.findLast((c): c is Extract<Command, { type: T }> => c.type === type);
  }
}

/** From now on every engine of the page is one of these. */
export function fakeEngines(): void {
  engines.clear();
  vi.stubGlobal("Worker", FakeEngine);
}

export function engineOf(camera: string): FakeEngine {
  const engine = engines.get(camera);
  if (!engine) throw new Error(`no engine was started for ${camera}`);
  return engine;
}
