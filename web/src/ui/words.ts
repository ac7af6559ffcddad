/**
 * What the page says about the stream, in words for a person. Pure: a view in, words out, so that
 * every state can be read in one table and tested there.
 */

import type { CameraStatus } from "../stream/protocol";
import type { View } from "../stream/view";

/** From this age on the picture is marked; from the second on it is grey and the page says why. */
export const OLD_MS = 1_000;
export const STALE_MS = 3_000;

/** The state in one or two words. */
export interface Pill {
  label: string;
  tone: "good" | "busy" | "warn" | "bad" | "quiet";
}

export interface Situation extends Pill {
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
  /** Milliseconds since the epoch of the next try. */
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
  usb_bandwidth: ["USB is full", "Too many cameras on one USB bus. Try another socket."],
};

export function situation(view: View | null): Situation {
  if (view === null) return connecting(null);
  switch (view.phase) {
    case "paused":
      return {
        label: "Paused",
        tone: "quiet",
        trust: "stale",
        note: null,
        card: { ...card("Paused", "", "pause"), action: "resume" },
      };
    case "refused":
      return refused(view);
    case "waiting":
    case "offline":
      return waiting(view);
    default:
      return open(view);
  }
}

function open(view: View): Situation {
  const silent = view.silentMs ?? Number.POSITIVE_INFINITY;
  if (view.behindMs !== null) return live(view, "Looking back", "quiet");
  // The picture is the better witness: while it comes, no status makes it doubtful.
  if (view.phase === "live" && silent < OLD_MS) {
    const age = view.ageMs ?? 0;
    if (age < OLD_MS) return live(view, "Live", "good");
    const trust = age < STALE_MS ? "old" : "stale";
    const late = card(
      "The picture is late",
      `It is ${inSeconds(age)} old when it arrives.`,
      "wait",
    );
    return { ...live(view, "Late", "warn"), trust, card: trust === "stale" ? late : null };
  }
  const camera = cameraTrouble(view.camera);
  if (camera) return camera;
  if (view.phase === "connecting") return connecting(view.camera);
  const trust = silent < STALE_MS ? "old" : "stale";
  return {
    label: "Stalled",
    tone: "warn",
    trust,
    note: null,
    card:
      trust === "stale"
        ? card(
            "No new pictures",
            "The connection is open but nothing arrives. Trying again.",
            "wait",
          )
        : null,
  };
}

function live(view: View, label: string, tone: Situation["tone"]): Situation {
  const note =
    view.auto && view.reason === "floor"
      ? `Your connection carries ${Math.round(view.fps)} of ${Math.round(view.sourceFps)} pictures a second at the lowest quality.`
      : null;
  return { label, tone, trust: "live", card: null, note };
}

function connecting(camera: CameraStatus | null): Situation {
  const waking = camera?.state === "starting" || camera?.state === "idle";
  const [title, detail] = waking
    ? ["Waking the camera", "It rests while nobody watches."]
    : ["Connecting", ""];
  return {
    label: title,
    tone: "busy",
    trust: "stale",
    note: null,
    card: card(title, detail, "wait"),
  };
}

/** What keeps the camera from delivering, or null where it should deliver. */
export function cameraTrouble(camera: CameraStatus | null): Situation | null {
  if (!camera) return null;
  const bad = (title: string, detail: string, icon: Card["icon"] = "unplugged"): Situation => ({
    label: title,
    tone: "bad",
    trust: "stale",
    note: null,
    card: card(title, detail, icon),
  });
  if (camera.reason === "privacy")
    return {
      ...bad("Privacy", "", "lock"),
      tone: "quiet",
      card: card(
        "Privacy is on",
        "The camera is closed and stays so until it is switched off.",
        "lock",
      ),
    };
  if (camera.state === "offline")
    return bad("Camera offline", "Its host does not answer. The picture comes back by itself.");
  if (camera.state !== "error") return null;
  const known = CAMERA_WORDS[camera.reason ?? ""];
  if (known) return bad(known[0], known[1]);
  return bad("Camera trouble", camera.detail || "Trying again.");
}

function refused(view: View): Situation {
  const words = view.refusal?.words ?? "";
  const say = (
    label: string,
    title: string,
    detail: string,
    action: Card["action"],
  ): Situation => ({
    label,
    tone: "bad",
    trust: "stale",
    note: null,
    card: { ...card(title, detail, action === "login" ? "lock" : "stop"), action },
  });
  switch (view.refusal?.kind) {
    case "login":
      return say("Locked", "Who is there?", "This camera asks for its access token.", "login");
    case "quality":
      return say("Refused", "This quality is not served", words, "retry");
    case "forbidden":
      return say("Refused", "This page may not show the camera", words, "retry");
    default:
      return say("Refused", "You may not watch this camera", words, "retry");
  }
}

function waiting(view: View): Situation {
  const again = (label: string, title: string, detail: string): Situation => ({
    label,
    tone: "warn",
    trust: "stale",
    note: null,
    card: { ...card(title, detail, "wait"), action: "retry", retryAt: view.retryAt },
  });
  if (view.phase === "offline")
    return { ...again("Offline", "You are offline", "Your device has no network."), tone: "bad" };
  if (view.full)
    return again("Full", "All seats are taken", "As many people watch as the gateway lets in.");
  return again("Reconnecting", "Connection lost", view.words);
}

function card(title: string, detail: string, icon: Card["icon"]): Card {
  return { title, detail, icon, action: null, retryAt: null };
}

/** "1.4 s", "12 s", "3 min". */
export function inSeconds(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
