/** Makes `docs/page.webp`, the picture at the top of the README: the real page, of a scene that is computed. */

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { figures, live, withPage } from "../e2e/support/browser";
import { eventually } from "../e2e/support/eventually";
import { Stack } from "../e2e/support/stack";
import { photograph, SCENE } from "./scene";

const PICTURE = join(import.meta.dirname, "../../docs/page.webp");
/** A README is read on phones, too. */
const MOST_BYTES = 80_000;
const MOMENTS = 12;
const WINDOW = { width: 1100, height: 690 };

it("a picture of the page for the README", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rero-scene-"));
  try {
    const scene = join(folder, "yard.mjpeg");
    const jpegs = await withPage("about:blank", (page) => page.evaluate(photograph, MOMENTS));
    writeFileSync(scene, Buffer.concat(jpegs.map((jpeg) => Buffer.from(jpeg, "base64"))));
    const [stack, gateway] = await Stack.start({
      ...{ CAPTURE_SOURCE: `file:${scene}`, CAPTURE_CAMERA_ID: "yard", CAPTURE_FPS: "10" },
      ...{ CAPTURE_WIDTH: String(SCENE.width), CAPTURE_HEIGHT: String(SCENE.height) },
    });
    await withPage(
      `${gateway.url}?camera=yard&quality=90`,
      async (page, context) => {
        await live(page);
        await page.keyboard.press("t");
        await page.mouse.move(500, 600);
        await eventually("pictures", async () => ((await figures(page))?.totals.drawn ?? 0) > 20);
        await live(page);
        const session = await context.newCDPSession(page);
        const options = { format: "webp", quality: 70 } as const;
        const { data } = await session.send("Page.captureScreenshot", options);
        writeFileSync(PICTURE, Buffer.from(data, "base64"));
      },
      { viewport: WINDOW, colorScheme: "dark" },
    );
    await stack.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(statSync(PICTURE).size).toBeLessThan(MOST_BYTES);
}, 180_000);
