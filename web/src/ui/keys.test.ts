import { describe, expect, it } from "vitest";
import { COMMANDS, helpRows } from "./commands";
import { keyAction } from "./keys";

const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe("keys", () => {
  it("do what the list says", () => {
    const pressed = [
      "k",
      "S",
      "ArrowLeft",
      "ArrowRight",
      "Escape",
      "+",
      "-",
      "0",
      ".",
      ",",
      "A",
      "F",
      "C",
      "M",
      "R",
    ];
    expect(pressed.map((key) => keyAction(press(key), "page"))).toEqual([
      "pause",
      "snapshot",
      "back",
      "forward",
      "escape",
      "zoomIn",
      "zoomOut",
      "zoomWhole",
      "better",
      "lower",
      "auto",
      "fullscreen",
      "fit",
      "mirror",
      "rotate",
    ]);
    expect(helpRows().length).toBeGreaterThan(pressed.length);
    expect(helpRows().every(([keys, does]) => keys !== "" && does !== "")).toBe(true);
  });

  it("are each one command's", () => {
    const keys = Object.values(COMMANDS).flatMap((spec) => spec.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("with Shift, arrows move an enlarged picture and not time", () => {
    expect(keyAction(press("ArrowLeft", { shiftKey: true }), "page")).toBe("panLeft");
    expect(keyAction(press("?", { shiftKey: true }), "page")).toBe("help");
  });
});

describe("keys that are no commands", () => {
  it("have a modifier or go into a field", () => {
    expect(keyAction(press("s", { ctrlKey: true }), "page")).toBeNull();
    expect(keyAction(press("s"), "text")).toBeNull();
  });

  it("go on after a list or a slider was used, which keep their own", () => {
    for (const focus of ["select", "slider"] as const) {
      expect(keyAction(press("ArrowLeft"), focus)).toBeNull();
      expect(keyAction(press("Escape"), focus)).toBe("escape");
      expect(keyAction(press("f"), focus)).toBe("fullscreen");
    }
    expect(keyAction(press(" "), "select")).toBeNull();
    expect(keyAction(press(" "), "slider")).toBe("pause");
  });

  it("leave Space to a focused button", () => {
    expect(keyAction(press(" "), "button")).toBeNull();
    expect(keyAction(press(" "), "page")).toBe("pause");
  });
});
