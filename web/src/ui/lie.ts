/** How a picture lies in its box, and what an engine has to know of that. Pure but for the screen's pixels. */

import type { Needs } from "../stream/needs";

export interface Lie {
  cover: boolean;
  /** By a quarter: its width is the box's height. */
  turned: boolean;
  attended: boolean;
  /** How much it is enlarged by a person. */
  zoom: number;
}

type Box = Pick<HTMLElement, "clientWidth" | "clientHeight">;

export function needsOf(box: Box | null, { cover, turned, attended, zoom }: Lie): Needs {
  const [x, y] = [box?.clientWidth ?? 0, box?.clientHeight ?? 0];
  // A box that is not laid out yet.
  if (x === 0 || y === 0) return { shown: null, attended };
  const scale = devicePixelRatio * zoom;
  const [width, height] = turned ? [y, x] : [x, y];
  return { shown: { width: width * scale, height: height * scale, cover }, attended };
}

/** On a stage. */
export const stageLie = (fit: "contain" | "cover", turns: number, zoom: number): Lie => ({
  ...{ cover: fit === "cover", turned: turns % 2 === 1 },
  ...{ attended: true, zoom },
});
