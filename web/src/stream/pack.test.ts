import { describe, expect, it } from "vitest";
import { dice, FakeScene, read } from "./fake_scene";
import { intervalBytes, type Picture } from "./intervals";
import { type Draw, pack } from "./pack";
import { groupsOf, placeOnShelves } from "./shelves";

/** On a machine that has other things to do; it takes a second. */
const SLOW_MS = 60_000;

/** The content of interval `nth` without its marker. */
const content = (picture: Picture, nth: number) =>
  `${[...intervalBytes(picture, nth)].slice(0, -2)}`;

/** Of a draw, each interval of the frame that it touches, and the one of the packed picture there. */
function* touched(frame: Picture, small: Picture, draw: Draw) {
  const [columns, across] = [frame.layout.across / 5, small.layout.across / 5];
  // Beyond the pixel that is drawn there is one more that smoothing reads.
  const [left, right] = [draw.toX - 1, draw.toX + draw.width];
  const [top, bottom] = [draw.toY - 1, draw.toY + draw.height];
  for (let y = Math.floor(top / 16); y <= Math.floor(bottom / 16); y++)
    for (let x = Math.floor(left / 80); x <= Math.floor(right / 80); x++) {
      if (x < 0 || y < 0 || x >= columns || y * columns + x >= frame.ends.length) continue;
      const [column, row] = [x + (draw.fromX - draw.toX) / 80, y + (draw.fromY - draw.toY) / 16];
      yield [y * columns + x, row * across + column] as const;
    }
}

describe("the changed intervals as a picture of their own", () => {
  it(
    "are drawn all, each pixel with the neighbours that it has in the frame",
    () => {
      let packings = 0;
      for (let seed = 1; seed <= 200; seed++) {
        const roll = dice(seed);
        const [columns, rows] = [1 + roll(16), 1 + roll(24)];
        const scene = new FakeScene(columns, rows, roll, roll(16));
        const frame = read(scene.jpeg(seed));
        const odds = 3 + roll(30);
        const changed = [...scene.intervals.keys()].filter(() => roll(odds) === 0);
        const packed = pack(frame, changed);
        if (!packed) continue;
        packings++;
        const small = read(packed.jpeg);
        expect(small.ends.length).toBeLessThanOrEqual(0.6 * frame.ends.length);
        const drawn = new Set<number>();
        for (const draw of packed.draws) {
          for (const [there, here] of touched(frame, small, draw)) {
            expect(content(small, here)).toBe(content(frame, there));
            drawn.add(there);
          }
          expect(draw.toX + draw.width).toBeLessThanOrEqual(frame.layout.width);
          expect(draw.toY + draw.height).toBeLessThanOrEqual(frame.layout.height);
        }
        expect(changed.filter((nth) => !drawn.has(nth))).toEqual([]);
      }
      expect(packings).toBeGreaterThan(40);
    },
    SLOW_MS,
  );

  it("are one draw where they are neighbours, a pixel larger than they are", () => {
    const frame = read(new FakeScene(16, 9, dice(3)).jpeg(1));
    const packed = pack(frame, [19, 20, 35, 36]);
    expect(packed?.draws).toEqual([
      { fromX: 79, fromY: 15, toX: 239, toY: 15, width: 162, height: 34 },
    ]);
    const corner = pack(frame, [0])?.draws;
    expect(corner).toEqual([{ fromX: 0, fromY: 0, toX: 0, toY: 0, width: 81, height: 17 }]);
    // 15 and 16 are neighbours in number only.
    expect(pack(frame, [15, 16])?.draws.length).toBe(2);
  });

  it("drop what stands behind the last one's end", () => {
    const scene = new FakeScene(4, 8, dice(3));
    const packed = pack(read(scene.jpeg(1, [0xff, 0xd9, 7])), [31]);
    const small = read((packed as NonNullable<typeof packed>).jpeg);
    const last = scene.intervals[31] as Uint8Array;
    expect([...intervalBytes(small, 3)]).toEqual([...last, 0xff, 0xd9]);
  });

  it("are not packed where a row is no whole number of them, nor for too much around them", () => {
    const frame = read(new FakeScene(16, 45, dice(3)).jpeg(1));
    const odd = { ...frame, layout: { ...frame.layout, mcusPerInterval: 7 } };
    expect(pack(odd, [1])).toBeNull();
    expect(pack(frame, [])).toBeNull();
    const everySeventh = [...frame.ends.keys()].filter((nth) => nth % 7 === 0);
    expect(pack(frame, everySeventh)).toBeNull();
    expect(pack(frame, everySeventh.slice(0, 20))).not.toBeNull();
  });
});

it("rectangles lie so closely that what is decoded for nobody is little", () => {
  const frame = read(new FakeScene(16, 45, dice(3)).jpeg(1));
  const person = [...frame.ends.keys()].filter(
    (nth) => nth % 16 >= 2 && nth % 16 < 5 && nth >= 21 * 16 && nth < 42 * 16,
  );
  const cellsOf = (changed: number[]) => {
    const packed = pack(
      frame,
      [...changed].sort((a, b) => a - b),
    );
    return packed && read(packed.jpeg).ends.length;
  };
  // A column of 3 × 21 and what is around it, and not a square that holds it.
  expect(cellsOf(person)).toBe(5 * 23);
  // Each one alone needs nine, and there is room beside the column.
  const scattered = [8, 13, 120, 125, 248, 253, 400, 460, 520];
  expect(cellsOf([...person, ...scattered])).toBeLessThanOrEqual(1.1 * (5 * 23 + 9 * 9));
});

it(
  "a picture that is made to take long is given up at once",
  () => {
    const frame = read(new FakeScene(16, 45, dice(3)).jpeg(1));
    const [across, rows] = [8_192, 7];
    const layout = { ...frame.layout, across, mcusPerInterval: 1, intervals: across * rows };
    const huge = { ...frame, layout };
    const everyOther = Array.from({ length: layout.intervals / 2 }, (_, nth) => 2 * nth);
    // Each would take a second if every one of them were looked for among all others.
    for (let round = 0; round < 100; round++) expect(pack(huge, everyOther)).toBeNull();
    const lines = everyOther.slice(0, 149).map((nth) => 60 * nth);
    const groups = groupsOf(lines, across, 150);
    expect(groups?.length).toBe(149);
    for (let round = 0; round < 10; round++)
      expect(groups && placeOnShelves(groups, [across, rows], 9 * 149 + 9)).not.toBeUndefined();
  },
  SLOW_MS,
);
