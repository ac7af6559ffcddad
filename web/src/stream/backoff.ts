/**
 * How long to wait before the next try: 0.5 s, 1 s, … 15 s, each shortened by chance to half at
 * most, so that a thousand viewers of a gateway that fell do not come back in one moment.
 */

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 15_000;
/** A gateway that leaves says so, or falls; its viewers spread over this time and no longer. */
export const LEAVING_SPREAD_MS = 250;
/** A full gateway is asked again no sooner. */
export const FULL_GATEWAY_WAIT_MS = 5_000;

/** Milliseconds to wait after `attempt` failures in a row (0 = the first), `random` in [0, 1). */
export function waitMs(attempt: number, random: number): number {
  const whole = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
  return whole * (0.5 + random / 2);
}
