/**
 * The page's players by camera. One that a part of the page lets go is kept for a moment: whoever shows
 * the same camera next goes on with its picture and its connection, as from a tile to the stage. So is one
 * that began before the page was drawn.
 */

import { Player } from "../stream/player";
import type { EngineConfig } from "../stream/view_model";
import { lost } from "./lost";

/** A part of the page goes before the next one comes, and not long before. */
const KEPT_FOR_MS = 1_000;

export interface Screen {
  player: Player;
  canvas: HTMLCanvasElement;
}

/** Without a timer as long as nobody may have come. */
const kept = new Map<string, Screen & { timer?: ReturnType<typeof setTimeout> }>();
const keyOf = (camera: string | null) => camera ?? "default";

export function takeScreen(config: EngineConfig): Screen {
  const left = kept.get(keyOf(config.camera));
  if (!left) return newScreen(config);
  clearTimeout(left.timer);
  kept.delete(keyOf(config.camera));
  left.player.adopt(config);
  return left;
}

/** Begins before there is a place for it, which comes with `drawn`. */
export function startScreen(config: EngineConfig): Screen {
  const screen = newScreen(config);
  kept.set(keyOf(config.camera), screen);
  return screen;
}

/** The page is there: what was begun for it and is still not taken will not be. */
export function drawn(): void {
  for (const screen of kept.values()) screen.timer ??= setTimeout(() => drop(screen), KEPT_FOR_MS);
}

export function leaveScreen(camera: string | null, { player, canvas }: Screen): void {
  canvas.remove();
  const screen = { player, canvas };
  kept.set(keyOf(camera), screen);
  drawn();
}

function drop(screen: Screen): void {
  for (const [key, one] of kept) if (one === screen) kept.delete(key);
  screen.player.close();
}

/** The canvas is made here and not by React: it can be handed to a worker only once, and React may mount twice. */
function newScreen(config: EngineConfig): Screen {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  return { canvas, player: new Player(canvas, config, lost) };
}
