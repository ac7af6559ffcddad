/** Picture in picture through a hidden video of the canvas; Firefox has none. */

export const canPip =
  "pictureInPictureEnabled" in document &&
  document.pictureInPictureEnabled &&
  "captureStream" in HTMLCanvasElement.prototype;

/**
 * Dispatched at the window when picture in picture ends. The video is in no document, so that the
 * browser's own event does not bubble beyond it.
 */
export const PIP_LEFT_EVENT = "rero-pip-left";

export async function leavePip(): Promise<void> {
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
}

export async function togglePip(host: HTMLElement | null): Promise<void> {
  if (document.pictureInPictureElement) return leavePip();
  const canvas = host?.querySelector("canvas");
  if (!canvas) return;
  const stream = canvas.captureStream();
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  video.addEventListener("leavepictureinpicture", () => {
    for (const track of stream.getTracks()) track.stop();
    dispatchEvent(new Event(PIP_LEFT_EVENT));
  });
  await video.play();
  await video.requestPictureInPicture();
}
