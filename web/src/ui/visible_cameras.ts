/** Which cameras the gateway's status lets this page show. Pure. */

/** What the gateway calls the camera that has no name. */
const DEFAULT_CAMERA = "default";

/** What `/api/status` tells, as far as it matters here. */
interface GatewayStatus {
  access?: { cameras?: string[] };
  cameras?: { camera?: string; state?: string }[];
}

export interface VisibleCameras {
  /** Those that are there. */
  known: string[];
  /** The one to begin with; null is the gateway's default one. */
  first: string | null;
}

export function visibleCameras(status: GatewayStatus | null): VisibleCameras {
  const cameras = status?.cameras ?? [];
  const known = cameras.flatMap((c) => (c.state === "offline" ? [] : (c.camera ?? [])));
  const patterns = status?.access?.cameras ?? ["*"];
  const first = patterns.some(fitsDefault) ? null : (known[0] ?? null);
  return { known, first };
}

/** A name in which `*` stands for anything; there are but letters, digits and '-' beside it. */
const fitsDefault = (pattern: string) =>
  new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(DEFAULT_CAMERA);
