/**
 * The JSON texts beside the pictures (`?v=2`): what the server may say and what we say.
 *
 * What is not understood is read as `null` and ignored, so that either side may learn new messages
 * before the other.
 */

import { MAX_QUALITY, type Rendition, type Size } from "./quality";

export interface Hello {
  type: "hello";
  camera: string;
  quality: number;
  size: Size;
  /** What may be asked for, by bit rate; empty from a server that knows no sizes. */
  ladder: Rendition[];
  /** The highest quality that may be asked for. */
  best: number;
  /** Pictures a second that the camera announces. */
  fps: number | null;
  /** The server wants acks, and bounds by them what is on its way. */
  acks: boolean;
  /** Quality can be changed on this connection. */
  inband: boolean;
  /** Frames may come as deltas. */
  delta: boolean;
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

/** The switch to this rendition took effect. */
interface QualityChanged extends Rendition {
  type: "quality";
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
  | ({ type: "quality" } & Rendition)
  /** From now on so many frames a second at the most; null is every frame. */
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
    case "hello": {
      const ladder = Array.isArray(m.ladder) ? m.ladder : [];
      const renditions = ladder.map(rendition).filter((rung) => rung !== null);
      return {
        type: "hello",
        camera: string(m.camera) ?? "default",
        quality: number(m.quality) ?? MAX_QUALITY,
        size: size(m.size) ?? "full",
        ladder: renditions,
        // A server that knows no sizes lists numbers.
        best: renditions.at(-1)?.quality ?? number(ladder.at(-1)) ?? MAX_QUALITY,
        fps: positive(m.fps),
        acks: m.acks === true,
        inband: m.inband === true,
        delta: m.delta === true,
      };
    }
    case "status":
      return readStatus(m);
    case "quality": {
      const served = rendition(m);
      return served && { type: "quality", ...served };
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

/** From so many bytes on the gateway reads what we say at once, and not with the next acks. */
const URGENT_BYTES = 512;
const PATIENT: readonly string[] = ["ack", "report"];

export function encode(message: ClientMessage): string {
  const text = JSON.stringify(message);
  return PATIENT.includes(message.type) ? text : text.padEnd(URGENT_BYTES);
}

const SIZES: readonly unknown[] = ["full", "half", "quarter"];
const size = (v: unknown) => (SIZES.includes(v) ? (v as Size) : null);

/** A rendition; of a server that knows no sizes it is full size. */
function rendition(v: unknown): Rendition | null {
  if (typeof v !== "object" || v === null) return null;
  const m = v as Record<string, unknown>;
  const quality = number(m.quality);
  const of = m.size === undefined ? "full" : size(m.size);
  return quality === null || of === null ? null : { quality, size: of };
}

const string = (v: unknown) => (typeof v === "string" ? v : null);
const number = (v: unknown) => (typeof v === "number" && Number.isFinite(v) ? v : null);
const positive = (v: unknown) => (typeof v === "number" && v > 0 ? v : null);
