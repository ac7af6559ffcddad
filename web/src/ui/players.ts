/**
 * The page's players by camera. One that a part of the page lets go is kept for a moment: whoever shows
 * the same camera next goes on with its picture and its connection, as from a tile to the stage.
 */

import { Player } from "../stream/player";
import type { EngineConfig } from "../stream/view_model";
import { lost } from "./lost";
import { words } from "./words/words";

/** A part of the page goes before the next one comes, and not long before. */
const KEPT_FOR_MS = 1_000;

export interface Screen {
  player: Player;
  canvas: HTMLCanvasElement;
}

const kept = new Map<string, Screen & { timer: ReturnType<typeof setTimeout> }>();
const keyOf = (camera: string | null) => camera ?? "default";

/** The canvas is made here and not by React: it can be handed to a worker only once, and React may mount twice. */
export function takeScreen(config: EngineConfig): Screen {
  const left = kept.get(keyOf(config.camera));
  if (left) {
    clearTimeout(left.timer);
    kept.delete(keyOf(config.camera));
    left.player.adopt(config);
    return left;
  }
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.page.livePicture);
  return { canvas, player: new Player(canvas, config, lost) };
}

export function leaveScreen(camera: string | null, { player, canvas }: Screen): void {
  canvas.remove();
  const timer = setTimeout(() => {
    kept.delete(keyOf(camera));
    player.close();
  }, KEPT_FOR_MS);
  kept.set(keyOf(camera), { player, canvas, timer });
}
