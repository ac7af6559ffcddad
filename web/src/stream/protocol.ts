/**
 * The JSON texts beside the pictures (`?v=2`): what the server may say and what we say.
 *
 * What is not understood is read as `null` and ignored, so that either side may learn new messages
 * before the other.
 */

import { MAX_QUALITY } from "./quality";

export interface Hello {
  type: "hello";
  camera: string;
  quality: number;
  /** The highest quality that may be asked for. */
  best: number;
  /** Pictures a second that the camera announces. */
  fps: number | null;
  /** The server wants acks, and bounds by them what is on its way. */
  acks: boolean;
  /** Quality can be changed on this connection. */
  inband: boolean;
}

type CameraState = "idle" | "starting" | "live" | "error" | "offline";

export interface CameraStatus {
  type: "status";
  camera: string;
  state: CameraState;
  reason: string | null;
  /** Words for a person, from the camera's host. */
  detail: string;
  fps: number | null;
  width: number | null;
  height: number | null;
  source: string | null;
  format: string | null;
}

/** The switch to this rung took effect. */
interface QualityChanged {
  type: "quality";
  quality: number;
}

/** The gateway's time, in reply to our `clock` question. */
interface ClockReply {
  type: "clock";
  /** Our own reading, given back. */
  t: number;
  /** The gateway's clock, milliseconds since the Unix epoch. */
  nowMs: number;
}

export type ServerMessage = Hello | CameraStatus | QualityChanged | ClockReply;

/** What the gateway counts in its histograms. */
export interface Report {
  fps: number;
  age_ms: number | null;
  /** Frames that never came, since the last report. */
  skipped: number;
}

export type ClientMessage =
  | { type: "quality"; quality: number }
  | { type: "ack"; seq: number }
  | ({ type: "report" } & Report)
  | { type: "clock"; t: number };

const STATES: readonly string[] = ["idle", "starting", "live", "error", "offline"];

export function parseServerMessage(text: string): ServerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const m = value as Record<string, unknown>;
  switch (m.type) {
    case "hello":
      return {
        type: "hello",
        camera: string(m.camera) ?? "default",
        quality: number(m.quality) ?? MAX_QUALITY,
        best: number(Array.isArray(m.ladder) ? m.ladder.at(-1) : null) ?? MAX_QUALITY,
        fps: positive(m.fps),
        acks: m.acks === true,
        inband: m.inband === true,
      };
    case "status":
      return readStatus(m);
    case "quality": {
      const quality = number(m.quality);
      return quality === null ? null : { type: "quality", quality };
    }
    case "clock": {
      const t = number(m.t);
      const now = number(m.now_us);
      return t === null || now === null ? null : { type: "clock", t, nowMs: now / 1000 };
    }
    default:
      return null;
  }
}

/** A camera's status, from a message or from `/api/status`; null where it has no known state. */
export function readStatus(m: Record<string, unknown>): CameraStatus | null {
  const state = string(m.state);
  if (state === null || !STATES.includes(state)) return null;
  return {
    type: "status",
    camera: string(m.camera) ?? "default",
    state: state as CameraState,
    reason: string(m.reason),
    detail: string(m.detail) ?? "",
    fps: positive(m.fps),
    width: positive(m.width),
    height: positive(m.height),
    source: string(m.source),
    format: string(m.format),
  };
}

export const encode = (message: ClientMessage): string => JSON.stringify(message);

const string = (v: unknown) => (typeof v === "string" ? v : null);
const number = (v: unknown) => (typeof v === "number" && Number.isFinite(v) ? v : null);
const positive = (v: unknown) => (typeof v === "number" && v > 0 ? v : null);
