/** What a test runs in a page of its own: parts of the client, and how it looks at pictures. */

import { readPicture } from "../../src/stream/intervals";
import { pack } from "../../src/stream/pack";
import { Rebuild } from "../../src/stream/rebuild";
import { readStamp } from "../../src/stream/stamp";

export { difference, pack, Rebuild, readPicture, readStamp };

/** Pixels that differ, the most that one channel does, and the sum of all squares. */
function difference(a: Uint8ClampedArray, b: Uint8ClampedArray) {
  let [others, worst, squares] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 4) {
    let most = 0;
    for (let channel = 0; channel < 3; channel++) {
      const off = Math.abs((a[at + channel] as number) - (b[at + channel] as number));
      most = Math.max(most, off);
      squares += off * off;
    }
    if (most > 0) others++;
    worst = Math.max(worst, most);
  }
  return { others, worst, squares };
}
