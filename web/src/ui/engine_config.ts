/** What a stage asks of its engine. The rendition: the address decides, else what worked the last time, else a guess. */

import { guessFor } from "../stream/first";
import type { Needs } from "../stream/needs";
import type { EngineConfig } from "../stream/view_model";
import { loadRendition } from "./prefs";
import type { PageOptions } from "./route";

/** Ten seconds of 640 × 480 at quality 95 are 41 MB. */
const MAX_REWIND_BYTES = 48e6;

interface Shown {
  base: string;
  camera: string | null;
  options: PageOptions;
}

export function stageConfig({ base, camera, options }: Shown, needs: Needs): EngineConfig {
  return { base, camera, ...wish(camera, options), needs, rewindBytes: MAX_REWIND_BYTES };
}

function wish(camera: string | null, { quality }: PageOptions): Pick<EngineConfig, "start" | "by"> {
  if (quality) return { start: quality, by: "choice" };
  const remembered = loadRendition(camera);
  if (remembered) return { start: remembered, by: "memory" };
  return { start: guessFor(roundTripMs()), by: "guess" };
}

/** How long the server took to answer with this page; 0 where the browser does not tell. */
function roundTripMs(): number {
  const [page] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return page && page.responseStart > 0 ? page.responseStart - page.requestStart : 0;
}
