/** Fingers, the wheel and keys on the picture: controls that go and come, enlarging, moving, turning pages. */

import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContextOptions, live, withPage } from "./support/browser";
import type { CameraHost } from "./support/camera_host";
import { eventually } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Stack } from "./support/stack";

let stack: Stack;
let gateway: Gateway;
let yard: CameraHost;

beforeAll(async () => {
  [stack, gateway] = await Stack.start({ CAPTURE_WIDTH: "640", CAPTURE_HEIGHT: "480" });
  yard = stack.cameraHost("yard");
  yard.says("idle");
  await eventually("that the gateway knows both", async () => {
    const { cameras } = await (await fetch(`${gateway.url}api/status`)).json();
    return cameras.length === 2;
  });
});
afterAll(async () => {
  await yard?.close(gateway);
  await stack?.stop();
});

const PHONE: ContextOptions = {
  viewport: { width: 844, height: 390 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};
const bar = (page: Page) =>
  page.locator(".bar").evaluate((e) => Number(getComputedStyle(e).opacity) > 0.5);
const scale = (page: Page) =>
  page.locator(".host").evaluate((e) => new DOMMatrix(getComputedStyle(e).transform).a);

/** From one event of a finger to the next. */
const STEP_MS = 16;

/** Fingers as the browser itself would report them, as quick as a person's however busy the machine is. */
class Fingers {
  readonly #session: CDPSession;
  #at = Date.now();
  constructor(session: CDPSession) {
    this.#session = session;
  }
  static on = async (page: Page) => new Fingers(await page.context().newCDPSession(page));
  /** The next gesture is so much later. */
  later(ms: number) {
    this.#at += ms;
  }
  async #send(type: string, ...points: [x: number, y: number][]) {
    this.#at += STEP_MS;
    await this.#session.send("Input.dispatchTouchEvent", {
      type: type as "touchStart",
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      timestamp: this.#at / 1_000,
    });
  }
  async tap(x: number, y: number) {
    await this.#send("touchStart", [x, y]);
    await this.#send("touchEnd");
  }
  /** From the first places to the others, in a few steps. */
  async drag(...fingers: [from: [number, number], to: [number, number]][]) {
    await this.#send("touchStart", ...fingers.map(([from]) => from));
    for (const part of [0.25, 0.5, 0.75, 1])
      await this.#send(
        "touchMove",
        ...fingers.map(([[x, y], [toX, toY]]): [number, number] => [
          x + part * (toX - x),
          y + part * (toY - y),
        ]),
      );
    await this.#send("touchEnd");
  }
}

describe("a tap on a phone", () => {
  it("sends all controls away, and another brings them back", async () => {
    await withPage(
      `${gateway.url}?camera=default`,
      async (page) => {
        await live(page);
        const fingers = await Fingers.on(page);
        await eventually("controls that leave by themselves", async () => !(await bar(page)));
        await fingers.tap(300, 200);
        await eventually("controls", () => bar(page));
        // Or it would be a double tap.
        fingers.later(500);
        await fingers.tap(500, 150);
        await eventually("no controls", async () => !(await bar(page)));
      },
      PHONE,
    );
  });

  it("brings a hidden control and does not hit it", async () => {
    await withPage(
      `${gateway.url}?camera=default`,
      async (page) => {
        await live(page);
        const fingers = await Fingers.on(page);
        const box = await page.getByRole("button", { name: "Pause" }).boundingBox();
        if (!box) throw new Error("no button");
        await eventually("no controls", async () => !(await bar(page)));
        await fingers.tap(box.x + box.width / 2, box.y + box.height / 2);
        await eventually("controls", () => bar(page));
        expect(await page.getByRole("button", { name: "Play" }).count()).toBe(0);
      },
      PHONE,
    );
  });
});

describe("fingers on a phone", () => {
  it("enlarge by two, move by one, and a double tap shows the whole again", async () => {
    await withPage(
      `${gateway.url}?camera=default`,
      async (page) => {
        await live(page);
        const fingers = await Fingers.on(page);
        await fingers.drag(
          [
            [380, 200],
            [280, 200],
          ],
          [
            [460, 200],
            [560, 200],
          ],
        );
        await eventually("an enlarged picture", async () => (await scale(page)) > 2.5);
        const left = () => page.locator(".host").evaluate((e) => e.getBoundingClientRect().left);
        const before = await left();
        await fingers.drag([
          [400, 200],
          [500, 200],
        ]);
        await eventually("another part", async () => (await left()) > before + 60);
        await fingers.tap(400, 200);
        await fingers.tap(400, 200);
        await eventually("the whole", async () => (await scale(page)) === 1);
      },
      PHONE,
    );
  });

  it("swipe to the next camera, and to the one before", async () => {
    await withPage(
      `${gateway.url}?camera=default`,
      async (page) => {
        await live(page);
        const fingers = await Fingers.on(page);
        await fingers.drag([
          [600, 200],
          [300, 210],
        ]);
        await eventually("the yard", () => page.url().endsWith("?camera=yard"));
        await page.getByText("Waking the camera").first().waitFor();
        await fingers.drag([
          [300, 120],
          [600, 110],
        ]);
        await eventually("the first one", () => page.url().endsWith("?camera=default"));
        await live(page);
      },
      PHONE,
    );
  });
});

describe("with mouse and keys", () => {
  it("the wheel enlarges where the pointer is, keys do too, and 0 shows the whole", async () => {
    await withPage(`${gateway.url}?camera=default`, async (page) => {
      await live(page);
      await page.mouse.move(300, 300);
      await page.mouse.wheel(0, -400);
      await eventually("twice as large", async () => Math.abs((await scale(page)) - 2) < 0.01);
      await page.getByText("Enlarged 2.0 ×").waitFor();
      await page.keyboard.press("+");
      await eventually("three times", async () => Math.abs((await scale(page)) - 3) < 0.01);
      await page.keyboard.press("0");
      await eventually("the whole", async () => (await scale(page)) === 1);
      await page.keyboard.press("+");
      await page.keyboard.press("Escape");
      await eventually("the whole", async () => (await scale(page)) === 1);
      expect(page.url()).toContain("camera=default");
    });
  });
});
