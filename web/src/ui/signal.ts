/** How good the connection is, for whoever wants no figures: one to four bars. Pure. */

import { weightOf } from "../stream/rendition";
import type { View } from "../stream/view_model";
import { OLD_AGE_MS } from "./presentation";

/** Of the bit rate of the best picture that is worth having here. */
const FOUR = 0.4;
const THREE = 0.15;
const TWO = 0.04;

/** Null while there is no live picture. */
export function signalOf(view: View | null): number | null {
  if (view?.phase !== "live" || view.behindMs !== null) return null;
  const asked = view.rate ?? view.sourceFps;
  const carried = asked > 0 ? Math.min(1, view.fps / asked) : 1;
  // What a person chose says nothing of the link.
  const quality = view.auto ? weightOf(view) / weightOf(view.top) : 1;
  const part = quality * carried * (view.fewer ? asked / view.sourceFps : 1);
  const bars = part >= FOUR ? 4 : part >= THREE ? 3 : part >= TWO ? 2 : 1;
  const old = (view.ageMs ?? 0) >= OLD_AGE_MS / 2;
  return Math.max(1, old ? bars - 1 : bars);
}
