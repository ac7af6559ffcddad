import { describe, expect, it } from "vitest";
import { isThere, noticeOf } from "./notices";

const yard = (state: "idle" | "live" | "starting" | "error" | "offline", reason?: string) => [
  { camera: "yard", state, reason: reason ?? null },
];

describe("a camera", () => {
  it("is there while it shows, starts or sleeps", () => {
    for (const state of ["live", "starting", "idle"] as const)
      expect(isThere(yard(state), "yard")).toBe(true);
  });

  it("is away when it fails, its host is silent, privacy is on, or nobody knows it any more", () => {
    expect(isThere(yard("error", "unplugged"), "yard")).toBe(false);
    expect(isThere(yard("offline"), "yard")).toBe(false);
    expect(isThere(yard("idle", "privacy"), "yard")).toBe(false);
    expect(isThere(yard("live"), "door")).toBe(false);
  });

  it("is neither while the gateway does not answer", () => {
    expect(isThere(null, "yard")).toBeNull();
  });
});

it("only a change is told, and nothing of what was not known", () => {
  expect(noticeOf(true, false)).toBe("off");
  expect(noticeOf(false, true)).toBe("back");
  for (const [before, now] of [
    [true, true],
    [false, false],
    [null, false],
    [true, null],
  ] as const)
    expect(noticeOf(before, now)).toBeNull();
});
