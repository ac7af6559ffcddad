/** The figures, for engineers. */

import { expect, it } from "vitest";
import { page } from "vitest/browser";
import { LIVE } from "../src/ui/live_view";
import { StatsCard } from "../src/ui/StatsCard";
import { mount } from "./support/mount";

/** What stands beside that name. */
const figure = (name: string): string | null | undefined =>
  [...document.querySelectorAll("dt")].find((dt) => dt.textContent === name)?.nextElementSibling
    ?.textContent;

it("each figure has its name and its unit", async () => {
  mount(<StatsCard view={{ ...LIVE, ageMs: 41.6, kbps: 14_260 }} watching={3} />);
  await expect.element(page.getByRole("region", { name: "Stream stats" })).toBeVisible();
  expect(figure("Frame rate")).toBe("34.0 of 34 fps");
  expect(figure("Bit rate")).toBe("14.3 Mb/s");
  expect(figure("Picture age")).toBe("42 ms");
  expect(figure("Size")).toBe("640 × 480");
  expect(figure("Watching here")).toBe("3");
});

it("what is not known is not made up", async () => {
  mount(<StatsCard view={{ ...LIVE, ageMs: null, width: 0, moved: null }} watching={null} />);
  await expect.element(page.getByText("not known")).toBeVisible();
  expect(figure("Size")).toBe("–");
  expect(figure("In motion")).toBeUndefined();
  expect(figure("Watching here")).toBeUndefined();
});

it("deltas say what they save, and a rate that was asked for stands beside it", async () => {
  const view = { ...LIVE, kbps: 2_000, wholeKbps: 8_000, moved: 0.21, rate: 10, fps: 9.9 };
  mount(<StatsCard view={view} watching={null} />);
  await expect.element(page.getByText("In motion")).toBeVisible();
  expect(figure("Bit rate")).toBe("2.0 of 8.0 Mb/s");
  expect(figure("In motion")).toBe("21 %");
  expect(figure("Frame rate")).toBe("9.9 of 34 fps, 10.0 asked for");
});

it("the chart is no noise for those who do not see it", async () => {
  const sample = { fps: 34, ageMs: 40, quality: 80 };
  mount(<StatsCard view={{ ...LIVE, history: [sample, sample] }} watching={null} />);
  await expect.element(page.getByRole("region")).toBeVisible();
  expect(document.querySelector("figure")?.getAttribute("aria-hidden")).toBe("true");
  expect(document.querySelector(".line-fps")?.getAttribute("points")?.split(" ")).toHaveLength(2);
});
