/**
 * A rendition is a quality at a size. Those that are ever served, in order of bit rate, how they are
 * spelled, and which size is worth asking for at the size that a picture is shown in. Pure; the same as
 * `rendition.rs` of `crates/wire`.
 */

import { LADDER, nearestRung } from "./quality";

export type Size = "quarter" | "half" | "full";

export interface Rendition {
  quality: number;
  size: Size;
}

/** What the camera's width and height are divided by. */
export const DIVISOR: Record<Size, number> = { quarter: 4, half: 2, full: 1 };
export const SIZES: readonly Size[] = ["quarter", "half", "full"];
const SUFFIX: Record<Size, string> = { quarter: "s4", half: "s2", full: "" };
const QUALITIES: Record<Size, readonly number[]> = {
  quarter: [30, 60, 80],
  half: [30, 40, 50, 60, 70, 80],
  full: LADDER,
};

/** Every rendition, in order of bit rate. */
export const RENDITIONS: readonly Rendition[] = SIZES.flatMap((size) =>
  QUALITIES[size].map((quality) => ({ quality, size })),
);
export const FULL_LADDER: readonly Rendition[] = RENDITIONS.filter(({ size }) => size === "full");
export const BEST: Rendition = { quality: 95, size: "full" };
/** To begin with where nothing is known of the link: clear, and a fifth of the bytes of the best. */
export const FIRST: Rendition = { quality: 60, size: "full" };

/**
 * Megabits a second at 34 frames of 1280 × 720, of walking people, in the order of `RENDITIONS`. Other
 * scenes have other figures, and nearly the same between two of them, which is all that is asked here.
 */
const MEGABITS: readonly number[] = [
  ...[1.2, 1.8, 2.7],
  ...[3.3, 3.9, 4.5, 5.1, 6.2, 8.1],
  ...[9.8, 10.7, 11.6, 12.5, 13.5, 14.6, 15.8, 17.4, 19.4, 22, 25.3, 29.5, 37.5, 59.4],
];

/** The rank of a rendition by bit rate; -1 where it is none. */
export const rankOf = ({ quality, size }: Rendition): number =>
  RENDITIONS.findIndex((r) => r.quality === quality && r.size === size);

/** What it costs beside others. */
export const weightOf = (rendition: Rendition): number => MEGABITS[rankOf(rendition)] ?? 1;

export const sameRendition = (a: Rendition, b: Rendition): boolean =>
  a.quality === b.quality && a.size === b.size;

/** What is served to who asks for this: of the size the nearest quality that is not above it. */
export function serving(quality: number, size: Size): Rendition {
  const best = QUALITIES[size].findLast((q) => q <= nearestRung(quality));
  return { quality: best ?? (QUALITIES[size][0] as number), size };
}

/** `80`, `80s2`, `80s4`: as in metrics and on the bus. */
export const labelOf = ({ quality, size }: Rendition): string => `${quality}${SUFFIX[size]}`;

/** The rendition that serves a label, of whatever quality; null where it is none. */
export function readLabel(label: string): Rendition | null {
  const found = /^(\d{1,3})(s2|s4)?$/.exec(label);
  if (!found) return null;
  const size = SIZES.find((s) => SUFFIX[s] === (found[2] ?? "")) as Size;
  return serving(Number(found[1]), size);
}

/**
 * The smallest size that has `sharpness` pixels for each one that it is shown on, in width. `shown` and
 * `camera` are in device pixels and in pixels.
 */
export function sizeFor(shown: number, camera: number, sharpness: number): Size {
  return SIZES.find((size) => camera / DIVISOR[size] >= shown * sharpness) ?? "full";
}
