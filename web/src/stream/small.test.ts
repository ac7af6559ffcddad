/** The small pure parts: clock, rewind, stats, backoff, addresses. */

import { describe, expect, it } from "vitest";
import { apiUrl, backendBase, streamUrl } from "./backend";
import { waitMs } from "./backoff";
import { Clock } from "./clock";
import { REWIND_MS, Rewind } from "./rewind";
import { HISTORY_LENGTH, Stats } from "./stats";

describe("the age of a picture", () => {
  it("is the difference of two clocks that agree", () => {
    const clock = new Clock();
    expect(clock.ageMs(1_000_000, 1_000_040)).toBe(40);
    expect(clock.ageMs(1_000_100, 1_000_600)).toBe(500);
  });

  it.each([-3_600_000, -5_000, 5_000, 3_600_000])(
    "is right although capture is %i ms off",
    (off) => {
      const clock = new Clock();
      clock.replied(1_000_000, 1_000_020, 1_000_010);
      expect(clock.ageMs(1_000_000 + off, 1_000_030)).toBe(10);
      expect(clock.ageMs(1_000_100 + off, 1_000_430)).toBeCloseTo(310, 0);
    },
  );

  it("follows the gateway's clock, by the exchange with the shortest round trip", () => {
    const clock = new Clock();
    clock.replied(1_000_000, 1_000_020, 1_000_510);
    clock.replied(1_001_000, 1_001_900, 1_001_100);
    expect(clock.ageMs(1_002_500, 1_002_040)).toBe(40);
  });

  it("follows clocks that drift apart, though the first exchange was the fastest", () => {
    const clock = new Clock();
    clock.replied(0, 5, 2);
    for (let s = 10; s < 3_600; s += 10) {
      const drift = s / 10;
      clock.replied(s * 1000, s * 1000 + 12, s * 1000 + 6 + drift);
      const age = clock.ageMs(s * 1000 + drift, s * 1000 + 40);
      if (s > 900) expect(Math.abs(age - 40)).toBeLessThan(20);
    }
  });

  it("shows a delay that grows without end", () => {
    const clock = new Clock();
    clock.ageMs(0, 7_000_000);
    let age = 0;
    for (let s = 1; s <= 120; s++) age = clock.ageMs(s * 1000, 7_000_000 + s * 1_200);
    expect(age).toBeGreaterThan(20_000);
  });

  it("forgives clocks that drift apart for a day", () => {
    const clock = new Clock();
    let age = 0;
    for (let s = 0; s <= 86_400; s += 10) age = clock.ageMs(s * 1000 - 60_000, s * 1000 * 1.00005);
    expect(age).toBeLessThan(50);
  });
});

describe("rewind", () => {
  const filled = (limit = 1e9) => {
    const rewind = new Rewind<number>(limit);
    for (let i = 0; i <= 600; i++) rewind.push(i, 100, i * 30);
    return rewind;
  };

  it("keeps ten seconds", () => {
    expect(filled().lengthMs).toBeLessThanOrEqual(REWIND_MS);
    expect(filled().lengthMs).toBeGreaterThan(REWIND_MS - 60);
  });

  it("keeps no more bytes than it may", () => {
    expect(filled(5_000).bytes).toBeLessThanOrEqual(5_000);
    expect(filled(5_000).at(0)).toBe(600);
  });

  it("keeps the newest frame even if that alone is too large", () => {
    expect(filled(10).at(0)).toBe(600);
  });

  it("gives the picture that was on screen then", () => {
    const rewind = filled();
    expect([0, 29, 30, 31, 3_000].map((ms) => rewind.at(ms))).toEqual([600, 599, 599, 598, 500]);
    expect(rewind.at(60_000)).toBe(600 - Math.floor(REWIND_MS / 30));
  });

  it("has nothing to give when empty", () => {
    expect(new Rewind(100).at(0)).toBeNull();
  });
});

describe("figures", () => {
  const stamp = (seq: number, run = "00000001") => ({ run, seq, capturedAtMs: 0 });

  it("count what was skipped, but not across a restart of capture or a pause", () => {
    const stats = new Stats();
    for (const seq of [1, 2, 5]) stats.received(10, stamp(seq), seq);
    stats.received(10, stamp(900, "00000002"), 6);
    stats.interrupted();
    stats.received(10, stamp(2000, "00000002"), 7);
    expect(stats.totals.skipped).toBe(2);
    expect([stats.takeSkipped(), stats.takeSkipped()]).toEqual([2, 0]);
  });

  it("tell the last second's rates", () => {
    const stats = new Stats();
    for (let i = 0; i < 40; i++) {
      stats.received(1_000, null, i * 50);
      stats.drawn(null, 1, i * 50);
    }
    expect(stats.shownFps(1_950)).toBe(20);
    expect(stats.kbps(1_950)).toBe(160);
    expect(stats.kbps(9_000)).toBe(0);
  });

  it("see a freeze, but not the time of a pause", () => {
    const stats = new Stats();
    for (const at of [0, 30, 400]) stats.drawn(null, 1, at);
    stats.interrupted();
    stats.drawn(null, 1, 60_000);
    expect(stats.totals).toMatchObject({ freezes: 1, longestGapMs: 370 });
  });

  it("know that a picture grows old while it is looked at", () => {
    const stats = new Stats();
    expect(stats.ageNow(5)).toBeNull();
    stats.drawn(40, 3, 1_000);
    expect(stats.ageNow(3_000)).toBe(2_040);
  });

  it("remember one minute", () => {
    const stats = new Stats();
    for (let i = 0; i < 500; i++) stats.remember({ fps: i, ageMs: 0, quality: 95 });
    expect(stats.history.length).toBe(HISTORY_LENGTH);
    expect(stats.history.at(-1)?.fps).toBe(499);
  });
});

it("waits are between half and whole, and end at 15 s", () => {
  expect([waitMs(0, 0), waitMs(0, 1), waitMs(3, 1), waitMs(99, 1)]).toEqual([
    250, 500, 4_000, 15_000,
  ]);
});

describe("the gateway's address", () => {
  it.each([
    [undefined, "http://localhost:5173/", "http://localhost:6732/"],
    ["/", "https://home.example/?embed=1#x", "https://home.example/"],
    ["/", "https://home.example/cams/yard/?stats", "https://home.example/cams/yard/"],
    ["/", "http://10.0.0.7:6732/index.html", "http://10.0.0.7:6732/"],
    ["http://cam.example:99", "http://x/", "http://cam.example:99/"],
    ["https://cam.example/sub", "http://x/", "https://cam.example/sub/"],
    ["/gateway", "https://home.example/page/", "https://home.example/gateway/"],
  ])("is, with %s on the page %s, %s", (configured, page, base) => {
    expect(backendBase(configured, page)).toBe(base);
  });

  it("becomes ws or wss, under any path", () => {
    expect(streamUrl("http://h:1/", 80, null)).toBe("ws://h:1/websocket/80?v=2");
    expect(streamUrl("https://h/a/", 30, "yard")).toBe("wss://h/a/websocket/30?camera=yard&v=2");
    expect(apiUrl("https://h/a/", "status")).toBe("https://h/a/api/status");
  });
});
