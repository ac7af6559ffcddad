import { describe, expect, it } from "vitest";
import { golden } from "../stream/golden";
import { type CameraStatus, readStatus } from "../stream/protocol";
import type { View } from "../stream/view_model";
import { LIVE } from "./live_view";
import { inSeconds, present } from "./presentation";

const camera = (state: string, reason: string | null = null, detail = ""): CameraStatus =>
  readStatus({ state, reason, detail }) as CameraStatus;
const refusal = (kind: "login" | "forbidden" | "quality" | "policy", words: string) => ({
  phase: "refused" as const,
  refusal: { kind, words },
});

const LOST = { phase: "waiting" as const, attempt: 1, silentMs: 5_000 };
const CORRUPT = { phase: "stalled" as const, corruptInARow: 12, ageMs: null };
const TRYING = { ...LOST, phase: "connecting" as const };

describe("what the page says of the stream", () => {
  it.each<[string, Partial<View> | null, string, string, string | null]>([
    ["nothing yet", null, "Connecting", "stale", "Connecting"],
    ["a good picture", {}, "Live", "live", null],
    ["a picture a little late", { ageMs: 1_400 }, "Late", "old", null],
    ["a picture far too late", { ageMs: 4_200 }, "Late", "stale", "The picture is late"],
    ["no stamp", { ageMs: null }, "Live", "live", null],
    ["silence", { phase: "stalled", silentMs: 2_000 }, "Stalled", "old", null],
    ["long silence", { phase: "stalled", silentMs: 4_000 }, "Stalled", "stale", "No new pictures"],
    ["a pause", { phase: "paused", ageMs: 60_000 }, "Paused", "live", null],
    [
      "a pause before any picture",
      { phase: "paused", shownTakenAt: null },
      "Paused",
      "stale",
      "Paused",
    ],
    ["pictures that are none", CORRUPT, "No picture", "stale", "The pictures cannot be shown"],
    [
      "pictures that are none from the start",
      { ...CORRUPT, phase: "connecting" },
      "No picture",
      "stale",
      null,
    ],
    ["a gateway that left just now", { phase: "waiting" }, "Reconnecting", "live", null],
    ["a lost connection", LOST, "Reconnecting", "stale", "Connection lost"],
    ["the next try", TRYING, "Reconnecting", "stale", "Connection lost"],
    ["no network", { ...LOST, phase: "offline" }, "Offline", "stale", "You are offline"],
    ["a full house", { ...LOST, full: true }, "Full", "stale", "Camera is full"],
    ["a locked door", refusal("login", ""), "Locked", "stale", "Sign in"],
    ["a wrong origin", refusal("forbidden", "GATEWAY_ALLOWED_ORIGINS"), "Refused", "stale", null],
    ["looking back", { behindMs: 3_000 }, "Looking back", "live", null],
  ])("of %s", (_, change, label, trust, title) => {
    const said = present(change && { ...LIVE, ...change });
    expect(said).toMatchObject({ label, trust });
    if (title !== null) expect(said.card?.title).toBe(title);
    if (trust === "live") expect(said.card).toBeNull();
  });

  it("believes a picture that comes more than a status that says none can", () => {
    expect(present({ ...LIVE, camera: camera("error", "unplugged") }).label).toBe("Live");
  });

  it("says how few pictures a poor connection carries", () => {
    const { note } = present({ ...LIVE, reason: "floor", fps: 12.2 });
    expect(note).toBe("Your connection carries 12 of 34 pictures a second at the lowest quality.");
  });

  it("rounds times as people do", () => {
    expect([1_400, 12_300, 200_000].map(inSeconds)).toEqual(["1.4 s", "12 s", "3 min"]);
  });
});

describe("an old picture", () => {
  it("never calls a picture live that stands still", () => {
    for (let silentMs = 0; silentMs < 20_000; silentMs += 100) {
      const { label, trust } = present({ ...LIVE, phase: "live", silentMs });
      if (silentMs >= 1_000) expect([label, trust]).not.toContain("Live");
      if (silentMs >= 3_000) expect(trust).toBe("stale");
    }
  });

  it("says of a pause when its picture was taken, and not that it is live", () => {
    const { note } = present({ ...LIVE, phase: "paused", ageMs: 60_000 });
    expect(note).toBe("Paused. This picture was taken at 14:03:07.");
  });

  it("never calls a picture live that is not drawn anew, whatever arrives", () => {
    for (let ageMs = 0; ageMs < 20_000; ageMs += 100) {
      for (const phase of ["live", "stalled"] as const) {
        const { label, trust } = present({ ...LIVE, phase, ageMs, silentMs: 20 });
        if (ageMs >= 1_000) expect([label, trust]).not.toContain("Live");
        if (ageMs >= 3_000) expect(trust).toBe("stale");
      }
    }
  });
});

describe("what the page says of the camera", () => {
  it.each([
    ["error", "unplugged", "Camera unplugged"],
    ["error", "busy", "Camera in use"],
    ["error", "permission", "Camera not allowed"],
    ["error", "not_found", "No camera found"],
    ["error", "stalled", "Camera stopped"],
    ["error", "exited", "Camera program ended"],
    ["error", "unsupported", "Camera not supported"],
    ["error", "unreachable", "Camera not reached"],
    ["error", "unauthorized", "Camera wants a login"],
    ["error", "usb_bandwidth", "USB is full"],
    ["idle", "privacy", "Privacy is on"],
    ["offline", null, "Camera offline"],
    ["offline", "nats", "Gateway cut off"],
    ["starting", null, "Waking the camera"],
  ])("in %s, %s", (state, reason, title) => {
    const view: View = {
      ...LIVE,
      phase: "connecting",
      silentMs: null,
      camera: camera(state, reason),
    };
    expect(present(view).card?.title).toBe(title);
  });

  it("in trouble it has no words for: the host's own", () => {
    const view: View = { ...LIVE, silentMs: 5_000, camera: camera("error", "gremlins", "Oh no.") };
    expect(present(view).card?.detail).toBe("Oh no.");
  });

  it("in every status that Rust writes: something", () => {
    for (const status of golden<Record<string, unknown>[]>("status")) {
      const told: View = { ...LIVE, phase: "stalled", silentMs: 9_000, camera: readStatus(status) };
      expect(present(told).card?.title).toBeTruthy();
    }
  });
});
