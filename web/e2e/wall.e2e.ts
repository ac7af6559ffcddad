/** Several cameras on one page: at every size no tile hides another, and all can be seen. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { live, withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

const COUNTS = [1, 2, 4, 9, 16];
const SIZES = [
  { width: 320, height: 568 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 820, height: 1180 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];
/** The widest name that a camera may have, a long one, and others. */
const NAMES = [
  "m".repeat(32),
  "camera-over-the-north-east-gates",
  ...Array.from({ length: 14 }, (_, i) => `yard-${i}`),
];
/** Layout rounds to parts of a pixel. */
const ROUNDING_PX = 0.5;
/** Three letters and an ellipsis. */
const SHORTEST_NAME_PX = 32;

let stack: Stack;
let gateway: Gateway;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
});
afterAll(() => stack?.stop());

it("tiles never overlap, all can be scrolled to, and names are whole or end in an ellipsis", async () => {
  await withPage("about:blank", async (page) => {
    const faults: string[] = [];
    for (const count of COUNTS) {
      const cameras = NAMES.slice(0, count).map((name) => `camera=${name}`);
      await page.goto(`${gateway.url}?${cameras.join("&")}`);
      await eventually(
        "every camera's stage",
        async () => (await page.locator(".stage").count()) === count,
      );
      // The longest that is said of a state, and it stays so: none of these cameras is there.
      await page.getByText("Camera offline").first().waitFor();
      for (const size of SIZES) {
        await page.setViewportSize(size);
        const found = await page.evaluate(layoutFaults, [ROUNDING_PX, SHORTEST_NAME_PX]);
        faults.push(...found.map((f) => `${count} at ${size.width}x${size.height}: ${f}`));
      }
    }
    expect(faults).toEqual([]);
  });
});

it("a camera that floats in a window of its own lands when all cameras are shown", async () => {
  await withPage(`${gateway.url}?camera=default&camera=yard`, async (page) => {
    await page.getByRole("button", { name: /^default/ }).click();
    await live(page);
    await page.keyboard.press("p");
    const floats = () => page.evaluate(() => document.pictureInPictureElement !== null);
    await eventually("picture in picture", floats);
    await page.getByRole("button", { name: "All cameras" }).click();
    await eventually("its end", async () => !(await floats()));
  });
});

/** What is wrong with the page's layout as it stands, in words; runs in the page. */
function layoutFaults([rounding = 0, shortestName = 0]: number[]): string[] {
  const faults: string[] = [];
  const box = (e: Element) => e.getBoundingClientRect();
  const inside = (inner: DOMRect, outer: DOMRect) =>
    inner.left >= outer.left - rounding &&
    inner.right <= outer.right + rounding &&
    inner.top >= outer.top - rounding &&
    inner.bottom <= outer.bottom + rounding;
  const apart = (a: DOMRect, b: DOMRect) =>
    a.right <= b.left + rounding ||
    b.right <= a.left + rounding ||
    a.bottom <= b.top + rounding ||
    b.bottom <= a.top + rounding;
  const stages = [...document.querySelectorAll(".stage")];
  for (const [i, a] of stages.entries())
    for (const [j, b] of stages.entries())
      if (i < j && !apart(box(a), box(b))) faults.push(`tiles ${i} and ${j} overlap`);
  const page = new DOMRect(0, 0, innerWidth, innerHeight);
  for (const [i, stage] of stages.entries()) {
    stage.scrollIntoView({ block: "nearest", behavior: "instant" });
    const window = stage.closest(".wall") ?? document.documentElement;
    if (!inside(box(stage), box(window)) || !inside(box(stage), page))
      faults.push(`tile ${i} cannot be seen whole`);
  }
  for (const name of document.querySelectorAll<HTMLElement>(".camera-name")) {
    const around = name.closest(".stage") ?? document.documentElement;
    if (!inside(box(name), box(around))) faults.push(`${name.textContent} is cut off`);
    if (name.clientWidth < shortestName) faults.push(`${name.textContent} cannot be read`);
    const { overflow, textOverflow } = getComputedStyle(name);
    const whole = name.scrollWidth <= name.clientWidth;
    if (!whole && !(overflow === "hidden" && textOverflow === "ellipsis"))
      faults.push(`${name.textContent} is cut without an ellipsis`);
  }
  for (const pill of document.querySelectorAll("header .pill"))
    if (!inside(box(pill), page)) faults.push("the state is off the page");
  return faults;
}
