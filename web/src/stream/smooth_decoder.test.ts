import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Decoded } from "./decoded";
import { Smooth } from "./smooth_decoder";

/** What the browser's other decoder makes of the next bytes. */
let other: "picture" | "planes" | "part" | "nothing" | "no picture";
/** By how much its pixels differ from those of the usual way, and where. */
let difference: { by: number; top: number };
/** Pictures and decoders that nobody has closed. */
let open: number;
/** Pictures that came by the usual way. */
let elsewhere: number;
/** Whether it makes pictures. */
let usual: boolean;
let smooth: Smooth;
const HEIGHT = 720;
const jpeg = Uint8Array.of(0xff, 0xd8, 1, 2, 3);

const bitmap = (off: number) => {
  open++;
  return { width: 1280, height: HEIGHT, off, close: () => open-- } as unknown as ImageBitmap;
};

class FakeImageDecoder {
  readonly #stream: ReadableStream<Uint8Array>;
  constructor({ data }: { data: ReadableStream<Uint8Array> }) {
    open++;
    this.#stream = data;
  }
  async decode({ completeFramesOnly }: { completeFramesOnly: boolean }) {
    expect(completeFramesOnly).toBe(false);
    const reader = this.#stream.getReader();
    expect((await reader.read()).value).toEqual(jpeg);
    if (other === "no picture") throw new Error("no picture");
    if (other === "nothing") await new Promise(() => {});
    open++;
    const format = other === "planes" ? "I420" : "BGRX";
    return { image: { format, close: () => open-- }, complete: other !== "part" };
  }
  close() {
    open--;
  }
}

/** Reads back what was drawn last, from where. */
class FakeScratch {
  #off = 0;
  getContext() {
    return {
      drawImage: ({ off }: { off: number }, _: number, y: number) => {
        this.#off = off !== 0 && -y === difference.top ? off : 0;
      },
      getImageData: () => ({ data: Uint8ClampedArray.of(100 + this.#off, 100, 100, 255) }),
    };
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("ImageDecoder", FakeImageDecoder);
  vi.stubGlobal("OffscreenCanvas", FakeScratch);
  vi.stubGlobal("createImageBitmap", async () => bitmap(difference.by));
  [other, difference, open, elsewhere] = ["picture", { by: 0, top: 0 }, 0, 0];
  usual = true;
  smooth = newSmooth();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const newSmooth = () =>
  new Smooth(async () => {
    if (!usual) throw new Error("no picture");
    elsewhere++;
    const source = bitmap(0);
    return { source, width: 1280, height: HEIGHT, close: () => source.close() } as Decoded;
  });

/** So many pictures are decoded; how many of them by the usual way, whatever was tried beside. */
async function show(count: number): Promise<number> {
  const before = elsewhere;
  for (let nth = 0; nth < count; nth++) {
    const decoding = smooth.decode(jpeg);
    await vi.advanceTimersByTimeAsync(1_000);
    (await decoding).close();
  }
  return elsewhere - before;
}

it("a browser that gives the same pixels from where they are does so, once that was seen", async () => {
  expect(await show(9)).toBe(9);
  // With the tenth it is tried, beside.
  expect(await show(1)).toBe(2);
  expect(await show(20)).toBe(0);
  expect(open).toBe(0);
});

it.each([0, (HEIGHT - 32) / 2, HEIGHT - 32])(
  "one whose pixels differ at line %i goes on by the usual way",
  async (top) => {
    difference = { by: 3, top };
    await show(10);
    expect(await show(20)).toBe(20);
    smooth = newSmooth();
    difference.by = 2;
    await show(10);
    expect(await show(20)).toBe(0);
    expect(open).toBe(0);
  },
);

it.each(["planes", "part", "nothing", "no picture"] as const)(
  "one that makes %s of a stream without an end goes on by the usual way",
  async (what) => {
    other = what;
    await show(10);
    other = "picture";
    expect(await show(20)).toBe(20);
    expect(open).toBe(0);
  },
);

it("one that cannot do it any more decodes all others by the usual way, and loses none", async () => {
  await show(10);
  other = "nothing";
  expect(await show(1)).toBe(1);
  other = "picture";
  expect(await show(20)).toBe(20);
  expect(open).toBe(0);
});

it("what is no picture by either way is none, and changes nothing for the next", async () => {
  await show(10);
  [other, usual] = ["no picture", false];
  await expect(smooth.decode(jpeg)).rejects.toThrow("no picture");
  [other, usual] = ["picture", true];
  expect(await show(5)).toBe(0);
  expect(open).toBe(0);
});

it("a browser without one is not tried", async () => {
  vi.stubGlobal("ImageDecoder", undefined);
  expect(await show(30)).toBe(30);
});
