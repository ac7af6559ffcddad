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
    expect(pressed.map((key) => keyAction(press(key), "BODY"))).toEqual([
      "pause",
      "snapshot",
      "back",
      "forward",
      "live",
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
    expect(keyAction(press("s", { ctrlKey: true }), "BODY")).toBeNull();
    expect(keyAction(press("s"), "INPUT")).toBeNull();
    expect(keyAction(press("a"), "SELECT")).toBeNull();
  });

  it("leave Space to a focused button", () => {
    expect(keyAction(press(" "), "BUTTON")).toBeNull();
    expect(keyAction(press(" "), "BODY")).toBe("pause");
  });
});
