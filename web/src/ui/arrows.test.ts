import { expect, it } from "vitest";
import { focusAfter } from "./arrows";

it.each([
  ["ArrowRight", 0, "row", 1],
  ["ArrowRight", 3, "row", 0],
  ["ArrowLeft", 0, "row", 3],
  ["ArrowDown", 1, "column", 2],
  ["ArrowUp", 0, "column", 3],
  ["Home", 2, "row", 0],
  ["End", 1, "column", 3],
  ["ArrowDown", 1, "row", null],
  ["ArrowLeft", 1, "column", null],
  ["a", 1, "row", null],
] as const)("%s at %i of four in a %s leads to %s", (key, at, along, to) => {
  expect(focusAfter(key, at, 4, along)).toBe(to);
});

it("from outside of all of them the first arrow leads to the first or the last", () => {
  expect(focusAfter("ArrowDown", -1, 4, "column")).toBe(0);
  expect(focusAfter("ArrowUp", -1, 4, "column")).toBe(3);
  expect(focusAfter("ArrowDown", -1, 0, "column")).toBeNull();
});
