/**
 * The JSON texts beside the pictures (`?v=2`): what the server may say and what we say.
 *
 * What is not understood is read as `null` and ignored, so that either side may learn new messages
 * before the other.
 */

import { MAX_QUALITY } from "./quality";
import { FULL_LADDER, type Rendition, SIZES, type Size, serving } from "./rendition";

export interface Hello {
  type: "hello";
  camera: string;
  /** What is served to begin with. */
  rendition: Rendition;
  /** What may be asked for, in order of bit rate. */
  ladder: readonly Rendition[];
  /** The server knows sizes, and sends fewer pictures to who asks for fewer. */
  sizes: boolean;
  /** Pictures a second that the camera announces. */
  fps: number | null;
  /** The server wants acks, and bounds by them what is on its way. */
  acks: boolean;
  /** Quality can be changed on this connection. */
  inband: boolean;
  /** Frames may come as deltas. */
  delta: boolean;
}

export type CameraState = "idle" | "starting" | "live" | "error" | "offline";

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
  /** The share of the picture that changes from one frame to the next; null where nobody compares. */
  changed: number | null;
}

/** The switch to this rendition took effect. */
interface QualityChanged {
  type: "quality";
  rendition: Rendition;
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
  /** Without a size it is full: servers that know none are not told one. */
  | { type: "quality"; quality: number; size?: Size }
  /** At most so many pictures a second; null is all of them. */
  | { type: "rate"; fps: number | null }
  | { type: "ack"; seq: number }
  | ({ type: "report" } & Report)
  | { type: "clock"; t: number }
  /** A delta could not be applied: the next frame is to be whole. */
  | { type: "whole" };

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
      return readHello(m);
    case "status":
      return readStatus(m);
    case "quality": {
      const rendition = readRendition(m);
      return rendition && { type: "quality", rendition };
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

function readHello(m: Record<string, unknown>): Hello {
  const ladder = Array.isArray(m.ladder) ? m.ladder.flatMap((r) => readRendition(r) ?? []) : [];
  return {
    type: "hello",
    camera: string(m.camera) ?? "default",
    rendition: readRendition(m) ?? { quality: MAX_QUALITY, size: "full" },
    ladder: ladder.length > 0 ? ladder : FULL_LADDER,
    sizes: typeof m.size === "string",
    fps: positive(m.fps),
    acks: m.acks === true,
    inband: m.inband === true,
    delta: m.delta === true,
  };
}

/** `{"quality":70,"size":"half"}`, or without sizes the number alone; null where it is neither. */
function readRendition(value: unknown): Rendition | null {
  if (typeof value === "number") return serving(value, "full");
  if (typeof value !== "object" || value === null) return null;
  const { quality, size = "full" } = value as Record<string, unknown>;
  if (typeof quality !== "number" || !SIZES.includes(size as Size)) return null;
  return serving(quality, size as Size);
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
    changed: number(m.changed_ratio),
  };
}

/** From so many bytes on the gateway reads what we say at once, and not with the next acks. */
const URGENT_BYTES = 512;
const PATIENT: readonly string[] = ["ack", "report"];

export function encode(message: ClientMessage): string {
  const text = JSON.stringify(message);
  return PATIENT.includes(message.type) ? text : text.padEnd(URGENT_BYTES);
}

const string = (v: unknown) => (typeof v === "string" ? v : null);
const number = (v: unknown) => (typeof v === "number" && Number.isFinite(v) ? v : null);
const positive = (v: unknown) => (typeof v === "number" && v > 0 ? v : null);
