import { expect, it } from "vitest";
import { mayReload } from "./lost";

it("a page is loaded again once, and not for ever", () => {
  expect(mayReload(null, 1_000)).toBe(true);
  expect(mayReload("1000", 5_000)).toBe(false);
  expect(mayReload("1000", 90_000)).toBe(true);
});
