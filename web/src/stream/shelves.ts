/**
 * Rectangles of a grid laid closely into a smaller grid, each with the cells around it. Pure; what the
 * cells are is `pack.ts`'s.
 */

/** So many widths of the new grid are tried. */
const MAX_WIDTHS = 16;

/** Rows and columns from and up to, the last not included. */
export interface Group {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Shelves {
  /** The number in the old grid of each cell of the new one, row by row; null is left over. */
  cells: (number | null)[];
  columns: number;
  /** Where the first cell of each group came to be, not counting those around it. */
  places: { column: number; row: number; group: Group }[];
}

/**
 * Rectangles that hold all of these cells: neighbours in a row, grown downwards as long as they meet.
 * Null for more than `most`, without looking at the rest: what takes long is decided by who made the picture.
 */
export function groupsOf(cells: readonly number[], columns: number, most: number): Group[] | null {
  const done: Group[] = [];
  let open: Group[] = [];
  for (const run of runsOf(cells, columns)) {
    const ended = open.filter(({ bottom }) => bottom < run.top);
    if (ended.length > 0) {
      done.push(...ended);
      open = open.filter(({ bottom }) => bottom >= run.top);
    }
    const above = open.find(({ left, right }) => left <= run.right && run.left <= right);
    if (above) {
      above.left = Math.min(above.left, run.left);
      above.right = Math.max(above.right, run.right);
      above.bottom = run.bottom;
    } else if (open.push(run) + done.length > most) return null;
  }
  return [...done, ...open];
}

function* runsOf(cells: readonly number[], columns: number): Generator<Group> {
  let run: Group | null = null;
  for (const nth of cells) {
    const [column, row] = [nth % columns, Math.floor(nth / columns)];
    if (run && run.top === row && run.right === column) run.right++;
    else {
      if (run) yield run;
      run = { left: column, right: column + 1, top: row, bottom: row + 1 };
    }
  }
  if (run) yield run;
}

/**
 * The groups with one cell more on each side, as far as the grid of `columns` × `rows` has one. Null
 * where that takes more than `most` cells.
 */
export function placeOnShelves(
  groups: readonly Group[],
  [columns, rows]: [number, number],
  most: number,
): Shelves | null {
  const boxes = groups.map((group) => boxAround(group, columns, rows));
  const area = boxes.reduce((sum, b) => sum + (b.right - b.left) * (b.bottom - b.top), 0);
  if (area > most) return null;
  // The highest first: what follows fits beside and above.
  boxes.sort((a, b) => b.bottom - b.top - (a.bottom - a.top));
  const widest = Math.max(...boxes.map(({ left, right }) => right - left));
  // Wider than two squares nothing lies closer.
  const widestGrid = Math.min(columns, Math.max(widest, Math.ceil(2 * Math.sqrt(area))));
  const step = Math.max(1, Math.ceil((widestGrid - widest) / MAX_WIDTHS));
  let best = layOut(boxes, widest);
  for (let wide = widest + step; wide <= widestGrid; wide += step) {
    const layout = layOut(boxes, wide);
    if (wide * layout.high < best.wide * best.high) best = layout;
  }
  if (best.wide * best.high > most) return null;
  const { wide, high, corners } = best;
  const cells: (number | null)[] = new Array(wide * high).fill(null);
  const places = boxes.map(({ group, left, right, top, bottom }, nth) => {
    const [column, row] = corners[nth] as [number, number];
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++)
        cells[(row + y - top) * wide + column + x - left] = y * columns + x;
    return { column: column + group.left - left, row: row + group.top - top, group };
  });
  return { cells, columns: wide, places };
}

/** A group with what is packed around it. */
interface Box extends Group {
  group: Group;
}

const boxAround = (group: Group, columns: number, rows: number): Box => ({
  group,
  left: Math.max(0, group.left - 1),
  right: Math.min(columns, group.right + 1),
  top: Math.max(0, group.top - 1),
  bottom: Math.min(rows, group.bottom + 1),
});

/** Where each of some boxes has its first corner in a grid so wide and high. */
interface Layout {
  wide: number;
  high: number;
  corners: [column: number, row: number][];
}

/** Each box as low as it goes on those before it, like stones in a wall. */
function layOut(boxes: readonly Box[], wide: number): Layout {
  const heights: number[] = new Array(wide).fill(0);
  const corners = boxes.map(({ left, right, top, bottom }): [number, number] => {
    const width = right - left;
    let [column, row] = [0, Number.POSITIVE_INFINITY];
    for (let at = 0; at + width <= wide; at++) {
      let lowest = 0;
      for (let x = at; x < at + width; x++) lowest = Math.max(lowest, heights[x] as number);
      if (lowest < row) [column, row] = [at, lowest];
    }
    heights.fill(row + bottom - top, column, column + width);
    return [column, row];
  });
  return { wide, high: Math.max(...heights), corners };
}
