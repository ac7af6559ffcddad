/** Picture in picture through a hidden video of the canvas; Firefox has none. */

export const canPip =
  "pictureInPictureEnabled" in document &&
  document.pictureInPictureEnabled &&
  "captureStream" in HTMLCanvasElement.prototype;

export async function togglePip(host: HTMLElement | null): Promise<void> {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  const canvas = host?.querySelector("canvas");
  if (!canvas) return;
  const stream = canvas.captureStream();
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  video.addEventListener("leavepictureinpicture", () => {
    for (const track of stream.getTracks()) track.stop();
  });
  await video.play();
  await video.requestPictureInPicture();
}
