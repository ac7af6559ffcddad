import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decodes, installFakeBrowser, pictureSize, removeFakeBrowser } from "./fake_browser";
import { dice, FakeScene, read } from "./fake_scene";
import { jpegOf } from "./intervals";
import type { Received } from "./rebuild";
import { Renderer } from "./renderer";
import { Together } from "./together";

type Draw = number[];
let draws: Draw[];
let shown: { nth: number; painted: boolean }[];
let decodedFrames: number[];
let together: Together;
let renderer: Renderer<Received>;
/** By how much a part differs from the whole at its seams, of 255. */
let seam: number;

beforeEach(() => {
  installFakeBrowser();
  seam = 0;
  vi.stubGlobal("OffscreenCanvas", FakeScratch);
  Object.assign(pictureSize, { width: picture.layout.width, height: picture.layout.height });
  [draws, shown, decodedFrames] = [[], [], []];
  together = new Together();
  renderer = newRenderer(canvas());
});

function canvas(): OffscreenCanvas {
  const nothing = () => {};
  const context = {
    drawImage: (_: unknown, ...where: number[]) => draws.push(where),
    ...{ save: nothing, restore: nothing, fillRect: nothing, fillText: nothing },
  };
  return { width: 0, height: 0, getContext: () => context } as unknown as OffscreenCanvas;
}

/** Where parts are compared with the whole: a part is read first, which lies elsewhere in its picture. */
class FakeScratch {
  #part = false;
  getContext() {
    return {
      canvas: this,
      drawImage: (_: unknown, ...[, , , , toX]: number[]) => expect(toX).toBe(0),
      getImageData: () => {
        this.#part = !this.#part;
        return { data: Uint8ClampedArray.of(100, 100, this.#part ? 100 + seam : 100, 255) };
      },
    };
  }
}

/** All that is compared has been, on frames before the first. */
async function compared() {
  for (let nth = -9; nth < 0; nth += 2) {
    renderer.draw(frame(nth, [1]));
    await decoded();
    await decoded();
  }
  expect(decodes.length).toBe(10);
  [draws.length, shown.length, decodes.length] = [0, 0, 0];
}
afterEach(removeFakeBrowser);

const newRenderer = (canvas: OffscreenCanvas) =>
  new Renderer<Received>(canvas, together, {
    decoded: ({ nth }) => decodedFrames.push(nth),
    drawn: ({ frame, decodeMs }) => shown.push({ nth: frame.nth, painted: decodeMs !== null }),
  });

const picture = read(new FakeScene(16, 9, dice(1)).jpeg(1));
const WHOLE = [0, 0];
/** The frame that differs in these intervals from the one before; without a list a whole one. */
const frame = (nth: number, changed?: number[]): Received => ({
  ...{ jpeg: () => jpegOf(picture).buffer, size: picture.length, bytes: 100, keeps: 100, nth },
  stamp: null,
  patch: changed ? { picture, changed: Uint16Array.from(changed) } : null,
});
/** Where intervals were drawn, as (column, row). */
const places = () =>
  draws.map(([, , , , x, y]) => [Math.round((x ?? 0) / 80), Math.round((y ?? 0) / 16)]);
const decoded = async (ok = true) => {
  await vi.advanceTimersByTimeAsync(0);
  await decodes.at(-1)?.end(ok);
};

it("what changed is decoded alone, with what changed in frames that were skipped", async () => {
  await compared();
  renderer.draw(frame(1));
  await decoded();
  expect(draws).toEqual([WHOLE]);
  draws = [];
  renderer.draw(frame(2, [3, 4]));
  renderer.draw(frame(3, [17]));
  renderer.draw(frame(4, [17, 40]));
  expect(decodes.length).toBe(2);
  await decoded();
  expect(places()).toEqual([[3, 0]]);
  await decoded();
  expect(places()).toEqual([
    [3, 0],
    [1, 1],
    [8, 2],
  ]);
  expect(shown.map(({ nth }) => nth)).toEqual([1, 2, 4]);
});

it("a frame in which nothing changed is shown without a decode", async () => {
  await compared();
  renderer.draw(frame(1));
  await decoded();
  renderer.draw(frame(2, []));
  expect(decodes.length).toBe(1);
  expect(renderer.frame?.nth).toBe(2);
  expect(shown.at(-1)).toEqual({ nth: 2, painted: true });
});

it("all is decoded where much changed, or nobody knows what did", async () => {
  await compared();
  const much = Array.from({ length: 80 }, (_, nth) => nth);
  const drawnOf = async (next: Received) => {
    draws = [];
    renderer.draw(next);
    await decoded();
    return draws;
  };
  expect(await drawnOf(frame(1, [5]))).toEqual([WHOLE]);
  expect(await drawnOf(frame(2, [5]))).not.toEqual([WHOLE]);
  expect(await drawnOf(frame(3, much))).toEqual([WHOLE]);
  // One is missing in between, as after a look back.
  expect(await drawnOf(frame(5, [5]))).toEqual([WHOLE]);
  expect(await drawnOf(frame(6, [5]))).not.toEqual([WHOLE]);
});

it("after damage all is decoded, and the damage is told", async () => {
  await compared();
  renderer.draw(frame(1));
  await decoded();
  draws = [];
  renderer.draw(frame(2, [5]));
  renderer.draw(frame(3, [6]));
  await decoded(false);
  await decoded();
  expect(draws).toEqual([WHOLE]);
  expect(shown.map(({ painted }) => painted)).toEqual([true, false, true]);
});

it("a picture painted once more is no base for what came after one that was none", async () => {
  await compared();
  renderer.draw(frame(1));
  await decoded();
  renderer.draw(frame(2, [5]));
  await decoded(false);
  // The canvas still shows the first one.
  renderer.mark("Stalled");
  await decoded();
  renderer.mark(null);
  await decoded();
  draws = [];
  renderer.draw(frame(3, [6]));
  await decoded();
  expect(draws).toEqual([WHOLE]);
});

it("a canvas made of parts is decoded whole each second, and soon after the last motion", async () => {
  await compared();
  renderer.draw(frame(1));
  await decoded();
  let nth = 1;
  const kinds: string[] = [];
  for (let ms = 0; ms < 2_000; ms += 50) {
    draws = [];
    renderer.draw(frame(++nth, [nth % 9]));
    await decoded();
    kinds.push(draws[0]?.length === 2 ? "whole" : "part");
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(kinds.filter((kind) => kind === "whole").length).toBe(1);
  draws = [];
  renderer.settle();
  await decoded();
  expect(draws).toEqual([]);
  await vi.advanceTimersByTimeAsync(300);
  renderer.settle();
  renderer.draw(frame(nth + 1, [7]));
  await decoded();
  await decoded();
  expect(draws.map((where) => where.length)).toEqual([2, 8]);
  // Told once, as the frame that it was.
  expect(shown.filter((one) => one.nth === nth).length).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  renderer.settle();
  await decoded();
  renderer.settle();
  expect(draws.length).toBe(3);
});

it("a picture that is looked at from now on, or no more, is decoded whole once", async () => {
  await compared();
  renderer.draw(frame(1));
  await decoded();
  for (const attended of [false, true]) {
    draws = [];
    renderer.fit({ shown: null, attended }, null);
    renderer.draw(frame(attended ? 3 : 2, [3]));
    await decoded();
    await vi.advanceTimersByTimeAsync(80);
    expect(draws).toEqual([WHOLE]);
  }
});

it("parts are drawn once they were seen to be as the whole, and never where they are not", async () => {
  const partsOf = async (difference: number) => {
    seam = difference;
    draws = [];
    renderer.draw(frame(1));
    await decoded();
    // The first that could be drawn in parts is decoded both ways, and drawn whole.
    renderer.draw(frame(2, [3]));
    await decoded();
    await decoded();
    expect(draws).toEqual([WHOLE, WHOLE]);
    for (let nth = 3; nth < 9; nth++) {
      renderer.draw(frame(nth, [3]));
      await decoded();
      await decoded();
    }
    return draws.filter(({ length }) => length === 8).length;
  };
  expect(await partsOf(2)).toBe(6);
  renderer = newRenderer(canvas());
  expect(await partsOf(3)).toBe(0);
  // Where nobody can look they are taken to be others.
  vi.stubGlobal("OffscreenCanvas", undefined);
  renderer = newRenderer(canvas());
  draws = [];
  renderer.draw(frame(1));
  await decoded();
  renderer.draw(frame(2, [3]));
  await decoded();
  renderer.draw(frame(3, [3]));
  await decoded();
  expect(draws).toEqual([WHOLE, WHOLE, WHOLE]);
});

describe("of several tiles", () => {
  const tile = { shown: null, attended: false };
  /** One more tile, which draws to the same list. */
  const another = () => {
    const context = { drawImage: () => draws.push([1]) };
    const canvas = { width: 0, height: 0, getContext: () => context };
    return newRenderer(canvas as unknown as OffscreenCanvas);
  };

  it("the pictures are drawn together, and each is acknowledged as soon as it is decoded", async () => {
    const other = another();
    for (const one of [renderer, other]) one.fit(tile, null);
    renderer.draw(frame(1));
    await decoded();
    await vi.advanceTimersByTimeAsync(40);
    other.draw(frame(2));
    await decoded();
    expect([draws, decodedFrames]).toEqual([[], [1, 2]]);
    await vi.advanceTimersByTimeAsync(40);
    expect(draws).toEqual([WHOLE, [1]]);
    expect(shown.map(({ nth }) => nth)).toEqual([1, 2]);
  });

  it("one whose successor is there waits no longer, and so none is lost", async () => {
    renderer.fit(tile, null);
    for (let nth = 1; nth <= 20; nth++) {
      renderer.draw(frame(nth));
      await decoded();
      await vi.advanceTimersByTimeAsync(30);
    }
    expect(shown.map(({ nth }) => nth)).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
  });

  it("one that is looked at is drawn at once", async () => {
    renderer.fit({ shown: null, attended: true }, null);
    renderer.draw(frame(1));
    await decoded();
    expect(draws).toEqual([WHOLE]);
  });
});
