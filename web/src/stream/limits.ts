/** The published rule's two limits, for a camera of any rate. Pure. */

import { NOMINAL_FPS } from "./arrivals";

const LOW_FPS = 28;
const HIGH_FPS = 32;

/** Below the one a step down, above the other one up, where `expected` frames a second are to come. */
export function limits(expected: number): { low: number; high: number } {
  const scale = Math.min(1, expected / NOMINAL_FPS);
  return { low: LOW_FPS * scale, high: HIGH_FPS * scale };
}
