import { describe, expect, it } from "vitest";
import { TILE_ASPECT, tileLayout } from "./tile_layout";

const GAP = 12;

describe("tiles", () => {
  it.each([
    [1, 1280, 720, 1],
    [2, 1280, 720, 2],
    [2, 390, 844, 1],
    [4, 1440, 848, 2],
    [9, 1920, 1028, 3],
    [16, 1920, 1028, 4],
  ])("%i in %i x %i stand in %i columns", (count, width, height, columns) => {
    expect(tileLayout(count, width, height, GAP).columns).toBe(columns);
  });

  it("are as large as they can be, and never wider than the wall", () => {
    for (const [width, height] of [
      [320, 568],
      [844, 390],
      [820, 1180],
      [1920, 1080],
    ] as const) {
      for (let count = 1; count <= 16; count++) {
        const { columns, width: tile } = tileLayout(count, width, height, GAP);
        expect(columns * tile + (columns - 1) * GAP).toBeLessThanOrEqual(width + 0.01);
        const rows = Math.ceil(count / columns);
        const high = rows * (tile / TILE_ASPECT) + (rows - 1) * GAP;
        // Where they do not fit one scrolls, and then nothing is left at the side.
        if (high > height + 0.01)
          expect(columns * tile + (columns - 1) * GAP).toBeGreaterThan(width - 0.01);
      }
    }
  });

  it("that would be too narrow to tell anything scroll", () => {
    expect(tileLayout(16, 320, 500, GAP)).toEqual({ columns: 1, width: 320 });
    expect(tileLayout(16, 844, 338, GAP).columns).toBe(3);
  });
});
