import { expect, it } from "vitest";
import { ViewAge } from "./view_age";
import type { View } from "./view_model";

const made = (madeAt: number, told: Partial<View> = {}) =>
  ({ madeAt, ageMs: 80, silentMs: 20, behindMs: null, ...told }) as View;

it("a view that a busy page takes late is as old as it is then", () => {
  const age = new ViewAge();
  // The engine's clock began 7 s after the page's.
  expect(age.came(made(1_000), 8_002)).toMatchObject({ ageMs: 80, silentMs: 20 });
  expect(age.came(made(1_500), 10_502)).toMatchObject({ ageMs: 2_080, silentMs: 2_020 });
});

it("a first view that came late makes no later one younger than it is", () => {
  const age = new ViewAge();
  age.came(made(1_000), 3_000);
  expect(age.came(made(1_500), 1_510).ageMs).toBe(80);
  expect(age.came(made(2_000), 3_010).ageMs).toBe(1_080);
});

it("while the engine stands still its last view goes on ageing", () => {
  const age = new ViewAge();
  expect(age.now(5)).toBeNull();
  age.came(made(0, { behindMs: 400 }), 0);
  expect(age.now(3_000)).toMatchObject({ ageMs: 3_080, silentMs: 3_020, behindMs: 3_400 });
  expect(age.now(4_000)).toMatchObject({ ageMs: 4_080 });
});

it("what is not known does not become known by waiting", () => {
  const age = new ViewAge();
  age.came(made(0, { ageMs: null, silentMs: null }), 0);
  expect(age.now(3_000)).toMatchObject({ ageMs: null, silentMs: null, behindMs: null });
});
