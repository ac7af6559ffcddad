import { describe, expect, it } from "vitest";
import { readRoute, sceneOf, withCameras } from "./route";

describe("the page's address", () => {
  it("asks for nothing by default", () => {
    expect(readRoute("")).toEqual({
      cameras: [],
      impossible: [],
      wall: false,
      options: { quality: null, stats: false, fit: null, embed: false },
    });
  });

  it("asks for a quality of any size", () => {
    const quality = (search: string) => readRoute(search).options.quality;
    expect(quality("?quality=85s2")).toEqual({ quality: 80, size: "half" });
    expect(quality("?quality=80s3")).toBeNull();
  });

  it("asks for cameras, a quality, figures and a fit", () => {
    const route = readRoute("?camera=yard&camera=door,gate&quality=62&stats&fit=cover&embed=1");
    expect(route).toEqual({
      cameras: ["yard", "door", "gate"],
      impossible: [],
      wall: false,
      options: { quality: { quality: 60, size: "full" }, stats: true, fit: "cover", embed: true },
    });
  });

  it("is read as what it can mean, and a name that no camera can have is kept to be said", () => {
    const route = readRoute("?camera=&camera=Front_Door!&quality=9.5&fit=tall&stats=0&wall=1");
    expect(route).toEqual({
      cameras: [],
      impossible: ["Front_Door!"],
      wall: true,
      options: { quality: null, stats: false, fit: null, embed: false },
    });
  });

  it("shows no more cameras than a browser can, and none twice", () => {
    const many = Array.from({ length: 30 }, (_, i) => `camera=c${i % 20}`).join("&");
    expect(readRoute(`?${many}`).cameras.length).toBe(16);
  });

  it("of other cameras keeps everything else", () => {
    const search = "?embed=1&camera=yard&quality=60";
    expect(withCameras(search, ["door"])).toBe("?embed=1&quality=60&camera=door");
    expect(withCameras(search, "wall")).toBe("?embed=1&quality=60&wall=1");
    expect(withCameras("?wall=1", "list")).toBe("");
    const both = withCameras("", ["yard", "door"]);
    expect(readRoute(both).cameras).toEqual(["yard", "door"]);
  });
});

describe("what is shown", () => {
  const scene = (search: string, known: string[] | null) => sceneOf(readRoute(search), known);
  it.each<[string, string, string[] | null, object]>([
    ["before the gateway told", "", null, { kind: "camera", camera: null }],
    ["where it knows none", "", [], { kind: "camera", camera: null }],
    ["of a lone camera", "", ["front-door"], { kind: "camera", camera: "front-door" }],
    ["of the default one alone", "", ["default"], { kind: "camera", camera: null }],
    ["of several", "", ["default", "yard"], { kind: "list" }],
    ["of one of them", "?camera=yard", ["default", "yard"], { kind: "camera", camera: "yard" }],
    ["of a name before the gateway told", "?camera=yard", null, { kind: "camera", camera: "yard" }],
    ["of an unknown name", "?camera=no", ["yard"], { kind: "unknown", camera: "no" }],
    ["of an impossible name", "?camera=No!", null, { kind: "unknown", camera: "No!" }],
    ["of two names", "?camera=a&camera=b", ["a"], { kind: "wall", cameras: ["a", "b"] }],
    ["of a wall of none", "?wall=1", [], { kind: "list" }],
    ["of the wall", "?wall=1", ["a", "b"], { kind: "wall", cameras: ["a", "b"] }],
  ])("%s", (_, search, known, expected) => {
    expect(scene(search, known)).toEqual(expected);
  });
});
