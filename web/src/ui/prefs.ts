/** What a viewer chose, remembered on this device. A browser that forbids storage forgets; no more. */

export interface Prefs {
  fit: "contain" | "cover";
  mirror: boolean;
  /** Quarter turns clockwise. */
  turns: 0 | 1 | 2 | 3;
  stats: boolean;
  /** The last quality that worked by itself. */
  quality: number | null;
}

const DEFAULTS: Prefs = { fit: "contain", mirror: false, turns: 0, stats: false, quality: null };

const key = (camera: string | null) => `rero.${camera ?? "default"}`;

export function loadPrefs(camera: string | null): Prefs {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(key(camera)) ?? "{}") };
  } catch {
    return DEFAULTS;
  }
}

export function savePrefs(camera: string | null, prefs: Prefs): void {
  try {
    localStorage.setItem(key(camera), JSON.stringify(prefs));
  } catch {
    // Private windows may refuse.
  }
}
