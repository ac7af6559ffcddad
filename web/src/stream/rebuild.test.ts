import { expect, it } from "vitest";
import { deltaBetween, dice, FakeScene } from "./fake_scene";
import { Rebuild, type Received } from "./rebuild";

/** On a machine that has other things to do; it takes a second. */
const SLOW_MS = 60_000;

const bytesOf = (received: Received | null) => received && new Uint8Array(received.jpeg());

function stream() {
  const scene = new FakeScene(4, 4, dice(9));
  const frames = [1, 2, 3, 4, 5, 6].map((seq) => {
    scene.change(seq);
    return scene.jpeg(seq);
  });
  let asked = 0;
  const rebuild = new Rebuild(() => asked++);
  const frame = (nth: number) => frames[nth] as Uint8Array<ArrayBuffer>;
  return {
    asked: () => asked,
    frame,
    whole: (nth: number) => rebuild.take(frame(nth).buffer),
    delta: (from: number, to: number) => rebuild.take(deltaBetween(frame(from), frame(to)).buffer),
    rebuild,
  };
}

it("frames come out as published, with what changed since the one before", () => {
  const { whole, delta, frame } = stream();
  expect(whole(0)).toMatchObject({ nth: 1, patch: null, bytes: frame(0).length });
  const second = delta(0, 1);
  expect(bytesOf(second)).toEqual(frame(1));
  expect(second?.bytes).toBeLessThan(frame(1).length);
  const third = delta(1, 3);
  expect(bytesOf(third)).toEqual(frame(3));
  expect([...(third?.patch?.changed ?? [])]).toEqual([3, 4]);
  expect(third?.nth).toBe(3);
});

it("after a delta against another frame a whole one is asked for once, and waited for", () => {
  const { whole, delta, frame, asked } = stream();
  whole(0);
  expect(delta(1, 2)).toBeNull();
  // Against the right one again, but who knows what was in between.
  expect(delta(0, 3)).toBeNull();
  expect(asked()).toBe(1);
  expect(whole(4)).toMatchObject({ patch: null });
  expect(bytesOf(delta(4, 5))).toEqual(frame(5));
  expect(asked()).toBe(1);
});

it("a delta before any frame, or after one without intervals, is none", () => {
  const { delta, asked, rebuild } = stream();
  expect(delta(0, 1)).toBeNull();
  expect(asked()).toBe(1);
  rebuild.reset();
  expect(rebuild.take(Uint8Array.from([0xff, 0xd8, 0xff, 0xd9]).buffer)).not.toBeNull();
  expect(delta(0, 1)).toBeNull();
  expect(asked()).toBe(2);
});

it("a frame that is looked back at is still the one it was, and none keeps more messages than two seconds have", () => {
  const scene = new FakeScene(16, 9, dice(4));
  const rebuild = new Rebuild(() => expect.fail("nothing is asked for"));
  let base = scene.jpeg(0);
  const kept = [{ jpeg: base, received: rebuild.take(base.slice().buffer) as Received }];
  for (let seq = 1; seq < 300; seq++) {
    // Never the same one again for long: each of the messages has one that is the newest.
    scene.change(seq % 144);
    const jpeg = scene.jpeg(seq);
    const received = rebuild.take(deltaBetween(base, jpeg).buffer) as Received;
    kept.push({ jpeg, received });
    base = jpeg;
    expect(new Set(received.patch?.picture.sources).size).toBeLessThanOrEqual(64);
  }
  for (const { jpeg, received } of kept) {
    expect(Buffer.from(received.jpeg()).equals(jpeg)).toBe(true);
    expect(received.size).toBe(jpeg.length);
  }
  // What is kept to look back at is counted as what came and where its intervals are, seldom as all of it.
  const more = kept.filter(({ received: { keeps, bytes } }) => keeps - bytes > 12 * 144 + 200);
  expect(more.length).toBe(Math.floor(299 / 64));
});

it(
  "through any loss, skip, switch, new header and cut message comes the very frame, or none and a whole one is asked for",
  () => {
    let [frames, deltas, requests] = [0, 0, 0];
    for (let seed = 1; seed <= 12; seed++) {
      const roll = dice(seed);
      let asked = false;
      const rebuild = new Rebuild(() => {
        expect(asked, "once until a whole one comes").toBe(false);
        asked = true;
        requests++;
      });
      let scene = new FakeScene(1 + roll(6), 1 + roll(6), roll);
      /** What the gateway sent last, as far as it knows; null: the next one is whole. */
      let base: Uint8Array<ArrayBuffer> | null = null;
      for (let seq = 1; seq < 100; seq++) {
        for (let changes = roll(4); changes > 0; changes--)
          scene.change(roll(scene.intervals.length));
        // Another rendition, or another camera mode: never a delta against what was before.
        if (roll(25) === 0) [scene, base] = [new FakeScene(1 + roll(6), 1 + roll(6), roll), null];
        if (roll(5) === 0) continue;
        // The request needs its time; deltas come meanwhile.
        if (asked && roll(3) === 0) base = null;
        const jpeg = scene.jpeg(seq);
        const message: Uint8Array<ArrayBuffer> = base ? deltaBetween(base, jpeg) : jpeg;
        const whole = base === null;
        base = jpeg;
        const fate = roll(30);
        if (fate === 0) continue;
        const cut = fate === 1 && !whole;
        const received = rebuild.take(
          message.slice(0, cut ? 1 + roll(message.length - 1) : undefined).buffer,
        );
        if (whole) asked = false;
        if (received) {
          expect(Buffer.from(received.jpeg()).equals(jpeg)).toBe(true);
          expect(asked || cut).toBe(false);
          frames++;
          if (!whole) deltas++;
        } else expect(asked).toBe(true);
      }
    }
    expect([frames > 500, deltas > 400, requests > 20]).toEqual([true, true, true]);
  },
  SLOW_MS,
);
