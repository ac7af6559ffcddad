/** The page's pure parts: words, keys, links, file names. */

import { describe, expect, it } from "vitest";
import { golden } from "../stream/golden";
import { type CameraStatus, readStatus } from "../stream/protocol";
import type { View } from "../stream/view";
import { HELP, keyAction } from "./keys";
import { readLink } from "./links";
import { snapshotName } from "./save";
import { inSeconds, situation } from "./words";

const LIVE: View = {
  phase: "live",
  attempt: 0,
  retryAt: null,
  words: "",
  full: false,
  refusal: null,
  camera: null,
  quality: 80,
  auto: true,
  reason: "steady",
  fps: 34,
  shownFps: 34,
  sourceFps: 34,
  kbps: 14_000,
  ageMs: 40,
  silentMs: 20,
  width: 640,
  height: 480,
  decodeMs: 3,
  behindMs: null,
  rewindMs: 10_000,
  history: [],
  totals: {
    received: 1,
    drawn: 1,
    bytes: 1,
    skipped: 0,
    corrupt: 0,
    freezes: 0,
    longestGapMs: 0,
    switches: 0,
  },
};
const camera = (state: string, reason: string | null = null, detail = ""): CameraStatus =>
  readStatus({ state, reason, detail }) as CameraStatus;
const refusal = (kind: "login" | "forbidden" | "quality" | "policy", words: string) => ({
  phase: "refused" as const,
  refusal: { kind, words },
});

const LOST = { phase: "waiting" as const, attempt: 1, silentMs: 5_000 };
const TRYING = { ...LOST, phase: "connecting" as const };

describe("what the page says", () => {
  it.each<[string, Partial<View> | null, string, string, string | null]>([
    ["nothing yet", null, "Connecting", "stale", "Connecting"],
    ["a good picture", {}, "Live", "live", null],
    ["a picture a little late", { ageMs: 1_400 }, "Late", "old", null],
    ["a picture far too late", { ageMs: 4_200 }, "Late", "stale", "The picture is late"],
    ["no stamp", { ageMs: null }, "Live", "live", null],
    ["silence", { phase: "stalled", silentMs: 2_000 }, "Stalled", "old", null],
    ["long silence", { phase: "stalled", silentMs: 4_000 }, "Stalled", "stale", "No new pictures"],
    ["a pause", { phase: "paused" }, "Paused", "stale", "Paused"],
    ["a gateway that left just now", { phase: "waiting" }, "Reconnecting", "live", null],
    ["a lost connection", LOST, "Reconnecting", "stale", "Connection lost"],
    ["the next try", TRYING, "Reconnecting", "stale", "Connection lost"],
    ["no network", { ...LOST, phase: "offline" }, "Offline", "stale", "You are offline"],
    ["a full house", { ...LOST, full: true }, "Full", "stale", "All seats are taken"],
    ["a locked door", refusal("login", ""), "Locked", "stale", "Who is there?"],
    ["a wrong origin", refusal("forbidden", "GATEWAY_ALLOWED_ORIGINS"), "Refused", "stale", null],
    ["looking back", { behindMs: 3_000 }, "Looking back", "live", null],
  ])("of %s", (_, change, label, trust, title) => {
    const said = situation(change && { ...LIVE, ...change });
    expect(said).toMatchObject({ label, trust });
    if (title !== null) expect(said.card?.title).toBe(title);
    if (trust === "live") expect(said.card).toBeNull();
  });

  it.each([
    ["error", "unplugged", "Camera unplugged"],
    ["error", "busy", "Camera in use"],
    ["error", "permission", "Camera not allowed"],
    ["error", "not_found", "No camera found"],
    ["error", "stalled", "Camera stopped"],
    ["error", "unsupported", "Camera not supported"],
    ["error", "usb_bandwidth", "USB is full"],
    ["idle", "privacy", "Privacy is on"],
    ["offline", null, "Camera offline"],
    ["starting", null, "Waking the camera"],
  ])("of a camera in %s, %s", (state, reason, title) => {
    const view: View = {
      ...LIVE,
      phase: "connecting",
      silentMs: null,
      camera: camera(state, reason),
    };
    expect(situation(view).card?.title).toBe(title);
  });

  it("of trouble it has no words for: the host's own", () => {
    const view: View = { ...LIVE, silentMs: 5_000, camera: camera("error", "gremlins", "Oh no.") };
    expect(situation(view).card?.detail).toBe("Oh no.");
  });

  it("of every status that Rust writes: something", () => {
    for (const status of golden<Record<string, unknown>[]>("status")) {
      const told: View = { ...LIVE, phase: "stalled", silentMs: 9_000, camera: readStatus(status) };
      expect(situation(told).card?.title).toBeTruthy();
    }
  });

  it("believes a picture that comes more than a status that says none can", () => {
    expect(situation({ ...LIVE, camera: camera("error", "unplugged") }).label).toBe("Live");
  });

  it("never calls a picture live that stands still", () => {
    for (let silentMs = 0; silentMs < 20_000; silentMs += 100) {
      const { label, trust } = situation({ ...LIVE, phase: "live", silentMs });
      if (silentMs >= 1_000) expect([label, trust]).not.toContain("Live");
      if (silentMs >= 3_000) expect(trust).toBe("stale");
    }
  });

  it("says how few pictures a poor connection carries", () => {
    const { note } = situation({ ...LIVE, reason: "floor", fps: 12.2 });
    expect(note).toBe("Your connection carries 12 of 34 pictures a second at the lowest quality.");
  });

  it("rounds times as people do", () => {
    expect([1_400, 12_300, 200_000].map(inSeconds)).toEqual(["1.4 s", "12 s", "3 min"]);
  });
});

describe("keys", () => {
  const press = (key: string, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });

  it("do what the list says", () => {
    const pressed = ["k", "S", "ArrowLeft", "ArrowRight", "Escape", "+", "A", "F", "C", "M", "R"];
    expect(pressed.map((key) => keyAction(press(key), "BODY"))).toEqual([
      "pause",
      "snapshot",
      "back",
      "forward",
      "live",
      "better",
      "auto",
      "fullscreen",
      "fit",
      "mirror",
      "rotate",
    ]);
    expect(HELP.length).toBeGreaterThan(pressed.length);
  });

  it("are no commands with a modifier or in a field", () => {
    expect(keyAction(press("s", { ctrlKey: true }), "BODY")).toBeNull();
    expect(keyAction(press("s"), "INPUT")).toBeNull();
    expect(keyAction(press("a"), "SELECT")).toBeNull();
  });

  it("leave Space to a focused button", () => {
    expect(keyAction(press(" "), "BUTTON")).toBeNull();
    expect(keyAction(press(" "), "BODY")).toBe("pause");
  });
});

describe("the page's address", () => {
  it("asks for nothing by default", () => {
    expect(readLink("")).toEqual({
      cameras: [],
      quality: null,
      stats: false,
      fit: null,
      embed: false,
    });
  });

  it("asks for much", () => {
    expect(readLink("?camera=yard&camera=front-door&quality=62&stats=1&fit=cover&embed=1")).toEqual(
      {
        cameras: ["yard", "front-door"],
        quality: 60,
        stats: true,
        fit: "cover",
        embed: true,
      },
    );
  });

  it("asks for nothing with nonsense", () => {
    const link = readLink("?camera=../x&camera=A&quality=best&fit=wide&stats=0&embed=false");
    expect(link).toEqual(readLink(""));
  });

  it("shows a camera once", () => {
    expect(readLink("?camera=a,b,a").cameras).toEqual(["a", "b"]);
  });
});

it("a saved picture is named by camera and time", () => {
  const at = new Date(2026, 10, 22, 4, 5, 6, 70).getTime();
  expect(snapshotName(at, "yard")).toBe("yard_2026-11-22_04-05-06.070.jpg");
  expect(snapshotName(at, null)).toBe("camera_2026-11-22_04-05-06.070.jpg");
});
