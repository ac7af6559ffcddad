/** What a link could not carry, and when that may be tried again. Pure; times in seconds. */

import { WINDOW_S } from "./arrivals";
import type { Step } from "./ladder";

/** A step up that lasts this long has succeeded; one that fails earlier was beyond the link. */
export const PROBE_S = 8;
const FIRST_BACKOFF_S = 10;
const MAX_BACKOFF_S = 120;

export interface Ceiling {
  /** The step that failed. */
  readonly step: Step | null;
  readonly until: number;
  /** How long it was not to be tried, which doubles. */
  readonly backoff: number;
}

export const NO_CEILING: Ceiling = { step: null, until: 0, backoff: FIRST_BACKOFF_S };

/** How long the step that fails now is not tried again, so long after the last step up and the last one down. */
export function backoffAfter({ backoff }: Ceiling, sinceUp: number, sinceDown: number): number {
  if (sinceUp < PROBE_S) return Math.min(MAX_BACKOFF_S, backoff * 2);
  return sinceDown > WINDOW_S ? FIRST_BACKOFF_S : backoff;
}
