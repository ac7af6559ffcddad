/** Tiles: what each says, what it asks for, and that they never overlap. */

import { expect, it, vi } from "vitest";
import { page } from "vitest/browser";
import { readStatus } from "../src/stream/protocol";
import { Wall } from "../src/ui/Wall";
import { engineOf, fakeEngines } from "./support/fake_engine";
import { mount } from "./support/mount";
import { soon, soonTrue } from "./support/soon";

const BASE = "http://gateway.invalid/";
const tile = (name: string | RegExp) => page.getByRole("button", { name });

async function wall(cameras: string[], choose = (_: string) => {}) {
  fakeEngines();
  mount(<Wall base={BASE} cameras={cameras} choose={choose} />);
  await soonTrue(() => document.querySelectorAll(".tile canvas").length === cameras.length);
}

it("a tile is called as its camera with its state, in the order that is seen, and leads there", async () => {
  const choose = vi.fn();
  await wall(["yard", "door"], choose);
  engineOf("yard").shows();
  const status = { camera: "door", state: "error", reason: "busy", detail: "" };
  engineOf("door").shows({ phase: "stalled", silentMs: 5_000, camera: readStatus(status) });
  await expect.element(tile("yard, Live. Show it alone.")).toBeVisible();
  const door = tile("door, Camera in use. Show it alone.");
  await expect.element(door).toHaveTextContent(/door.*Camera in use/);
  await door.click();
  expect(choose).toHaveBeenCalledExactlyOnceWith("door");
});

it("a tile keeps no past and tells the engine how small it is", async () => {
  await wall(["small", "other"]);
  const { config } = engineOf("small");
  expect(config).toMatchObject({ rewindBytes: 0, needs: { attended: false } });
  const shown = engineOf("small").last("needs")?.needs.shown ?? config?.needs.shown;
  expect(shown?.width).toBeLessThan(900);
});

it("a tile that has the focus is attended, and no more when it has not", async () => {
  await wall(["focused", "beside"]);
  (tile(/^focused/).element() as HTMLElement).focus({ focusVisible: true } as FocusOptions);
  const attended = () => engineOf("focused").last("needs")?.needs.attended;
  await soon(() => expect(attended()).toBe(true));
  (document.activeElement as HTMLElement).blur();
  await soon(() => expect(attended()).toBe(false));
});

it.each([
  [9, 820, 1180],
  [16, 320, 568],
  [4, 844, 390],
])("%i tiles do not overlap in %i × %i, and those outside ask for nothing", async (count, w, h) => {
  await page.viewport(w, h);
  const cameras = Array.from({ length: count }, (_, n) => `of-${count}-${n}`);
  await wall(cameras);
  await soonTrue(() => document.querySelector<HTMLElement>(".wall")?.style.cssText !== "");
  const boxes = [...document.querySelectorAll(".tile")].map((t) => t.getBoundingClientRect());
  const overlaps = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
  );
  expect(overlaps).toEqual([]);
  const last = boxes.at(-1);
  const outside = (last?.top ?? 0) >= h;
  const held = () => engineOf(cameras.at(-1) ?? "").last("pause")?.paused;
  await soon(() => expect(held()).toBe(outside));
  await page.viewport(900, 600);
});
