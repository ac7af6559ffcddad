/** The bar under the picture and its menu: names, states, and where the focus goes by keys. */

import { expect, it, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { BEST, RENDITIONS, type Rendition } from "../src/stream/rendition";
import { Controls } from "../src/ui/Controls";
import type { Commands } from "../src/ui/commands";
import { mount } from "./support/mount";

const button = (name: string) => page.getByRole("button", { name, exact: true });

function controls(more: Commands = {}, choose = (_: Rendition | "auto") => {}) {
  const run = () => {};
  const commands: Commands = {
    ...{ pause: { run }, snapshot: { run }, back: { run, pressed: false }, fullscreen: { run } },
    ...{ mirror: { run, pressed: true }, rotate: { run }, help: { run }, ...more },
  };
  const quality = { rendition: BEST, ladder: RENDITIONS, auto: true, choose };
  mount(
    <main className="stage">
      <Controls commands={commands} quality={quality} />
    </main>,
  );
}

it("a button does its command, says its key, and one that stays on says so", async () => {
  const run = vi.fn();
  controls({ snapshot: { run } });
  await button("Save this picture").click();
  expect(run).toHaveBeenCalledOnce();
  await expect.element(button("Pause")).toHaveAttribute("aria-keyshortcuts", "Space");
  await expect.element(button("Look back")).toHaveAttribute("aria-pressed", "false");
  await expect.element(button("Pause")).not.toHaveAttribute("aria-pressed");
});

it("what this browser cannot do has no button", async () => {
  controls();
  await button("More").click();
  await expect.element(button("Mirror")).toBeVisible();
  await expect.element(button("Picture in picture")).not.toBeInTheDocument();
});

it("a quality is chosen from all that there are, the best first, or left to the page", async () => {
  const choose = vi.fn();
  controls({}, choose);
  const list = page.getByRole("combobox", { name: "Quality" });
  await expect.element(list).toHaveDisplayValue(/^Auto · 95$/);
  await list.selectOptions("60");
  expect(choose).toHaveBeenLastCalledWith({ quality: 60, size: "full" });
  await list.selectOptions("auto");
  expect(choose).toHaveBeenLastCalledWith("auto");
});

it("arrows go from button to button, round the ends, and are no commands meanwhile", async () => {
  const pressed = vi.fn();
  addEventListener("keydown", pressed, { once: true });
  controls();
  await expect.element(button("Pause")).toBeVisible();
  await userEvent.tab();
  await expect.element(button("Pause")).toHaveFocus();
  pressed.mockClear();
  addEventListener("keydown", pressed);
  await userEvent.keyboard("{ArrowRight}");
  await expect.element(button("Save this picture")).toHaveFocus();
  await userEvent.keyboard("{ArrowLeft}{ArrowLeft}");
  await expect.element(button("Full screen")).toHaveFocus();
  await userEvent.keyboard("{Home}");
  await expect.element(button("Pause")).toHaveFocus();
  await userEvent.keyboard("{End}");
  await expect.element(button("Full screen")).toHaveFocus();
  removeEventListener("keydown", pressed);
  expect(pressed).not.toHaveBeenCalled();
});

it("who comes by keys reads the name of an icon beside it, wholly inside", async () => {
  controls();
  await expect.element(button("Pause")).toBeVisible();
  await userEvent.tab();
  for (const key of ["{Home}", "{ArrowRight}", "{End}"]) {
    await userEvent.keyboard(key);
    const name = document.activeElement?.querySelector(".name") as HTMLElement;
    expect(getComputedStyle(name).display).toBe("block");
    const { left, right, top } = name.getBoundingClientRect();
    const stage = document.querySelector(".stage")?.getBoundingClientRect();
    expect(left).toBeGreaterThanOrEqual(stage?.left ?? 0);
    expect(right).toBeLessThanOrEqual(stage?.right ?? 0);
    expect(top).toBeGreaterThan(stage?.top ?? 0);
  }
});

it("a button that was clicked leaves the arrows to the picture", async () => {
  controls();
  await button("Look back").click();
  const pressed = vi.fn();
  addEventListener("keydown", pressed);
  await userEvent.keyboard("{ArrowLeft}");
  removeEventListener("keydown", pressed);
  expect(pressed).toHaveBeenCalledOnce();
  await expect.element(button("Look back")).toHaveFocus();
});

it("the menu opens by an arrow, is gone through by arrows, and Escape leads back", async () => {
  controls();
  await expect.element(button("Pause")).toBeVisible();
  await userEvent.tab();
  await userEvent.keyboard("{End}{ArrowLeft}");
  await expect.element(button("More")).toHaveFocus();
  await userEvent.keyboard("{ArrowDown}");
  await expect.element(button("More")).toHaveAttribute("aria-expanded", "true");
  await expect.element(button("Mirror")).toHaveFocus();
  await userEvent.keyboard("{ArrowDown}");
  await expect.element(button("Rotate")).toHaveFocus();
  await userEvent.keyboard("{End}{ArrowDown}");
  await expect.element(button("Mirror")).toHaveFocus();
  await userEvent.keyboard("{Escape}");
  await expect.element(button("More")).toHaveFocus();
  await expect.element(button("Mirror")).not.toBeInTheDocument();
});

it("the menu closes when something else is clicked or has the focus", async () => {
  controls();
  await button("More").click();
  await expect.element(button("Mirror")).toBeVisible();
  await button("Pause").click();
  await expect.element(button("Mirror")).not.toBeInTheDocument();
});
