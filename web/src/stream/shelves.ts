/**
 * Rectangles of a grid laid closely into a smaller grid, each with the cells around it. Pure; what the
 * cells are is `pack.ts`'s.
 */

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

/** Rectangles that hold all of these cells: neighbours in a row, grown downwards as long as they meet. */
export function groupsOf(cells: readonly number[], columns: number): Group[] {
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
    } else open.push(run);
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

/** The groups with one cell more on each side, as far as the grid of `columns` × `rows` has one. */
export function placeOnShelves(groups: readonly Group[], columns: number, rows: number): Shelves {
  const boxes = groups.map((group) => ({
    group,
    left: Math.max(0, group.left - 1),
    right: Math.min(columns, group.right + 1),
    top: Math.max(0, group.top - 1),
    bottom: Math.min(rows, group.bottom + 1),
  }));
  // The highest first, so that those that stand side by side are nearly as high.
  boxes.sort((a, b) => b.bottom - b.top - (a.bottom - a.top));
  const area = boxes.reduce((sum, b) => sum + (b.right - b.left) * (b.bottom - b.top), 0);
  const widest = Math.max(...boxes.map(({ left, right }) => right - left));
  const wide = Math.max(widest, Math.min(columns, Math.ceil(Math.sqrt(area))));
  const cells: (number | null)[] = [];
  const places: Shelves["places"] = [];
  let [column, row, below] = [0, 0, 0];
  for (const { group, left, right, top, bottom } of boxes) {
    if (column + right - left > wide) [column, row] = [0, below];
    // The first on a shelf is the highest.
    if (column === 0) below = row + bottom - top;
    while (cells.length < below * wide) cells.push(null);
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++)
        cells[(row + y - top) * wide + column + x - left] = y * columns + x;
    places.push({ column: column + group.left - left, row: row + group.top - top, group });
    column += right - left;
  }
  return { cells, columns: wide, places };
}
