/**
 * What state a viewer's connection is in, and what to do next. A pure reducer: it is told what
 * happened and when, and answers with the new state and the few things to be done (`Effect`).
 * The socket itself is in `socket.ts`.
 */

import { FULL_GATEWAY_WAIT_MS, LEAVING_SPREAD_MS, waitMs } from "./backoff";

/** A socket that does not open by then is given up. */
export const CONNECT_TIMEOUT_MS = 8_000;
/** No picture for this long and the viewer is told. */
export const STALL_AFTER_MS = 1_500;
/** No picture for this long and a new connection is tried: this one may be dead without knowing. */
export const RECONNECT_AFTER_SILENCE_MS = 8_000;
/** The same while the camera is known to be down: then silence is no sign of a dead connection. */
export const RECONNECT_WHILE_CAMERA_DOWN_MS = 30_000;

export type Phase =
  | "connecting"
  | "live"
  | "stalled"
  | "waiting"
  | "offline"
  | "refused"
  | "paused";

/** `over`: the time to watch is; whoever logs in again may go on. */
type RefusalKind = "login" | "over" | "forbidden" | "quality" | "policy";

export interface Refusal {
  kind: RefusalKind;
  /** The server's own words, perhaps empty. */
  words: string;
}

export interface Connection {
  phase: Phase;
  /** Failures in a row; the first picture sets it to 0. */
  attempt: number;
  /** Whether the present socket has opened. */
  opened: boolean;
  /** Beginning of the present try, or of the wait for the first picture once it opened. */
  since: number;
  lastFrameAt: number | null;
  /** When a picture was last on screen: only that makes a connection live. */
  lastDrawnAt: number | null;
  /** When the next try is due; only in `waiting` and `offline`. */
  retryAt: number | null;
  /** Why we wait, in the server's words, where it gave any. */
  words: string;
  /** The server let nobody else in. */
  full: boolean;
  refusal: Refusal | null;
  cameraUp: boolean;
}

export type ConnectionEvent =
  | { type: "start" }
  | { type: "opened" }
  | { type: "frame" }
  /** A frame was decoded and drawn, or kept while a person looks back. */
  | { type: "drawn" }
  | { type: "camera"; up: boolean }
  /** `online`: whether the browser believes that it has a network at all. */
  | { type: "closed"; code: number; reason: string; online: boolean }
  /** What an HTTP request to the same server said, after a socket that was not let in. */
  | { type: "answer"; status: number | null; words: string }
  | { type: "tick" }
  | { type: "pause" }
  | { type: "resume" }
  /** The network came back, or a person asked: try now. */
  | { type: "retry" };

/** `ask`: find out by HTTP why the socket was not let in; browsers do not tell. */
export type Effect = "open" | "close" | "ask";

interface Step {
  state: Connection;
  effects: Effect[];
}

export const initial: Connection = {
  phase: "paused",
  attempt: 0,
  opened: false,
  since: 0,
  lastFrameAt: null,
  lastDrawnAt: null,
  retryAt: null,
  words: "",
  full: false,
  refusal: null,
  cameraUp: true,
};

/** `now` in milliseconds of one steady clock, `random` in [0, 1). */
export function reduce(s: Connection, e: ConnectionEvent, now: number, random: number): Step {
  switch (e.type) {
    case "start":
    case "resume":
      return s.phase === "paused" ? open({ ...s, attempt: 0 }, now) : same(s);
    case "pause":
      if (s.phase === "paused") return same(s);
      return step({ ...s, phase: "paused", opened: false, retryAt: null, refusal: null }, "close");
    case "retry":
      if (s.phase !== "waiting" && s.phase !== "offline" && s.phase !== "refused") return same(s);
      return open({ ...s, attempt: 0 }, now);
    case "opened":
      return s.phase === "connecting" ? step({ ...s, opened: true, since: now }) : same(s);
    case "frame":
      if (!s.opened) return same(s);
      return step({ ...s, attempt: 0, lastFrameAt: now, words: "", full: false });
    case "drawn":
      return s.opened ? step({ ...s, phase: "live", lastDrawnAt: now }) : same(s);
    case "camera":
      return step({ ...s, cameraUp: e.up });
    case "closed":
      return closed(s, e, now, random);
    case "answer":
      return answered(s, e);
    case "tick":
      return ticked(s, now, random);
  }
}

function closed(
  s: Connection,
  e: { code: number; reason: string; online: boolean },
  now: number,
  random: number,
): Step {
  if (s.phase === "paused" || s.phase === "refused") return same(s);
  const attempt = s.attempt + 1;
  const base = { ...s, attempt, opened: false, words: e.reason, full: e.code === 1013 };
  const refuse = (kind: RefusalKind, ...effects: Effect[]) => {
    const refusal: Refusal = { kind, words: e.reason };
    return step({ ...base, phase: "refused", retryAt: null, refusal }, ...effects);
  };
  if (e.code === 1003) return refuse("quality");
  // Whether a login would help, only the server can say.
  if (e.code === 1008) return refuse("policy", "ask");
  let wait = failedWait(s, random);
  // A gateway that leaves (1001, 1012) or falls (1006) has others beside it: the first try is at once.
  if (s.attempt === 0 && s.opened && [1001, 1006, 1012].includes(e.code))
    wait = random * LEAVING_SPREAD_MS;
  if (e.code === 1013) wait = Math.max(wait, FULL_GATEWAY_WAIT_MS * (1 + random / 2));
  const next: Connection = {
    ...base,
    phase: e.online ? "waiting" : "offline",
    retryAt: now + wait,
  };
  return s.opened ? step(next) : step(next, "ask");
}

function answered(s: Connection, e: { status: number | null; words: string }): Step {
  if (s.refusal?.kind === "policy" && e.status === 401)
    return step({ ...s, refusal: { kind: "over", words: s.refusal.words } });
  if (s.phase !== "waiting" && s.phase !== "offline") return same(s);
  // 429: so many wrong cookies came from here that theirs wait, and a login ends that.
  const login = e.status === 401 || e.status === 429;
  const kind = login ? "login" : e.status === 403 ? "forbidden" : null;
  if (kind === null) return same(s);
  return step({ ...s, phase: "refused", retryAt: null, refusal: { kind, words: e.words } });
}

function ticked(s: Connection, now: number, random: number): Step {
  switch (s.phase) {
    case "waiting":
    case "offline":
      return s.retryAt !== null && now >= s.retryAt ? open(s, now) : same(s);
    case "connecting":
      if (!s.opened)
        return now - s.since < CONNECT_TIMEOUT_MS ? same(s) : giveUp(s, now, random, "ask");
      return silent(s, now, random);
    case "live":
    case "stalled":
      return silent(s, now, random);
    default:
      return same(s);
  }
}

/**
 * An open connection that perhaps brings nothing, or nothing that can be shown. Frames that are no
 * picture are no reason to connect anew: they came.
 */
function silent(s: Connection, now: number, random: number): Step {
  const silence = now - Math.max(s.lastFrameAt ?? 0, s.since);
  if (silence >= (s.cameraUp ? RECONNECT_AFTER_SILENCE_MS : RECONNECT_WHILE_CAMERA_DOWN_MS))
    return giveUp(s, now, random);
  const undrawn = now - Math.max(s.lastDrawnAt ?? 0, s.since);
  // Before the first picture the page goes on saying "connecting".
  if (undrawn >= STALL_AFTER_MS && s.phase === "live") return step({ ...s, phase: "stalled" });
  return same(s);
}

/** The first try, made at once, does not lengthen the wait: it may have reached the gateway that leaves. */
const failedWait = (s: Connection, random: number) => waitMs(Math.max(0, s.attempt - 1), random);

function giveUp(s: Connection, now: number, random: number, ...more: Effect[]): Step {
  const retryAt = now + failedWait(s, random);
  const state: Connection = { ...s, phase: "waiting", attempt: s.attempt + 1, opened: false };
  return step({ ...state, retryAt, words: "" }, "close", ...more);
}

function open(s: Connection, now: number): Step {
  const state: Connection = { ...s, phase: "connecting", opened: false, since: now };
  return step({ ...state, retryAt: null, refusal: null, words: "", full: false }, "open");
}

const step = (state: Connection, ...effects: Effect[]): Step => ({ state, effects });
const same = (state: Connection): Step => ({ state, effects: [] });

/** What a page may show of it, at `now` of the same clock as `reduce`. */
export const viewOf = (c: Connection, now: number) => ({
  phase: c.phase,
  attempt: c.opened ? 0 : c.attempt,
  retryAt: c.retryAt === null ? null : Date.now() + c.retryAt - now,
  words: c.words,
  full: c.full,
  refusal: c.refusal,
  silentMs: c.lastFrameAt === null ? null : now - c.lastFrameAt,
});
