import { expect, it } from "vitest";
import { nextTheme } from "./theme";

it("three presses go through all themes and back", () => {
  const first = nextTheme("auto");
  const second = nextTheme(first);
  expect([first, second, nextTheme(second)]).toEqual(["dark", "light", "auto"]);
});
