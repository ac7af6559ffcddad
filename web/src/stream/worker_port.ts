/** The messages between the page and an engine, which runs in a worker or beside it. */

import type { Engine } from "./engine";
import type { Needs } from "./needs";
import type { Rendition } from "./rendition";
import type { Adopted, Clip, EngineConfig, Snapshot, View } from "./view_model";

export interface Start {
  type: "start";
  canvas: OffscreenCanvas;
  config: EngineConfig;
}

export type Command =
  | { type: "rendition"; rendition: Rendition | "auto" }
  | { type: "needs"; needs: Needs }
  | { type: "adopt"; config: Adopted }
  | { type: "pause"; paused: boolean }
  | { type: "retry" }
  | { type: "lookBack"; behindMs: number | null }
  | { type: "mark"; words: string | null }
  | { type: "snapshot" }
  | { type: "clip" }
  | { type: "close" };

export type Notice =
  | { type: "view"; view: View }
  | { type: "snapshot"; snapshot: Snapshot | null }
  | { type: "clip"; clip: Clip | null }
  /** The thread runs. */
  | { type: "ready" }
  /** The engine cannot be loaded. */
  | { type: "lost" };

/** What of a notice is handed over and not copied. */
export const handedOver = (notice: Notice): Transferable[] =>
  notice.type === "clip" && notice.clip ? [notice.clip.avi.buffer] : [];

/** Has `engine` do what the page commands; its answers go to `tell`. */
export function execute(engine: Engine, command: Command, tell: (notice: Notice) => void): void {
  switch (command.type) {
    case "rendition":
      engine.choose(command.rendition);
      break;
    case "needs":
      engine.need(command.needs);
      break;
    case "adopt":
      engine.adopt(command.config);
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
    case "clip":
      void engine.clip().then(
        (clip) => tell({ type: "clip", clip }),
        () => tell({ type: "clip", clip: null }),
      );
      break;
    case "close":
      engine.close();
      break;
    default:
      command satisfies never;
  }
}
