import { afterEach, expect, it, vi } from "vitest";
import { copyText, diagnosticsOf, embedCode, linkTo } from "./share";

afterEach(() => vi.unstubAllGlobals());

it("a link shows the camera and nothing of how it was looked at", () => {
  const page = "https://home.example/cams/?camera=yard&camera=door&stats=1#x";
  expect(linkTo(page, "yard")).toBe("https://home.example/cams/?camera=yard");
  expect(linkTo(page, null)).toBe("https://home.example/cams/");
});

it("the code for another page is an element of HTML that shows the picture alone", () => {
  expect(embedCode("https://home.example/", "yard")).toBe(
    '<iframe src="https://home.example/?camera=yard&amp;embed=1" width="640" height="360" ' +
      'style="border:0" allow="fullscreen; picture-in-picture; screen-wake-lock"></iframe>',
  );
});

it("copying says that it cannot where the browser has no clipboard for the page", async () => {
  vi.stubGlobal("navigator", {});
  expect(await copyText("x")).toContain("does not let");
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  expect(await copyText("x")).toBe("Copied");
  expect(writeText).toHaveBeenCalledWith("x");
});

it("diagnostics are of the browser and the stream", () => {
  vi.stubGlobal("navigator", { userAgent: "a browser" });
  vi.stubGlobal("innerWidth", 100);
  vi.stubGlobal("innerHeight", 50);
  vi.stubGlobal("devicePixelRatio", 2);
  const told = JSON.parse(diagnosticsOf(null, "yard"));
  expect(told).toMatchObject({ watching: "yard", screen: "100x50@2", userAgent: "a browser" });
});
