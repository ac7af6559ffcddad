/** Picture in picture through a hidden video of the canvas; Firefox has none. */

export const canPip =
  "pictureInPictureEnabled" in document &&
  document.pictureInPictureEnabled &&
  "captureStream" in HTMLCanvasElement.prototype;

/**
 * The window's event when the picture no longer floats. The video is in no document, so what the
 * browser itself tells about it is heard at the video alone.
 */
export const PIP_LEFT = "rero-pip-left";

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
    dispatchEvent(new Event(PIP_LEFT));
  });
  await video.play();
  await video.requestPictureInPicture();
}
