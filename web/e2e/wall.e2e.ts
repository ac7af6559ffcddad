/** Several cameras on one page: at every size no tile hides another, and all can be seen. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { withPage } from "./support/browser";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { screenshot } from "./support/page_audit";
import { Stack } from "./support/stack";

const CAMERA_COUNTS = [1, 2, 4, 9, 16];
const VIEWPORTS = [
  { width: 320, height: 568 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 820, height: 1180 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];
/** The widest name that a camera may have, a long one, and others. */
const CAMERA_NAMES = [
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
  // A name that nobody ever spoke for is no camera: the page would say so and show no stage.
  const host = stack.cameraHost(CAMERA_NAMES[0] as string);
  host.says("error", "not_found");
  await withPage("about:blank", async (page) => {
    const faults: string[] = [];
    for (const count of CAMERA_COUNTS) {
      const cameras = CAMERA_NAMES.slice(0, count).map((name) => `camera=${name}`);
      await page.goto(`${gateway.url}?${cameras.join("&")}`);
      await eventually(
        "every camera's stage",
        async () => (await page.locator(".stage").count()) === count,
      );
      // The longest that is said of a state, and it stays so: none of these cameras is there.
      await page
        .getByText(/No camera found|Camera offline/)
        .first()
        .waitFor();
      for (const size of VIEWPORTS) {
        await page.setViewportSize(size);
        await page.evaluate(settled);
        await screenshot(page, `wall-of-${count}-${size.width}x${size.height}`);
        const found = faultsOf(await page.evaluate(measureLayout));
        faults.push(...found.map((f) => `${count} at ${size.width}x${size.height}: ${f}`));
      }
    }
    expect(faults).toEqual([]);
  });
  await host.close(gateway);
});

type Box = Pick<DOMRect, "left" | "right" | "top" | "bottom">;

interface Layout {
  page: Box;
  stages: Box[];
  /** Each stage after it was scrolled to, and what it must then lie in. */
  scrolledTo: { stage: Box; window: Box }[];
  names: {
    text: string;
    box: Box;
    around: Box;
    width: number;
    whole: boolean;
    ellipsis: boolean;
  }[];
  states: Box[];
}

/** After a frame that the new size was drawn in; runs in the page. */
const settled = () =>
  new Promise<void>((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve())),
  );

/** Where everything lies; runs in the page. */
function measureLayout(): Layout {
  const box = (e: Element): Box => e.getBoundingClientRect().toJSON();
  const around = (e: Element, what: string) => e.closest(what) ?? document.documentElement;
  const all = (what: string) => [...document.querySelectorAll<HTMLElement>(what)];
  return {
    page: { left: 0, right: innerWidth, top: 0, bottom: innerHeight },
    stages: all(".stage").map(box),
    scrolledTo: all(".stage").map((stage) => {
      stage.scrollIntoView({ block: "nearest", behavior: "instant" });
      return { stage: box(stage), window: box(around(stage, ".wall")) };
    }),
    names: all(".camera-name").map((name) => ({
      text: name.textContent ?? "",
      box: box(name),
      around: box(around(name, ".stage")),
      width: name.clientWidth,
      whole: name.scrollWidth <= name.clientWidth,
      ellipsis: getComputedStyle(name).textOverflow === "ellipsis",
    })),
    states: all("header .pill").map(box),
  };
}

/** What is wrong with a layout, in words. */
function faultsOf({ page, stages, scrolledTo, names, states }: Layout): string[] {
  const overlapping = stages.flatMap((a, i) =>
    stages.flatMap((b, j) => (i < j && !apart(a, b) ? [`tiles ${i} and ${j} overlap`] : [])),
  );
  const unseen = scrolledTo.flatMap(({ stage, window }, i) =>
    inside(stage, window) && inside(stage, page) ? [] : [`tile ${i} cannot be seen whole`],
  );
  const unread = names.flatMap(({ text, box, around, width, whole, ellipsis }) => [
    ...(inside(box, around) ? [] : [`${text} is cut off`]),
    ...(whole || ellipsis ? [] : [`${text} is cut without an ellipsis`]),
    ...(width < SHORTEST_NAME_PX ? [`${text} cannot be read`] : []),
  ]);
  const off = states.flatMap((state) => (inside(state, page) ? [] : ["the state is off the page"]));
  return [...overlapping, ...unseen, ...unread, ...off];
}

const inside = (inner: Box, outer: Box) =>
  inner.left >= outer.left - ROUNDING_PX &&
  inner.right <= outer.right + ROUNDING_PX &&
  inner.top >= outer.top - ROUNDING_PX &&
  inner.bottom <= outer.bottom + ROUNDING_PX;

const apart = (a: Box, b: Box) =>
  a.right <= b.left + ROUNDING_PX ||
  b.right <= a.left + ROUNDING_PX ||
  a.bottom <= b.top + ROUNDING_PX ||
  b.bottom <= a.top + ROUNDING_PX;
