/** What goes into an engine and what comes out of it: its settings, what a page may show, a picture. */

import type { Phase, Refusal } from "./connection";
import type { Needs } from "./needs";
import type { CameraStatus } from "./protocol";
import type { Reason } from "./reason";
import type { Rendition, Size } from "./rendition";

/** Two samples a second make the history a minute long. */
export const HISTORY_SAMPLES = 120;

export interface Sample {
  fps: number;
  ageMs: number | null;
  quality: number;
}

export interface Totals {
  received: number;
  drawn: number;
  bytes: number;
  /** Frames that the camera delivered and that never reached us, by the stamps' numbers. */
  skipped: number;
  /** Frames that were no picture. */
  corrupt: number;
  /** Pauses that the eye sees, while live. */
  freezes: number;
  longestGapMs: number;
  switches: number;
}

export interface EngineConfig {
  /** The gateway's address, with a slash at its end. */
  base: string;
  /** Null is the gateway's default camera. */
  camera: string | null;
  /** To begin with. */
  start: Rendition;
  /** Whether that is what a person chose, what worked the last time, or a guess. */
  by: "choice" | "memory" | "guess";
  needs: Needs;
  rewindBytes: number;
}

/** What a page that takes over an engine may want otherwise than the one before. */
export type Adopted = Pick<EngineConfig, "start" | "by" | "needs" | "rewindBytes">;

/** What the page may show; made anew twice a second and at every change of state. */
export interface View {
  /** By the clock of the engine's thread, milliseconds: what is told of ages is of then. */
  madeAt: number;
  phase: Phase;
  /** Connections that failed in a row; 0 once one is open. */
  attempt: number;
  /** When the next try is due, milliseconds since the epoch. */
  retryAt: number | null;
  words: string;
  full: boolean;
  refusal: Refusal | null;
  camera: CameraStatus | null;
  quality: number;
  size: Size;
  /** What this viewer may ask for, in order of bit rate. */
  ladder: readonly Rendition[];
  /** The best of it that is worth asking for at the size that it is shown in. */
  top: Rendition;
  auto: boolean;
  reason: Reason;
  /** The link carries fewer than all pictures even of the cheapest rendition. */
  fewer: boolean;
  /** Pictures a second that were asked for; null is all of them. */
  rate: number | null;
  fps: number;
  shownFps: number;
  sourceFps: number;
  kbps: number;
  /** What it would be without deltas. */
  wholeKbps: number;
  /** The share of the picture that changed from one frame to the next; null where none comes as a delta. */
  moved: number | null;
  /** Age of the picture on screen, now; null where no frame carries a stamp, or while nobody knows. */
  ageMs: number | null;
  /** Stamps tell nothing before clocks are compared: until then nobody may call it live. */
  ageKnown: boolean;
  /** Since the last picture came; null before the first. */
  silentMs: number | null;
  width: number;
  height: number;
  decodeMs: number;
  /** Frames in a row, to the last one, that were no picture. */
  corruptInARow: number;
  /** Capture time of the picture on screen by its stamp, else when it came; milliseconds since the epoch. */
  shownTakenAt: number | null;
  /** How long ago the picture on screen came, while a person looks back; null is live. */
  behindMs: number | null;
  /** How long ago the oldest picture came that one can look back at. */
  rewindMs: number;
  history: readonly Sample[];
  totals: Totals;
}

/** The last seconds as a film. */
export interface Clip {
  avi: Uint8Array<ArrayBuffer>;
  /** Milliseconds since the epoch, of its first picture. */
  takenAt: number;
}

/** One picture, byte for byte as it was received. */
export interface Snapshot {
  jpeg: ArrayBuffer;
  /** Milliseconds since the epoch: capture time, or arrival where no stamp tells. */
  takenAt: number;
}
