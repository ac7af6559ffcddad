/** How many tiles stand side by side: as many as make them largest. Pure. */

/** Of a tile's width and height. */
export const TILE_ASPECT = 16 / 9;
/** Narrower tiles tell nothing; rather than that one scrolls. */
const MIN_TILE_WIDTH = 220;

export interface TileLayout {
  columns: number;
  /** In CSS pixels. */
  width: number;
}

/** The layout of `count` tiles in an area of `width` × `height` CSS pixels, `gap` between two. */
export function tileLayout(count: number, width: number, height: number, gap: number): TileLayout {
  let best: TileLayout = { columns: 1, width: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const widest = (width - gap * (columns - 1)) / columns;
    const highest = (height - gap * (rows - 1)) / rows;
    const tile = Math.min(widest, highest * TILE_ASPECT);
    if (tile > best.width) best = { columns, width: tile };
  }
  if (best.width >= Math.min(MIN_TILE_WIDTH, width)) return best;
  const columns = Math.max(1, Math.floor((width + gap) / (MIN_TILE_WIDTH + gap)));
  return { columns, width: (width - gap * (columns - 1)) / columns };
}
