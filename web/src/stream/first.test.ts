import { expect, it } from "vitest";
import { inFakeBrowser, start } from "./engine_harness";
import { firstStream, guessFor } from "./first";
import type { Needs, Shown } from "./needs";
import { BEST, FIRST, RENDITIONS, rankOf } from "./rendition";

inFakeBrowser();

const shown = (width: number, height: number, cover = false): Shown => ({ width, height, cover });
const SHOWN = [null, shown(2560, 1440), shown(390, 780, true), shown(320, 180), shown(100, 60)];
const base = "http://gateway/";

it.each(SHOWN)("is what the engine itself asks for, shown as %o", (box) => {
  const needs: Needs = { shown: box, attended: true };
  for (const by of ["choice", "memory", "guess"] as const)
    for (const rendition of RENDITIONS)
      for (const camera of [null, "yard"]) {
        const config = { base, camera, start: rendition, by, needs };
        expect(firstStream(config)).toBe(start(config).url);
      }
});

it("is not known for a tile, of which the engine decides how often it is drawn", () => {
  const needs: Needs = { shown: shown(320, 180), attended: false };
  expect(firstStream({ base, camera: null, start: BEST, by: "memory", needs })).toBeNull();
});

it("is less where the gateway is far, and nothing else is known", () => {
  expect(guessFor(20)).toEqual(FIRST);
  expect(rankOf(guessFor(150))).toBeLessThan(rankOf(FIRST));
});
