import { expect, it } from "vitest";
import { waitMs } from "./backoff";

it("waits are between half and whole, and end at 15 s", () => {
  expect([waitMs(0, 0), waitMs(0, 1), waitMs(3, 1), waitMs(99, 1)]).toEqual([
    250, 500, 4_000, 15_000,
  ]);
});
