/** A rendition in words for a person. Pure. */

import type { Rendition } from "../stream/rendition";
import { words } from "./words/words";

/** "80", "80, half size". */
export const nameOf = ({ quality, size }: Rendition): string =>
  `${quality}${words.page.size[size]}`;
