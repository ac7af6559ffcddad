/** How many bytes a frame of each rendition has, of the scenes that the rules are compared on. */

import { type Rendition, weightOf } from "../src/stream/rendition";

/** Mean bytes of a frame of a scene, of a moment in seconds. */
export type Scene = (rendition: Rendition, at: number) => number;

/** Mean bytes of a frame at each quality of `film.ts`, as capture encodes them. */
const FILM_BYTES: Record<number, number> = {
  30: 23_900,
  35: 26_200,
  40: 28_100,
  45: 30_300,
  50: 32_100,
  55: 34_000,
  60: 36_200,
  65: 39_000,
  70: 42_400,
  75: 46_100,
  80: 51_900,
  85: 60_400,
  90: 77_000,
  95: 121_800,
};

/** Texture of 640 × 480; the small sizes as those of `WALK` are to its full ones. */
export const FILM: Scene = (rendition) => {
  const lowest = { quality: 30, size: "full" } as const;
  if (rendition.size === "full") return FILM_BYTES[rendition.quality] ?? 0;
  return ((FILM_BYTES[30] ?? 0) * weightOf(rendition)) / weightOf(lowest);
};
/** Walking people, 1280 × 720. */
export const WALK: Scene = (rendition) => (weightOf(rendition) * 1e6) / 8 / 34;
/** The same by a camera that turns for ten seconds of thirty; else most of the picture is held. */
export const TURNING: Scene = (rendition, at) => WALK(rendition, at) * (at % 30 < 20 ? 0.3 : 1);
