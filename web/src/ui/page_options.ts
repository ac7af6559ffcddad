/** What the page's address may ask for: `?quality=60&stats=1&fit=cover&embed=1&camera=yard`. Pure. */

import { nearestRung } from "../stream/quality";

export interface PageOptions {
  /** The cameras to show, in order; none means the gateway's default one. */
  cameras: string[];
  /** A fixed quality; null adapts. */
  quality: number | null;
  stats: boolean;
  /** Null: as the viewer chose last. */
  fit: "contain" | "cover" | null;
  embed: boolean;
}

const CAMERA_NAME = /^[a-z0-9-]{1,32}$/;
/** No screen shows more tiles, and no browser decodes more. */
const MAX_CAMERAS = 16;

export function readPageOptions(search: string): PageOptions {
  const q = new URLSearchParams(search);
  const fit = q.get("fit");
  const quality = q.get("quality");
  return {
    cameras: [...new Set(q.getAll("camera").flatMap((v) => v.split(",")))]
      .filter((v) => CAMERA_NAME.test(v))
      .slice(0, MAX_CAMERAS),
    quality: quality !== null && /^\d{1,3}$/.test(quality) ? nearestRung(Number(quality)) : null,
    stats: on(q.get("stats")),
    fit: fit === "cover" || fit === "contain" ? fit : null,
    embed: on(q.get("embed")),
  };
}

const on = (value: string | null) => value !== null && value !== "0" && value !== "false";
