import { describe, expect, it } from "vitest";
import { golden } from "./golden";
import { LADDER, nearestRung, type Rendition } from "./quality";

describe("the ladder", () => {
  const quality = golden<{ ladder: Rendition[]; served: { asked: string; full: number }[] }>(
    "quality",
  );

  it("is the one that Rust climbs", () => {
    const full = quality.ladder.filter(({ size }) => size === "full");
    expect(LADDER).toEqual(full.map(({ quality }) => quality));
  });

  it.each(quality.served)("serves $asked by rung $full", ({ asked, full }) => {
    expect(nearestRung(Number(asked))).toBe(full);
  });

  it("holds wishes beyond its ends", () => {
    expect([nearestRung(-3), nearestRung(300)]).toEqual([30, 95]);
  });
});
