/**
 * What the page says about the stream. Pure: a view in, words for a person out, so that every state is
 * decided in one place and tested there; the words themselves are in `words/`.
 */

import type { CameraStatus } from "../stream/protocol";
import type { View } from "../stream/view_model";
import { clockTime } from "./clock_time";
import { words } from "./words/words";

/** From this age on the picture is marked; from the second on it is grey and the page says why. */
export const OLD_AGE_MS = 1_000;
const STALE_AGE_MS = 3_000;

/** The state in one or two words. */
export interface Pill {
  label: string;
  tone: "good" | "busy" | "warn" | "bad" | "quiet";
}

export interface Presentation extends Pill {
  /** How much the picture on screen may be trusted: as it is, marked with its age, or greyed. */
  trust: "live" | "old" | "stale";
  /** The card over the picture; null shows none. */
  card: Card | null;
  /** A line beside a live picture. */
  note: string | null;
}

export interface Card {
  title: string;
  detail: string;
  action: "resume" | "retry" | "login" | null;
  icon: "pause" | "lock" | "unplugged" | "wait" | "stop";
  /** Milliseconds since the epoch of the next try; in the past while it is tried. */
  retryAt: number | null;
}

export function present(view: View | null): Presentation {
  if (view === null) return connecting(null);
  switch (view.phase) {
    case "paused":
      return paused(view);
    case "refused":
      return refused(view);
    case "waiting":
    case "offline":
      return waiting(view);
    default:
      return open(view);
  }
}

/** One pauses to look: the picture stays clear, and says of when it is. */
function paused({ shownTakenAt }: View): Presentation {
  const { state } = words;
  if (shownTakenAt === null)
    return say(state.paused, "quiet", "stale", {
      ...card(state.paused, "", "pause"),
      action: "resume",
    });
  const note = state.pausedAt(clockTime(shownTakenAt));
  return { ...say(state.paused, "quiet", "live"), note };
}

function open(view: View): Presentation {
  const { state } = words;
  const silent = view.silentMs ?? Number.POSITIVE_INFINITY;
  if (view.behindMs !== null) return say(state.lookingBack, "quiet", "live");
  // Pictures that arrive prove more than a status message that says there are none.
  if (view.phase === "live" && silent < OLD_AGE_MS) return live(view);
  if (view.phase === "connecting" && view.attempt > 0) return waiting(view);
  if (view.phase !== "live" && view.corruptInARow > 0) return undecodable(view);
  const camera = cameraTrouble(view.camera);
  if (camera) return camera;
  if (view.phase === "connecting") return connecting(view.camera);
  if (Math.max(silent, view.ageMs ?? 0) < STALE_AGE_MS) return say(state.stalled, "warn", "old");
  const silence = card(state.noNewPictures, state.nothingArrives, "wait");
  return say(state.stalled, "warn", "stale", silence);
}

function live(view: View): Presentation {
  const { state } = words;
  const age = view.ageMs ?? 0;
  if (age >= STALE_AGE_MS) {
    const late = card(state.isLate, state.oldWhenItArrives(inSeconds(age)), "wait");
    return say(state.late, "warn", "stale", late);
  }
  if (age >= OLD_AGE_MS) return say(state.late, "warn", "old");
  // The first pictures of a connection, until clocks are compared: seen at once, and called nothing.
  if (!view.ageKnown) return say(state.connecting, "busy", "live");
  const said = say(state.live, "good", "live");
  if (!view.auto || !(view.fewer || view.reason === "floor")) return said;
  const [carried, all] = [Math.round(view.fps), Math.round(view.sourceFps)];
  return { ...said, note: state.carries(carried, all) };
}

function undecodable({ corruptInARow: count }: View): Presentation {
  const { state } = words;
  const said = card(state.cannotBeShown, state.undecodable(count), "stop");
  return say(state.noPicture, "bad", "stale", said);
}

function connecting(camera: CameraStatus | null): Presentation {
  const waking = camera?.state === "starting" || camera?.state === "idle";
  const [title, detail] = waking
    ? [words.state.waking, words.state.rests]
    : [words.state.connecting, ""];
  return say(title, "busy", "stale", card(title, detail, "wait"));
}

/** What keeps the camera from delivering, or null where it should deliver. */
function cameraTrouble(camera: CameraStatus | null): Presentation | null {
  const { state } = words;
  const bad = (title: string, detail: string) =>
    say(title, "bad", "stale", card(title, detail, "unplugged"));
  if (camera?.reason === "privacy") {
    const closed = card(state.privacyIsOn, state.privacyStays, "lock");
    return say(state.privacy, "quiet", "stale", closed);
  }
  if (camera?.reason === "nats") return bad(state.cutOff, state.cannotKnow);
  if (camera?.state === "offline") return bad(state.cameraOffline, state.hostSilent);
  if (camera?.state !== "error") return null;
  const [title, detail] = words.camera[camera.reason ?? ""] ?? [
    state.trouble,
    camera.detail || state.tryingAgain,
  ];
  return bad(title, detail);
}

/** Asks who is there. */
export const loginCard = (): Card => ({
  ...card(words.state.signIn, words.state.asksForToken, "lock"),
  action: "login",
});

function refused({ refusal }: View): Presentation {
  const { state } = words;
  if (refusal?.kind === "login") return say(state.locked, "bad", "stale", loginCard());
  if (refusal?.kind === "over") {
    const over = card(state.timeIsOver, state.signInToGoOn, "lock");
    return say(state.locked, "bad", "stale", { ...over, action: "login" });
  }
  const title =
    refusal?.kind === "quality"
      ? state.qualityNotServed
      : refusal?.kind === "forbidden"
        ? state.pageMayNot
        : state.youMayNot;
  const said = card(title, refusal?.words ?? "", "stop");
  return say(state.refused, "bad", "stale", { ...said, action: "retry" });
}

/** No connection, or the next one not yet there; the card stays while it is tried. */
function waiting(view: View): Presentation {
  const { state } = words;
  const tone = view.phase === "offline" ? "bad" : "warn";
  const [label, title, detail] =
    view.phase === "offline"
      ? [state.offline, state.youAreOffline, state.noNetwork]
      : view.full
        ? [state.full, state.isFull, state.asManyAs]
        : [state.reconnecting, state.connectionLost, view.words];
  // Another gateway may be there in a moment: until the picture is old nothing need be said.
  if (view.silentMs !== null && view.silentMs < OLD_AGE_MS) return say(label, tone, "live");
  const said = card(title, detail, "wait");
  return say(label, tone, "stale", { ...said, action: "retry", retryAt: view.retryAt ?? 0 });
}

function say(
  label: string,
  tone: Pill["tone"],
  trust: Presentation["trust"],
  said: Card | null = null,
): Presentation {
  return { label, tone, trust, card: said, note: null };
}

function card(title: string, detail: string, icon: Card["icon"]): Card {
  return { title, detail, icon, action: null, retryAt: null };
}

/** "1.4 s", "12 s", "3 min". */
export function inSeconds(ms: number): string {
  const { s, min } = words.page.units;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} ${s}`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} ${s}` : `${Math.round(ms / 60_000)} ${min}`;
}
