/** What a viewer chose, remembered on this device. Where the browser forbids storage nothing is kept. */

import { labelOf, type Rendition, readLabel } from "../stream/rendition";

export interface Prefs {
  fit: "contain" | "cover";
  mirror: boolean;
  /** Quarter turns clockwise. */
  turns: 0 | 1 | 2 | 3;
  stats: boolean;
  /** Date and time of the picture. */
  clock: boolean;
  /** Told of the camera while the page is hidden. */
  notify: boolean;
}

const DEFAULTS: Prefs = {
  ...{ fit: "contain", mirror: false, turns: 0 },
  ...{ stats: false, clock: false, notify: false },
};

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

/** The last rendition that worked by itself; null where none is known. */
export const loadRendition = (camera: string | null): Rendition | null =>
  readLabel(read(qualityKey(camera)) ?? "");

export const saveRendition = (camera: string | null, rendition: Rendition): void =>
  write(qualityKey(camera), labelOf(rendition));

const CAMERAS_KEY = "rero-cameras";
const WALL_KEY = "rero-wall";

/** The cameras that the gateway last told of; null where that is not known. */
export const rememberedCameras = (): string[] | null => names(read(CAMERAS_KEY));
export const rememberCameras = (cameras: string[]): void => write(CAMERAS_KEY, cameras.join(","));

/** The cameras that were last chosen to be seen side by side. */
export const loadWall = (): string[] => names(read(WALL_KEY)) ?? [];
export const saveWall = (cameras: string[]): void => write(WALL_KEY, cameras.join(","));

const KEYS_KEY = "rero-keys";

/** Whether single letters, digits and signs are commands. */
export const singleKeysWanted = (): boolean => read(KEYS_KEY) !== "off";
export const wantSingleKeys = (wanted: boolean): void => write(KEYS_KEY, wanted ? "on" : "off");

export type Theme = "auto" | "dark" | "light";
const THEME_KEY = "rero-theme";

/** As the device is, where nothing else was chosen. */
export function readTheme(): Theme {
  const theme = read(THEME_KEY);
  return theme === "dark" || theme === "light" ? theme : "auto";
}
export const writeTheme = (theme: Theme): void => write(THEME_KEY, theme);

const names = (text: string | null) => text?.split(",").filter(Boolean) ?? null;

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
