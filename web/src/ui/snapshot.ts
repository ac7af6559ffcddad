/** Saving the picture on screen, or the last seconds as a film, byte for byte as the camera's host sent them. */

import type { Clip, Snapshot } from "../stream/view_model";

/** Some browsers begin the download only after the click has been handled. */
const REVOKE_AFTER_MS = 10_000;

/** `front-door_2026-11-22_14-03-07.250.jpg`, in the viewer's own time. */
export function fileName(takenAt: number, camera: string | null, ending: "jpg" | "avi"): string {
  const minutesWest = new Date(takenAt).getTimezoneOffset();
  const local = new Date(takenAt - 60_000 * minutesWest).toISOString();
  const time = local.replace("T", "_").replace("Z", "").replaceAll(":", "-");
  return `${camera ?? "camera"}_${time}.${ending}`;
}

/** Hands the picture to the browser's downloads and returns its name. */
export const saveSnapshot = ({ jpeg, takenAt }: Snapshot, camera: string | null): string =>
  save(new Blob([jpeg], { type: "image/jpeg" }), fileName(takenAt, camera, "jpg"));

export const saveClip = ({ avi, takenAt }: Clip, camera: string | null): string =>
  save(new Blob([avi], { type: "video/x-msvideo" }), fileName(takenAt, camera, "avi"));

function save(file: Blob, name: string): string {
  const link = document.createElement("a");
  const address = URL.createObjectURL(file);
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), REVOKE_AFTER_MS);
  return name;
}
