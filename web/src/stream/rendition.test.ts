import { describe, expect, it } from "vitest";
import { labelOf, RENDITIONS, rankOf, readLabel, serving, sizeFor, weightOf } from "./rendition";

describe("the renditions", () => {
  it("are 23, in order of what they cost", () => {
    const weights = RENDITIONS.map(weightOf);
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
    expect(new Set(weights).size).toBe(23);
    expect(RENDITIONS.map(rankOf)).toEqual([...RENDITIONS.keys()]);
  });

  it("are spelled as everywhere else, and read back", () => {
    expect(RENDITIONS.map(labelOf).join(" ")).toBe(
      "30s4 60s4 80s4 30s2 40s2 50s2 60s2 70s2 80s2 30 35 40 45 50 55 60 65 70 75 80 85 90 95",
    );
    expect(RENDITIONS.map((r) => readLabel(labelOf(r)))).toEqual(RENDITIONS);
  });

  it.each([
    ["42", "40"],
    ["35s2", "30s2"],
    ["95s2", "80s2"],
    ["59s4", "30s4"],
    ["7", "30"],
  ])("%s is served as %s", (asked, served) => {
    expect(labelOf(readLabel(asked) as never)).toBe(served);
  });

  it.each(["", "80s3", "q80", "80S2", "x", "-5", "1e2"])("%j is none", (text) => {
    expect(readLabel(text)).toBeNull();
  });

  it("have no quality below the lowest of their size", () => {
    expect(serving(30, "quarter")).toEqual({ quality: 30, size: "quarter" });
  });
});

describe("the size that is worth asking for", () => {
  it.each([
    [320, 1, "quarter"],
    [320, 1.5, "half"],
    [321, 1, "half"],
    [640, 1, "half"],
    [640, 1.5, "full"],
    [1280, 1, "full"],
    [5000, 1, "full"],
    [472, 1 / 1.5, "quarter"],
    [700, 1 / 1.5, "half"],
  ] as const)("on %i pixels, %f for each, of a camera of 1280: %s", (shown, sharpness, size) => {
    expect(sizeFor(shown, 1280, sharpness)).toBe(size);
  });

  it("is a quarter of a large camera where that has pixels enough", () => {
    expect(sizeFor(900, 3840, 1)).toBe("quarter");
  });
});
