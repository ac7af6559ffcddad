/** Whether a camera is there, and what is told of it to somebody who looks elsewhere. Pure. */

import type { CameraState } from "../stream/protocol";

interface Told {
  camera: string;
  state: CameraState;
  reason: string | null;
}

/** A camera that sleeps is there: it wakes for whoever looks. Null: the gateway does not tell. */
export function isThere(cameras: readonly Told[] | null, camera: string): boolean | null {
  if (cameras === null) return null;
  const told = cameras.find((one) => one.camera === camera);
  if (!told) return false;
  return !["offline", "error"].includes(told.state) && told.reason !== "privacy";
}

/** What changed between two looks; of what is not known nothing is told. */
export function noticeOf(before: boolean | null, now: boolean | null): "off" | "back" | null {
  if (before === null || now === null || before === now) return null;
  return now ? "back" : "off";
}
