import { describe, expect, it } from "vitest";
import { golden } from "./golden";
import { LADDER, nearestRung } from "./quality";
import { FULL_LADDER, RENDITIONS, type Rendition, SIZES, serving } from "./rendition";

describe("the ladder", () => {
  const quality = golden<{
    ladder: Rendition[];
    served: { asked: string; full: number; half: number; quarter: number }[];
  }>("quality");

  it("is the one that Rust climbs", () => {
    expect(RENDITIONS).toEqual(quality.ladder);
    expect(FULL_LADDER.map(({ quality }) => quality)).toEqual(LADDER);
  });

  it.each(quality.served)("serves $asked as Rust does, of every size", ({ asked, ...sizes }) => {
    expect(nearestRung(Number(asked))).toBe(sizes.full);
    for (const size of SIZES) expect(serving(Number(asked), size).quality).toBe(sizes[size]);
  });

  it("holds wishes beyond its ends", () => {
    expect([nearestRung(-3), nearestRung(300)]).toEqual([30, 95]);
  });
});
