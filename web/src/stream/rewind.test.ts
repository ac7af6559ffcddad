import { describe, expect, it } from "vitest";
import { MAX_REWIND_MS, Rewind } from "./rewind";

describe("rewind", () => {
  const filled = (limit = 1e9) => {
    const rewind = new Rewind<number>(limit);
    for (let i = 0; i <= 600; i++) rewind.push(i, 100, i * 30);
    return rewind;
  };

  it("keeps ten seconds", () => {
    expect(filled().reachMs(18_000)).toBeLessThanOrEqual(MAX_REWIND_MS);
    expect(filled().reachMs(18_000)).toBeGreaterThan(MAX_REWIND_MS - 60);
    expect(new Rewind(100).reachMs(18_000)).toBe(0);
  });

  it("keeps no more bytes than it may", () => {
    expect(filled(5_000).bytes).toBeLessThanOrEqual(5_000);
    expect(filled(5_000).at(18_000)?.frame).toBe(600);
  });

  it("keeps the newest frame even if that alone is too large", () => {
    expect(filled(10).at(18_000)?.frame).toBe(600);
  });

  it("gives the picture that was on screen then, and when it came", () => {
    const rewind = filled();
    const ago = [0, 29, 30, 31, 3_000].map((ms) => rewind.at(18_000 - ms)?.frame);
    expect(ago).toEqual([600, 599, 599, 598, 500]);
    expect(rewind.at(99_000)).toMatchObject({ frame: 600, at: 18_000 });
    const oldest = 600 - Math.floor(MAX_REWIND_MS / 30);
    expect(rewind.at(-5)).toMatchObject({ frame: oldest, at: oldest * 30 });
  });

  it("has nothing to give when empty", () => {
    expect(new Rewind(100).at(0)).toBeNull();
  });
});
