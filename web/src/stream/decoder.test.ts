import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bitmaps, decodes, installFakeBrowser, removeFakeBrowser } from "./fake_browser";

/** What the fake decoder makes of the next bytes. */
let fault: "none" | "no picture" | "no conversion";
let open: number;
const jpeg = new ArrayBuffer(8);

class FakeImageData {
  static made = 0;
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  constructor(width: number, height: number) {
    FakeImageData.made++;
    [this.width, this.height] = [width, height];
    this.data = new Uint8ClampedArray(4 * width * height);
  }
}

class FakeImageDecoder {
  constructor() {
    open++;
  }
  async decode() {
    if (fault === "no picture") throw new Error("no picture");
    open++;
    const copyTo = async () => {
      if (fault === "no conversion") throw new Error("no such format");
    };
    return { image: { displayWidth: 32, displayHeight: 18, copyTo, close: () => open-- } };
  }
  close() {
    open--;
  }
}

beforeEach(() => {
  vi.resetModules();
  installFakeBrowser();
  vi.stubGlobal("ImageDecoder", FakeImageDecoder);
  vi.stubGlobal("ImageData", FakeImageData);
  [fault, open, FakeImageData.made] = ["none", 0, 0];
});
afterEach(removeFakeBrowser);

const decoder = () => import("./decoder");

it("a small picture is decoded where its bytes are, a large one by way of a blob", async () => {
  const { decodeInTime } = await decoder();
  const small = await decodeInTime(jpeg, true);
  expect([small.width, small.height, decodes.length, open]).toEqual([32, 18, 0, 0]);
  const large = decodeInTime(jpeg, false);
  await decodes.at(-1)?.end();
  expect((await large).width).toBe(640);
  (await large).close();
});

it("pixels are used again once their picture is drawn, and not before", async () => {
  const { decodeInTime } = await decoder();
  const [first, second] = [await decodeInTime(jpeg, true), await decodeInTime(jpeg, true)];
  expect(FakeImageData.made).toBe(2);
  first.close();
  const third = await decodeInTime(jpeg, true);
  expect(third.source).toBe(first.source);
  expect(third.source).not.toBe(second.source);
  expect(FakeImageData.made).toBe(2);
});

it("a browser that cannot give the pixels decodes all others by a blob at once", async () => {
  const { decodeInTime } = await decoder();
  fault = "no conversion";
  const first = decodeInTime(jpeg, true);
  await vi.advanceTimersByTimeAsync(0);
  await decodes.at(-1)?.end();
  expect((await first).width).toBe(640);
  fault = "none";
  const next = decodeInTime(jpeg, true);
  expect(decodes.length).toBe(2);
  await decodes.at(-1)?.end();
  (await next).close();
  (await first).close();
  expect([bitmaps(), open]).toEqual([0, 0]);
});

it("bytes that are no picture are none by either way, and change nothing for the next", async () => {
  const { decodeInTime } = await decoder();
  fault = "no picture";
  const failed = decodeInTime(jpeg, true);
  const rejected = expect(failed).rejects.toThrow("no picture");
  await vi.advanceTimersByTimeAsync(0);
  await decodes.at(-1)?.end(false);
  await rejected;
  fault = "none";
  expect((await decodeInTime(jpeg, true)).width).toBe(32);
});
