import { describe, expect, it } from "vitest";
import { readPageOptions } from "./page_options";

describe("the page's address", () => {
  it("asks for nothing by default", () => {
    expect(readPageOptions("")).toEqual({
      cameras: [],
      quality: null,
      stats: false,
      fit: null,
      embed: false,
    });
  });

  it("asks for much", () => {
    expect(
      readPageOptions("?camera=yard&camera=front-door&quality=62&stats=1&fit=cover&embed=1"),
    ).toEqual({
      cameras: ["yard", "front-door"],
      quality: 60,
      stats: true,
      fit: "cover",
      embed: true,
    });
  });

  it("asks for nothing with nonsense", () => {
    const link = readPageOptions("?camera=../x&camera=A&quality=best&fit=wide&stats=0&embed=false");
    expect(link).toEqual(readPageOptions(""));
  });

  it("shows a camera once", () => {
    expect(readPageOptions("?camera=a,b,a").cameras).toEqual(["a", "b"]);
  });
});
