import { describe, expect, it } from "vitest";
import type { Picture } from "./intervals";
import { Stats } from "./stats";
import { HISTORY_SAMPLES } from "./view_model";

describe("figures", () => {
  const whole = (bytes: number) => ({ bytes, size: bytes, stamp: null, patch: null });
  const stamped = (seq: number, run = "00000001") => ({
    ...whole(10),
    stamp: { run, seq, capturedAtMs: 0 },
  });

  it("count what was skipped, but not across a restart of capture or a pause", () => {
    const stats = new Stats();
    for (const seq of [1, 2, 5]) stats.received(stamped(seq), seq);
    stats.received(stamped(900, "00000002"), 6);
    stats.interrupted();
    stats.received(stamped(2000, "00000002"), 7);
    expect(stats.totals.skipped).toBe(2);
    expect([stats.takeSkipped(), stats.takeSkipped()]).toEqual([2, 0]);
  });

  it("tell the last second's rates", () => {
    const stats = new Stats();
    for (let i = 0; i < 40; i++) {
      stats.received(whole(1_000), i * 50);
      stats.drawn(null, 1, i * 50);
    }
    expect(stats.shownFps(1_950)).toBe(20);
    expect(stats.kbps(1_950)).toBe(160);
    expect(stats.kbps(9_000)).toBe(0);
  });

  it("tell what deltas save, and how much of the picture moved", () => {
    const stats = new Stats();
    stats.received(whole(8_000), 0);
    expect(stats.moved(0)).toBeNull();
    const picture = { layout: { intervals: 100 } } as Picture;
    for (const changed of [10, 30])
      stats.received(
        { ...whole(8_000), bytes: 1_000, patch: { picture, changed: new Uint16Array(changed) } },
        changed,
      );
    expect([stats.kbps(40), stats.wholeKbps(40)]).toEqual([80, 192]);
    expect(stats.moved(40)).toBeCloseTo(0.2);
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
    for (let i = 0; i < 500; i++) stats.remember(i, 0);
    expect(stats.history.length).toBe(HISTORY_SAMPLES);
    expect(stats.history.at(-1)?.quality).toBe(499);
  });
});
