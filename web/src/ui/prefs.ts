/** What a viewer chose, remembered on this device. Where the browser forbids storage nothing is kept. */

import { nearestRung } from "../stream/quality";

export interface Prefs {
  fit: "contain" | "cover";
  mirror: boolean;
  /** Quarter turns clockwise. */
  turns: 0 | 1 | 2 | 3;
  stats: boolean;
}

const DEFAULTS: Prefs = { fit: "contain", mirror: false, turns: 0, stats: false };

const prefsKey = (camera: string | null) => `rero.${camera ?? "default"}`;
const qualityKey = (camera: string | null) => `${prefsKey(camera)}.quality`;

export function loadPrefs(camera: string | null): Prefs {
  try {
    return { ...DEFAULTS, ...JSON.parse(read(prefsKey(camera)) ?? "{}") };
  } catch {
    return DEFAULTS;
  }
}

export const savePrefs = (camera: string | null, prefs: Prefs): void =>
  write(prefsKey(camera), JSON.stringify(prefs));

/** The last quality that worked by itself; null where none is known. */
export function loadQuality(camera: string | null): number | null {
  const quality = Number(read(qualityKey(camera)) ?? Number.NaN);
  return Number.isFinite(quality) ? nearestRung(quality) : null;
}

export const saveQuality = (camera: string | null, quality: number): void =>
  write(qualityKey(camera), String(quality));

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may refuse.
  }
}
