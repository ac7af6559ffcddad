/**
 * What to ask for first, before any picture said what the link carries. Pure.
 */

import { streamUrl } from "./gateway_urls";
import { Ladder } from "./ladder";
import { wantsOf } from "./needs";
import { FIRST, RENDITIONS, type Rendition } from "./rendition";
import type { EngineConfig } from "./view_model";

/** A round trip that takes so long is far. */
const FAR_MS = 100;
/**
 * On a new connection TCP sends 15 kB before the first answer. A full picture of 40 kB takes two round trips
 * more; this one, of 10 kB, none, and within the next second there is a better one.
 */
const FIRST_FAR: Rendition = { quality: 80, size: "quarter" };

/** Where nothing is known but how long the gateway took to answer. */
export const guessFor = (roundTripMs: number): Rendition =>
  roundTripMs < FAR_MS ? FIRST : FIRST_FAR;

type Beginning = Pick<EngineConfig, "base" | "camera" | "start" | "by" | "needs">;

/** The address that an engine connects to first; null where it depends on more than this. */
export function firstStream({ base, camera, start, by, needs }: Beginning): string | null {
  // How many pictures a tile asks for is the engine's to say.
  if (!needs.attended) return null;
  return streamUrl(base, by === "choice" ? start : within(start, needs), camera, null);
}

/** As near to it as is worth asking for at the size that it is shown in. */
function within(start: Rendition, needs: Beginning["needs"]): Rendition {
  const ladder = new Ladder(RENDITIONS, wantsOf(needs, null, false).top, true);
  return ladder.at(ladder.place({ rendition: start, every: 1 })).rendition;
}
