import { describe, expect, it } from "vitest";
import { golden } from "./golden";
import { LADDER, nearestRung } from "./quality";

describe("the ladder", () => {
  const quality = golden<{ ladder: number[]; served: { asked: string; rung: number }[] }>(
    "quality",
  );

  it("is the one that Rust climbs", () => {
    expect(LADDER).toEqual(quality.ladder);
  });

  it.each(quality.served)("serves $asked by rung $rung", ({ asked, rung }) => {
    expect(nearestRung(Number(asked))).toBe(rung);
  });

  it("holds wishes beyond its ends", () => {
    expect([nearestRung(-3), nearestRung(300)]).toEqual([30, 95]);
  });
});
