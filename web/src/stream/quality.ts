/** JPEG quality as it is served: a ladder of rungs from 30 to 95. Pure; the same as `quality.rs` of `crates/wire`. */

export const LADDER = [30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95] as const;
export const MIN_QUALITY = 30;
export const MAX_QUALITY = 95;
export const QUALITY_STEP = 5;

/** The nearest rung that is not above `quality`; numbers out of range go to the nearer end. */
export function nearestRung(quality: number): number {
  const clamped = Math.min(MAX_QUALITY, Math.max(MIN_QUALITY, quality));
  return clamped - (clamped % QUALITY_STEP);
}
