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
  | { type: "mark"; words: string | null }
  | { type: "snapshot" }
  | { type: "close" };

export type Notice = { type: "view"; view: View } | { type: "snapshot"; snapshot: Snapshot | null };

/** Has `engine` do what the page commands; its answers go to `tell`. */
export function execute(engine: Engine, command: Command, tell: (notice: Notice) => void): void {
  switch (command.type) {
    case "quality":
      engine.setQuality(command.quality);
      break;
    case "cap":
      engine.setCap(command.quality);
      break;
    case "pause":
      engine.pause(command.paused);
      break;
    case "retry":
      engine.retry();
      break;
    case "lookBack":
      engine.lookBack(command.behindMs);
      break;
    case "mark":
      engine.mark(command.words);
      break;
    case "snapshot":
      tell({ type: "snapshot", snapshot: engine.snapshot() });
      break;
    case "close":
      engine.close();
      break;
    default:
      command satisfies never;
  }
}
