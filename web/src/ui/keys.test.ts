import { describe, expect, it } from "vitest";
import { HELP, keyAction } from "./keys";

describe("keys", () => {
  const press = (key: string, more = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });

  it("do what the list says", () => {
    const pressed = ["k", "S", "ArrowLeft", "ArrowRight", "Escape", "+", "A", "F", "C", "M", "R"];
    expect(pressed.map((key) => keyAction(press(key), "page"))).toEqual([
      "pause",
      "snapshot",
      "back",
      "forward",
      "escape",
      "better",
      "auto",
      "fullscreen",
      "fit",
      "mirror",
      "rotate",
    ]);
    expect(HELP.length).toBeGreaterThan(pressed.length);
  });

  it("are no commands with a modifier or in a field", () => {
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
