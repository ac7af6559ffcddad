/** A state of the page in screenshots, light and dark, desktop and phone, and what axe finds in it. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { eventually } from "./eventually";
import { RESULTS } from "./program";

const VIEWPORTS = { desktop: { width: 1100, height: 760 }, phone: { width: 390, height: 780 } };
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(RESULTS, "screenshots");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Keeps four screenshots of the present state and fails where axe finds anything wrong with it. */
export async function audit(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? VIEWPORTS.desktop;
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axe.source);
  for (const [size, viewport] of Object.entries(VIEWPORTS)) {
    await page.setViewportSize(viewport);
    await page.mouse.move(200, 400);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await eventually("animations have ended", () => page.evaluate(settled));
      const look = `${name}-${size}-${colorScheme}`;
      await screenshot(page, look);
      const found = await page.evaluate(async (runOnly) => {
        const { run } = (window as unknown as { axe: typeof axe }).axe;
        const { violations } = await run(document, { runOnly });
        return violations.map((v) => `${v.help}: ${v.nodes.map((n) => n.html).join(", ")}`);
      }, AXE_TAGS);
      expect(found, look).toEqual([]);
    }
  }
  await page.setViewportSize(before);
}

/** Waits two frames, so that animations have begun; whether all that end have ended. */
async function settled(): Promise<boolean> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  return document
    .getAnimations()
    .every(
      ({ playState, effect }) =>
        playState !== "running" || effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY,
    );
}
