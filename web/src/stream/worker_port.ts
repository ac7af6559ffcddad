/** The messages between the page and an engine, which runs in a worker or beside it. */

import type { Engine } from "./engine";
import type { EngineConfig, Snapshot, View } from "./view_model";

export interface Start {
  type: "start";
  canvas: OffscreenCanvas;
  config: EngineConfig;
}

export type Command =
  | { type: "quality"; quality: number | "auto" }
  | { type: "cap"; quality: number }
  | { type: "pause"; paused: boolean }
  | { type: "retry" }
  | { type: "lookBack"; behindMs: number | null }
  | { type: "snapshot" }
  | { type: "close" };

export type Notice = { type: "view"; view: View } | { type: "snapshot"; snapshot: Snapshot | null };

/** Has `engine` do what the page commands; its answers go to `tell`. */
export function execute(engine: Engine, command: Command, tell: (notice: Notice) => void): void {
  if (command.type === "quality") engine.setQuality(command.quality);
  else if (command.type === "cap") engine.setCap(command.quality);
  else if (command.type === "pause") engine.pause(command.paused);
  else if (command.type === "lookBack") engine.lookBack(command.behindMs);
  else if (command.type === "snapshot") tell({ type: "snapshot", snapshot: engine.snapshot() });
  else engine[command.type]();
}
