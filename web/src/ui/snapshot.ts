/** Saving the picture on screen, byte for byte as the camera's host sent it. */

import type { Snapshot } from "../stream/view_model";

/** Some browsers begin the download only after the click has been handled. */
const REVOKE_AFTER_MS = 10_000;

/** `front-door_2026-11-22_14-03-07.250.jpg`, in the viewer's own time. */
export function snapshotName(takenAt: number, camera: string | null): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const t = new Date(takenAt);
  const day = `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  const clock = `${two(t.getHours())}-${two(t.getMinutes())}-${two(t.getSeconds())}`;
  const ms = String(t.getMilliseconds()).padStart(3, "0");
  return `${camera ?? "camera"}_${day}_${clock}.${ms}.jpg`;
}

/** Hands the picture to the browser's downloads and returns its name. */
export function saveSnapshot(snapshot: Snapshot, camera: string | null): string {
  const link = document.createElement("a");
  const address = URL.createObjectURL(new Blob([snapshot.jpeg], { type: "image/jpeg" }));
  link.href = address;
  link.download = snapshotName(snapshot.takenAt, camera);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), REVOKE_AFTER_MS);
  return link.download;
}
