/** What the page and an engine say to each other, in a worker or beside it. */

import type { Engine } from "./engine";
import type { EngineConfig, Saved, View } from "./view";

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

export type Notice = { type: "view"; view: View } | { type: "snapshot"; saved: Saved | null };

/** Has `engine` do what the page commands; what it has to say goes to `tell`. */
export function obey(engine: Engine, command: Command, tell: (notice: Notice) => void): void {
  if (command.type === "quality") engine.setQuality(command.quality);
  else if (command.type === "cap") engine.setCap(command.quality);
  else if (command.type === "pause") engine.pause(command.paused);
  else if (command.type === "lookBack") engine.lookBack(command.behindMs);
  else if (command.type === "snapshot") tell({ type: "snapshot", saved: engine.snapshot() });
  else engine[command.type]();
}
