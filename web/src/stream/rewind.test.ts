import { describe, expect, it } from "vitest";
import { MAX_REWIND_MS, Rewind } from "./rewind";

describe("rewind", () => {
  const filled = (limit = 1e9) => {
    const rewind = new Rewind<number>(limit);
    for (let i = 0; i <= 600; i++) rewind.push(i, 100, i * 30);
    return rewind;
  };

  it("keeps ten seconds", () => {
    expect(filled().lengthMs).toBeLessThanOrEqual(MAX_REWIND_MS);
    expect(filled().lengthMs).toBeGreaterThan(MAX_REWIND_MS - 60);
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
    expect(rewind.at(60_000)).toBe(600 - Math.floor(MAX_REWIND_MS / 30));
  });

  it("has nothing to give when empty", () => {
    expect(new Rewind(100).at(0)).toBeNull();
  });
});
