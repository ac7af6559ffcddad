/**
 * What the page says about the stream, in words for a person. Pure: a view in, words out, so that
 * every state can be read in one table and tested there.
 */

import type { CameraStatus } from "../stream/protocol";
import type { View } from "../stream/view_model";
import { clockTime } from "./clock_time";

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

/** What is the matter with the camera, for each reason that its host may give. */
const CAMERA_WORDS: Record<string, readonly [title: string, detail: string]> = {
  unplugged: ["Camera unplugged", "Plug it in again; the picture comes back by itself."],
  busy: ["Camera in use", "Another program has the camera. Trying again."],
  permission: ["Camera not allowed", "Its host does not let the camera service open it."],
  not_found: ["No camera found", "Connect one to its host; it is found by itself."],
  stalled: ["Camera stopped", "It is there but delivers no pictures. Trying again."],
  unsupported: ["Camera not supported", "It offers no picture format that can be used."],
  unreachable: ["Camera not reached", "It does not answer on the network. Trying again."],
  unauthorized: [
    "Camera wants a login",
    "User or password for the camera are missing or wrong on its host.",
  ],
  usb_bandwidth: ["USB is full", "Too many cameras on one USB bus. Try another socket."],
};

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
  if (shownTakenAt === null)
    return say("Paused", "quiet", "stale", { ...card("Paused", "", "pause"), action: "resume" });
  const note = `Paused. This picture was taken at ${clockTime(shownTakenAt)}.`;
  return { ...say("Paused", "quiet", "live"), note };
}

function open(view: View): Presentation {
  const silent = view.silentMs ?? Number.POSITIVE_INFINITY;
  if (view.behindMs !== null) return say("Looking back", "quiet", "live");
  // Pictures that arrive prove more than a status message that says there are none.
  if (view.phase === "live" && silent < OLD_AGE_MS) return live(view);
  if (view.phase === "connecting" && view.attempt > 0) return waiting(view);
  if (view.phase !== "live" && view.corruptInARow > 0) return undecodable(view);
  const camera = cameraTrouble(view.camera);
  if (camera) return camera;
  if (view.phase === "connecting") return connecting(view.camera);
  if (Math.max(silent, view.ageMs ?? 0) < STALE_AGE_MS) return say("Stalled", "warn", "old");
  const words = "The connection is open but nothing arrives. Trying again.";
  return say("Stalled", "warn", "stale", card("No new pictures", words, "wait"));
}

function live(view: View): Presentation {
  const age = view.ageMs ?? 0;
  if (age >= STALE_AGE_MS) {
    const words = `It is ${inSeconds(age)} old when it arrives.`;
    return say("Late", "warn", "stale", card("The picture is late", words, "wait"));
  }
  if (age >= OLD_AGE_MS) return say("Late", "warn", "old");
  const said = say("Live", "good", "live");
  if (!view.auto || !(view.fewer || view.reason === "floor")) return said;
  const [carried, all] = [Math.round(view.fps), Math.round(view.sourceFps)];
  const note = `Your connection carries ${carried} of ${all} pictures a second at the lowest quality.`;
  return { ...said, note };
}

function undecodable({ corruptInARow: count }: View): Presentation {
  const words = `Pictures arrive, and this browser could decode none of the last ${count}.`;
  return say("No picture", "bad", "stale", card("The pictures cannot be shown", words, "stop"));
}

function connecting(camera: CameraStatus | null): Presentation {
  const waking = camera?.state === "starting" || camera?.state === "idle";
  const [title, detail] = waking
    ? ["Waking the camera", "It rests while nobody watches."]
    : ["Connecting", ""];
  return say(title, "busy", "stale", card(title, detail, "wait"));
}

/** What keeps the camera from delivering, or null where it should deliver. */
function cameraTrouble(camera: CameraStatus | null): Presentation | null {
  const bad = (title: string, detail: string) =>
    say(title, "bad", "stale", card(title, detail, "unplugged"));
  if (camera?.reason === "privacy") {
    const words = "The camera is closed and stays so until it is switched off.";
    return say("Privacy", "quiet", "stale", card("Privacy is on", words, "lock"));
  }
  if (camera?.reason === "nats")
    return bad(
      "Gateway cut off",
      "It has no connection to NATS; how the camera is it cannot know.",
    );
  if (camera?.state === "offline")
    return bad("Camera offline", "Its host does not answer. The picture comes back by itself.");
  if (camera?.state !== "error") return null;
  const [title, detail] = CAMERA_WORDS[camera.reason ?? ""] ?? [
    "Camera trouble",
    camera.detail || "Trying again.",
  ];
  return bad(title, detail);
}

function refused({ refusal }: View): Presentation {
  const words = refusal?.words ?? "";
  if (refusal?.kind === "login") {
    const asks = card("Who is there?", "This camera asks for its access token.", "lock");
    return say("Locked", "bad", "stale", { ...asks, action: "login" });
  }
  if (refusal?.kind === "over") {
    const over = card("Your time to watch is over", "Log in to go on.", "lock");
    return say("Locked", "bad", "stale", { ...over, action: "login" });
  }
  const title =
    refusal?.kind === "quality"
      ? "This quality is not served"
      : refusal?.kind === "forbidden"
        ? "This page may not show the camera"
        : "You may not watch this camera";
  return say("Refused", "bad", "stale", { ...card(title, words, "stop"), action: "retry" });
}

/** No connection, or the next one not yet there; the card stays while it is tried. */
function waiting(view: View): Presentation {
  const tone = view.phase === "offline" ? "bad" : "warn";
  const [label, title, detail] =
    view.phase === "offline"
      ? ["Offline", "You are offline", "Your device has no network."]
      : view.full
        ? ["Full", "All seats are taken", "As many people watch as the gateway lets in."]
        : ["Reconnecting", "Connection lost", view.words];
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
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
