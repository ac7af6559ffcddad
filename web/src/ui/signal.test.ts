import { expect, it } from "vitest";
import { BEST, readLabel } from "../stream/rendition";
import type { View } from "../stream/view_model";
import { signalOf } from "./signal";

const LIVE = {
  ...{ phase: "live", behindMs: null, auto: true, fewer: false, rate: null, top: BEST, ...BEST },
  ...{ fps: 34, sourceFps: 34, ageMs: 50 },
} as unknown as View;
const at = (label: string) => readLabel(label) as { quality: number; size: "full" };

it.each([
  ["the best", {}, 4],
  ["nearly the best", at("85"), 4],
  ["a good one", at("60"), 3],
  ["a small one", at("50s2"), 2],
  ["the smallest", at("30s4"), 1],
  ["the best that is worth having", { ...at("60s4"), top: at("60s4") }, 4],
  ["half of the pictures", { fps: 10 }, 3],
  ["as few as a tile asked for", { rate: 8.5, fps: 8.5 }, 4],
  ["an old one", { ageMs: 700 }, 3],
  ["a low one by choice", { ...at("30"), auto: false }, 4],
  ["none", { phase: "stalled" }, null],
  ["the past", { behindMs: 3000 }, null],
])("%s", (_, more, bars) => {
  expect(signalOf({ ...LIVE, ...more } as View)).toBe(bars);
});
