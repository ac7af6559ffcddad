import { describe, expect, it } from "vitest";
import { dice, FakeScene, interval, read } from "./fake_scene";
import { pack } from "./pack";

/** The content of interval `nth` without its marker. */
const content = (picture: ReturnType<typeof read>, nth: number) =>
  [...interval(picture, nth)].slice(0, -2);

describe("the changed intervals as a picture of their own", () => {
  it("are whole, in order and under the frame's tables, and each run finds its place", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const roll = dice(seed);
      const [columns, rows] = [1 + roll(16), 1 + roll(12)];
      const scene = new FakeScene(columns, rows, roll, roll(16));
      const frame = read(scene.jpeg(seed));
      const all = [...scene.intervals.keys()];
      const changed = all.filter(() => roll(5) === 0);
      const packed = pack(frame, changed);
      if (!packed) {
        expect(changed.length === 0 || changed.length > 0.4 * all.length).toBe(true);
        continue;
      }
      const small = read(packed.jpeg);
      const places = new Map<string, number>();
      for (const [at, nth] of changed.entries()) {
        expect(content(small, at)).toEqual(content(frame, nth));
        places.set(`${80 * (nth % columns)},${16 * Math.floor(nth / columns)}`, at);
      }
      let drawn = 0;
      const across = small.layout.width / 80;
      for (const run of packed.runs) {
        for (let x = 0; x < run.width; x += 80) {
          const at = places.get(`${run.toX + x},${run.toY}`) as number;
          expect([run.fromX + x, run.fromY]).toEqual([
            80 * (at % across),
            16 * Math.floor(at / across),
          ]);
          drawn++;
        }
        expect(run.toX + run.width).toBeLessThanOrEqual(frame.layout.width);
        expect(run.toY + run.height).toBeLessThanOrEqual(frame.layout.height);
      }
      expect(drawn).toBe(changed.length);
    }
  });

  it("are one run where they are neighbours, up to the edge of either picture", () => {
    const frame = read(new FakeScene(16, 9, dice(3)).jpeg(1));
    expect(pack(frame, [3, 4, 5])?.runs).toEqual([
      { fromX: 0, fromY: 0, toX: 240, toY: 0, width: 240, height: 16 },
    ]);
    // 15 and 16 are neighbours in number only.
    expect(pack(frame, [14, 15, 16, 17])?.runs.length).toBe(2);
  });

  it("drop what stands behind the last one's end", () => {
    const scene = new FakeScene(4, 2, dice(3));
    const packed = pack(read(scene.jpeg(1, [0xff, 0xd9, 7])), [7]);
    const small = read((packed as NonNullable<typeof packed>).jpeg);
    const last = scene.intervals[7] as Uint8Array;
    expect([...interval(small, 0)]).toEqual([...last, 0xff, 0xd9]);
  });

  it("are not packed where a row is no whole number of them, nor for too many draws", () => {
    const frame = read(new FakeScene(16, 45, dice(3)).jpeg(1));
    const odd = { ...frame, layout: { ...frame.layout, mcusPerInterval: 7 } };
    expect(pack(odd, [1])).toBeNull();
    const everyThird = [...frame.ends.keys()].filter((nth) => nth % 3 === 0);
    expect(pack(frame, everyThird)).toBeNull();
    expect(pack(frame, everyThird.slice(0, 140))).not.toBeNull();
  });
});
