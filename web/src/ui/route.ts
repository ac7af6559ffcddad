/**
 * What the page's address asks for: `?camera=yard&quality=60&stats=1&fit=cover&embed=1`, several
 * cameras as `?camera=yard&camera=door`, all of them as `?wall=1`. Every view has an address, so that
 * Back, reload and a link that is sent to somebody work. Pure.
 */

import { type Rendition, readLabel } from "../stream/rendition";

export interface Route {
  /** The cameras to show, in order. */
  cameras: string[];
  /** Names that no camera can have. */
  impossible: string[];
  /** All cameras there are, side by side. */
  wall: boolean;
  options: PageOptions;
}

export interface PageOptions {
  /** A fixed rendition, spelled `80`, `80s2` or `80s4`; null adapts. */
  quality: Rendition | null;
  stats: boolean;
  /** Null: as the viewer chose last. */
  fit: "contain" | "cover" | null;
  embed: boolean;
}

/** What is shown: one camera (null is the gateway's default one), several, or which there are. */
export type Scene =
  | { kind: "camera"; camera: string | null }
  | { kind: "wall"; cameras: string[] }
  | { kind: "list" }
  | { kind: "unknown"; camera: string };

const CAMERA_NAME = /^[a-z0-9-]{1,32}$/;
/** No screen shows more tiles, and no browser decodes more. */
const MAX_CAMERAS = 16;

export function readRoute(search: string): Route {
  const q = new URLSearchParams(search);
  const fit = q.get("fit");
  const names = [...new Set(q.getAll("camera").flatMap((v) => v.split(",")))].filter(Boolean);
  return {
    cameras: names.filter((v) => CAMERA_NAME.test(v)).slice(0, MAX_CAMERAS),
    impossible: names.filter((v) => !CAMERA_NAME.test(v)),
    wall: on(q.get("wall")),
    options: {
      quality: readLabel(q.get("quality") ?? ""),
      stats: on(q.get("stats")),
      fit: fit === "cover" || fit === "contain" ? fit : null,
      embed: on(q.get("embed")),
    },
  };
}

/** Whether the address leaves it open what is shown. */
export const isOpen = ({ cameras, impossible, wall }: Route): boolean =>
  !wall && cameras.length + impossible.length === 0;

/** The token of the link that this page was opened by (`#link=…`), or null. */
export function linkToken(hash: string): string | null {
  return new URLSearchParams(hash.slice(1)).get("link");
}

/** The address of other cameras in place of those of `search`; everything else in it stays. */
export function withCameras(search: string, show: string[] | "wall" | "list"): string {
  const q = new URLSearchParams(search);
  q.delete("camera");
  q.delete("wall");
  if (show === "wall") q.set("wall", "1");
  else if (show !== "list") for (const camera of show) q.append("camera", camera);
  const text = q.toString();
  return text === "" ? "" : `?${text}`;
}

/**
 * What to show of the cameras that the gateway knows, null while it was not asked or does not tell. A
 * camera that is alone opens by itself; a name that nobody ever spoke for is said to be unknown.
 */
export function sceneOf(route: Route, known: readonly string[] | null): Scene {
  const [first, ...more] = route.cameras;
  const [wrong] = route.impossible;
  if (first === undefined && wrong !== undefined) return { kind: "unknown", camera: wrong };
  if (more.length > 0) return { kind: "wall", cameras: route.cameras };
  if (first !== undefined) {
    const unknown = known !== null && known.length > 0 && !known.includes(first);
    return unknown ? { kind: "unknown", camera: first } : { kind: "camera", camera: first };
  }
  // Of no camera at all the list has words.
  if (route.wall && known?.length !== 0)
    return { kind: "wall", cameras: (known ?? []).slice(0, MAX_CAMERAS) };
  if (route.wall || (known !== null && known.length > 1)) return { kind: "list" };
  const [alone] = known ?? [];
  return { kind: "camera", camera: alone === undefined || alone === "default" ? null : alone };
}

/** The camera after this one, or before it; round again at the end. Null where there is no other. */
export function neighbour(names: readonly string[], camera: string, to: 1 | -1): string | null {
  const at = names.indexOf(camera);
  if (at < 0 || names.length < 2) return null;
  return names[(at + to + names.length) % names.length] ?? null;
}

const on = (value: string | null) => value !== null && value !== "0" && value !== "false";
