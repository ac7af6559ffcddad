/** What of a camera can be given to others: its address, a piece of a page, what its stream is like. */

import type { View } from "../stream/view_model";
import { withCameras } from "./route";
import { words } from "./words/words";

/** The address of this camera's view. Pure. */
export function linkTo(page: string, camera: string | null): string {
  const url = new URL(page);
  url.hash = "";
  url.search = camera === null ? "" : withCameras("", [camera]);
  return url.href;
}

/** The camera as a part of another page. Pure. */
export function embedCode(page: string, camera: string | null): string {
  const url = new URL(linkTo(page, camera));
  url.searchParams.set("embed", "1");
  const src = url.href.replaceAll("&", "&amp;");
  const allow = "fullscreen; picture-in-picture; screen-wake-lock";
  return `<iframe src="${src}" width="640" height="360" style="border:0" allow="${allow}"></iframe>`;
}

/** For whoever is asked for help: figures and what the browser is, nothing of the picture. */
export function diagnosticsOf(view: View | null, camera: string | null): string {
  const { history: _, ...figures } = view ?? { history: [] };
  const { userAgent, language, hardwareConcurrency } = navigator;
  const screen = `${innerWidth}x${innerHeight}@${devicePixelRatio}`;
  const about = { at: new Date().toISOString(), watching: camera ?? "default", screen };
  return JSON.stringify(
    { ...about, userAgent, language, hardwareConcurrency, ...figures },
    null,
    2,
  );
}

/** Copies, and says how that went. */
export async function copyText(text: string): Promise<string> {
  try {
    // Not there on a page without TLS.
    await navigator.clipboard.writeText(text);
    return words.page.copied;
  } catch {
    return words.page.copyFailed;
  }
}
