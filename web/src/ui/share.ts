/** What of a camera can be given to others: its address, a piece of a page, what its stream is like. */

import type { Snapshot, View } from "../stream/view_model";
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

/** Whether this browser has a clipboard for pictures, which it has for pages with TLS or of this machine alone. */
export const canCopyPictures = (): boolean =>
  typeof ClipboardItem === "function" && "write" in (navigator.clipboard ?? {});

/** Copies a picture as PNG, which is what clipboards take, and says how that went. */
export async function copyPicture(taken: Promise<Snapshot | null>): Promise<string> {
  try {
    // Asked for in the same turn as the key: a clipboard forgets soon that a person wanted it.
    const png = taken.then((snapshot) => snapshot && pngOf(snapshot));
    const none = png.then((blob) => blob ?? Promise.reject(new Error("no picture")));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": none })]);
    return words.page.copied;
  } catch {
    return (await taken) ? words.page.copyFailed : words.page.nothingYet;
  }
}

async function pngOf({ jpeg }: Snapshot): Promise<Blob> {
  const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  picture.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no PNG")))),
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
