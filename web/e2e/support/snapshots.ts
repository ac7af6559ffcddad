/** Pictures that a real camera's host made, of every size. */

import { SIZES, type Size } from "../../src/stream/rendition";
import { eventually } from "./eventually";
import type { Gateway } from "./gateway";

export type Pictures = Record<Size, Buffer[]>;

/** `count` of each size, one after the other: of the quality that a tile asks for, and asked for before there were sizes. */
export async function snapshots(gateway: Gateway, count: number): Promise<Pictures> {
  const pictures: Pictures = { quarter: [], half: [], full: [] };
  for (let i = 0; i < count; i++)
    for (const size of SIZES) {
      const quality = size === "full" ? 50 : 60;
      const url = `${gateway.url}snapshot.jpg?quality=${quality}&size=${size}&max_age_ms=0`;
      const jpeg = await eventually(
        `a picture of ${size} size`,
        async () => {
          const answer = await fetch(url);
          return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
        },
        30_000,
      );
      pictures[size].push(jpeg);
    }
  return pictures;
}
