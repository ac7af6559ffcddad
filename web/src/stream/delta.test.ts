import { describe, expect, it } from "vitest";
import { applyDelta } from "./delta";
import { applied, deltaBetween, dice, FakeScene, read } from "./fake_scene";
import { golden } from "./golden";
import { inOnePiece, intervalLength, jpegOf, type Picture } from "./intervals";

/** On a machine that has other things to do; it takes a second. */
const SLOW_MS = 60_000;

interface Golden {
  deltas: { what: string; base: string; delta: string; jpeg: string }[];
  refused: { what: string; error: string; delta: string }[];
}
type Frame = Uint8Array<ArrayBuffer>;
const file = golden<Golden>("delta");
/** All of it but where its bytes happen to lie. */
const carried = (picture: Picture) => {
  const { sources: _, starts, ends: __, ...rest } = picture;
  return { ...rest, lengths: [...starts.keys()].map((nth) => intervalLength(picture, nth)) };
};
const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

describe("a golden delta", () => {
  it.each(file.deltas)("is applied as Rust does: $what", ({ base, delta, jpeg }) => {
    expect(applied(fromHex(base), fromHex(delta))).toEqual(fromHex(jpeg));
  });

  it.each(file.refused)("is refused as by Rust: $what", ({ error, delta }) => {
    const base = fromHex(file.deltas[0]?.base as string);
    expect(applied(base, fromHex(delta))).toBe(error);
  });
});

describe("any way through a stream", () => {
  it(
    "gives every frame byte for byte, however many were skipped",
    () => {
      for (let seed = 1; seed <= 12; seed++) {
        const roll = dice(seed);
        const scene = new FakeScene(1 + roll(6), 1 + roll(6), roll);
        let shown = read(scene.jpeg(1));
        for (let seq = 2; seq < 30; seq++) {
          for (let changes = roll(5); changes > 0; changes--)
            scene.change(roll(scene.intervals.length));
          if (roll(3) === 0) continue;
          const after = roll(4) === 0 ? [1, 0xff, 0xd9] : [];
          const jpeg = scene.jpeg(seq, after);
          const result = applyDelta(shown, deltaBetween(jpegOf(shown), jpeg));
          if (typeof result === "string") throw new Error(`${result} at ${seq} of ${seed}`);
          expect(Buffer.from(jpegOf(result.picture)).equals(jpeg)).toBe(true);
          // What is carried along is what would be read anew, in one piece or in many.
          expect(carried(result.picture)).toEqual(carried(read(jpeg)));
          const whole = inOnePiece(result.picture, jpeg);
          expect(whole).toEqual(read(jpeg));
          shown = roll(4) === 0 ? whole : result.picture;
        }
      }
    },
    SLOW_MS,
  );

  it("is left by no delta against another frame", () => {
    const scene = new FakeScene(3, 3, dice(5));
    const frames = [1, 2, 3].map((seq) => scene.jpeg(seq)) as [Frame, Frame, Frame];
    expect(applied(frames[0], deltaBetween(frames[1], frames[2]))).toBe("OtherBase");
  });
});

describe("a hostile delta", () => {
  it(
    "makes a picture of at most what came, or none, whatever bytes it has",
    () => {
      const roll = dice(77);
      const scene = new FakeScene(4, 4, roll);
      const old = scene.jpeg(41);
      const untouched = old.slice();
      const base = read(old);
      for (const nth of [0, 5, 15]) scene.change(nth);
      const good = deltaBetween(old, scene.jpeg(42));
      let [made, longest] = [0, 0];
      for (let round = 0; round < 20_000; round++) {
        const bad = [...good];
        for (let damage = 1 + roll(3); damage > 0; damage--) {
          const at = roll(bad.length);
          const kind = roll(4);
          if (kind < 2) bad[at] = [roll(256), 0, 0xff, 0xd9][roll(4)] as number;
          else if (kind === 2) bad.splice(at, 1 + roll(3));
          else bad.splice(at, 0, 0xff, 0xd0 | roll(8));
        }
        const result = applyDelta(base, Uint8Array.from(bad));
        if (typeof result === "string") continue;
        made++;
        longest = Math.max(longest, jpegOf(result.picture).length - bad.length);
      }
      expect(longest).toBeLessThanOrEqual(old.length);
      expect(made).toBeGreaterThan(100);
      expect(jpegOf(base)).toEqual(untouched);
      expect(old).toEqual(untouched);
    },
    SLOW_MS,
  );

  it("that changes more of the header than a comment is read anew and drawn whole", () => {
    const old = new FakeScene(4, 4, dice(1)).jpeg(41);
    const base = read(old);
    const delta = [...deltaBetween(old, old)];
    // The patch becomes one byte: the first quantiser of the first component.
    const at = base.layout.sizeAt + 7;
    const head = [...delta.slice(0, 10), at >> 8, at & 255, 0, 1, 0, 0];
    const bitmap = delta.slice(16 + 31);
    const result = applyDelta(base, Uint8Array.from([...head, 3, ...bitmap]));
    expect(result).toMatchObject({ changed: null });
    const sof = [...delta.slice(0, 10), 0, at - 9, 0, 1, 0, 0];
    expect(applyDelta(base, Uint8Array.from([...sof, 0xc2, ...bitmap]))).toBe("OtherHeader");
  });
});
