/**
 * A camera's picture in a small window of its own. Where the browser gives a whole window (Document
 * picture in picture, Chromium) the stage's marks are shown there as on the page; elsewhere it is a
 * video of the canvas, which carries no marks, and the engine draws them into the picture itself.
 */

/** Dispatched at the window when picture in picture ends, however it was ended. */
export const PIP_LEFT_EVENT = "rero-pip-left";

interface DocumentPictureInPicture {
  readonly window: Window | null;
  requestWindow(size: { width: number; height: number }): Promise<Window>;
}
declare global {
  interface Window {
    documentPictureInPicture?: DocumentPictureInPicture;
  }
}

/** What of the stage is shown in the small window: what is said over the picture, not the controls. */
const MARKS = ".veil, .corner";
const SHORT_SIDE = 320;

const hasVideoPip =
  "pictureInPictureEnabled" in document &&
  document.pictureInPictureEnabled &&
  "captureStream" in HTMLCanvasElement.prototype;

export const canPip = "documentPictureInPicture" in window || hasVideoPip;

/** The window of Document picture in picture; the browser's own word still names it while it closes. */
let floatingWindow: Window | null = null;

/** Whether the picture floats as a video, without the stage's marks. WebKitGTK does not know the word at all. */
export const isBareVideo = () => (document.pictureInPictureElement ?? null) !== null;

/** Whether a picture floats now: then a hidden page goes on. */
export const isFloating = () => isBareVideo() || floatingWindow !== null;

export async function leavePip(): Promise<void> {
  floatingWindow?.close();
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
}

export async function togglePip(stage: HTMLElement | null): Promise<void> {
  if (isFloating()) return leavePip();
  const canvas = stage?.querySelector("canvas");
  if (!stage || !canvas) return;
  if (window.documentPictureInPicture) await floatStage(stage, canvas);
  else await floatVideo(canvas);
}

async function floatStage(stage: HTMLElement, canvas: HTMLCanvasElement): Promise<void> {
  const { width, height } = stage.getBoundingClientRect();
  const scale = SHORT_SIDE / Math.max(1, Math.min(width, height));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const floating = await window.documentPictureInPicture?.requestWindow(size);
  if (!floating) return;
  floatingWindow = floating;
  const { document: there } = floating;
  for (const sheet of document.querySelectorAll("link[rel=stylesheet], style"))
    there.head.append(sheet.cloneNode(true));
  const home = canvas.parentElement;
  const copy = there.createElement("main");
  const host = there.createElement("div");
  host.className = "host";
  host.append(canvas);
  there.body.className = "floating";
  there.body.append(copy);
  const mirror = () => mirrorMarks(stage, copy, host);
  mirror();
  const watch = new MutationObserver(mirror);
  watch.observe(stage, { attributes: true, subtree: true, childList: true, characterData: true });
  floating.addEventListener("pagehide", () => {
    watch.disconnect();
    floatingWindow = null;
    // Another part of the page may have it by now.
    if (canvas.ownerDocument === there) home?.append(canvas);
    dispatchEvent(new Event(PIP_LEFT_EVENT));
  });
}

/** Makes `copy` look as the stage does. */
function mirrorMarks(stage: HTMLElement, copy: HTMLElement, host: HTMLElement): void {
  for (const { name, value } of stage.attributes) copy.setAttribute(name, value);
  copy.inert = true;
  const marks = [...stage.querySelectorAll(MARKS)].map((mark) => mark.cloneNode(true));
  copy.replaceChildren(host, ...marks);
}

async function floatVideo(canvas: HTMLCanvasElement): Promise<void> {
  const stream = canvas.captureStream();
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  // The video is in no document, so that the browser's own event does not bubble beyond it.
  video.addEventListener("leavepictureinpicture", () => {
    for (const track of stream.getTracks()) track.stop();
    dispatchEvent(new Event(PIP_LEFT_EVENT));
  });
  await video.play();
  await video.requestPictureInPicture();
}
