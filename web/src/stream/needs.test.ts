import { describe, expect, it } from "vitest";
import { fullSize, isWithin, type Needs, wantsOf } from "./needs";
import { labelOf, RENDITIONS } from "./rendition";

const HD = { width: 1280, height: 720 };
const box = (width: number, height: number, cover = false) => ({ width, height, cover });
const top = (needs: Needs, camera = HD) => labelOf(wantsOf(needs, camera, false).top);

describe("a tile", () => {
  it.each([
    [320, 180, "60s4"],
    [472, 266, "60s4"],
    [500, 281, "60s2"],
    [944, 531, "60s2"],
    [1000, 562, "60"],
  ])("of %i × %i device pixels asks for no more than %s", (width, height, label) => {
    expect(top({ shown: box(width, height), attended: false })).toBe(label);
  });

  it("of 320 pixels that is looked at asks for half at most", () => {
    expect(top({ shown: box(320, 180), attended: true })).toBe("80s2");
  });

  it("asks for few pictures until something moves or somebody looks", () => {
    const fps = (attended: boolean, moving: boolean) =>
      wantsOf({ shown: box(320, 180), attended }, HD, moving).maxFps;
    expect([fps(false, false), fps(false, true), fps(true, false)]).toEqual([10, null, null]);
  });

  it("asks for the least before it knows how large it is", () => {
    expect(top({ shown: null, attended: false })).toBe("60s4");
  });
});

describe("a stage", () => {
  it.each([
    ["an embedded one", box(320, 180), "80s2"],
    ["a phone", box(1170, 2300), "95"],
    ["a window", box(1100, 700), "95"],
    ["a large screen", box(3840, 2160), "95"],
    ["one of unknown size", null, "95"],
    ["a narrow one, filled", box(200, 700, true), "95"],
  ])("may ask for what its pixels show: %s", (_, shown, label) => {
    expect(top({ shown, attended: true })).toBe(label);
  });

  it("of a large camera may ask for no more pixels than it has", () => {
    expect(top({ shown: box(1100, 700), attended: true }, { width: 3840, height: 2160 })).toBe(
      "80s2",
    );
  });
});

describe("the camera's size", () => {
  it("is what its host says, else what its pictures tell", () => {
    const picture = { width: 320, height: 180 };
    expect(fullSize({ width: 640, height: 480 }, picture, "quarter")).toEqual({
      width: 640,
      height: 480,
    });
    expect(fullSize({ width: null, height: null }, picture, "quarter")).toEqual(HD);
    expect(fullSize(null, { width: 0, height: 0 }, "full")).toBeNull();
  });
});

it("every rendition of a smaller size is within, of the same only the lower qualities", () => {
  const within = RENDITIONS.filter((r) => isWithin(r, { quality: 50, size: "half" }));
  expect(within.map(labelOf)).toEqual(["30s4", "60s4", "80s4", "30s2", "40s2", "50s2"]);
});
