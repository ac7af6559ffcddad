/** A rendition in words for a person. Pure. */

import type { Rendition } from "../stream/rendition";

/** "80", "80, half size". */
export const nameOf = ({ quality, size }: Rendition): string =>
  size === "full" ? `${quality}` : `${quality}, ${size} size`;
