/** One camera's picture with everything on it, by what its engine tells. */

import { expect, it, onTestFinished, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { readStatus } from "../src/stream/protocol";
import type { PageOptions } from "../src/ui/route";
import { Stage, type StageWords } from "../src/ui/Stage";
import { engineOf, type FakeEngine, fakeEngines } from "./support/fake_engine";
import { mount } from "./support/mount";
import { soon, soonTrue } from "./support/soon";

const BASE = "http://gateway.invalid/";
const PLAIN: PageOptions = { quality: null, stats: false, fit: null, embed: false };
const button = (name: string) => page.getByRole("button", { name, exact: true });

function stage(
  camera: string,
  options: Partial<PageOptions> = {},
  onWords = (_: StageWords) => {},
): FakeEngine {
  fakeEngines();
  const turn = () => {};
  const config = { base: BASE, camera, watching: null, leave: null, turn };
  mount(<Stage {...config} options={{ ...PLAIN, ...options }} onWords={onWords} />);
  return engineOf(camera);
}

const drawn = () => soonTrue(() => document.querySelector(".stage canvas"));

it("is connecting until a picture is drawn, then live with nothing over it", async () => {
  const said = vi.fn();
  mountedStage("first", said);
  await drawn();
  await expect.element(page.getByText("Connecting")).toBeVisible();
  engineOf("first").shows();
  await expect.element(page.getByText("Connecting")).not.toBeInTheDocument();
  expect(said).toHaveBeenLastCalledWith({ pill: { label: "Live", tone: "good" }, bars: 4 });
});

const mountedStage = (camera: string, said: (words: StageWords) => void) => stage(camera, {}, said);

it("the engine begins with what the address asks for, else with a guess", async () => {
  stage("asked", { quality: { quality: 60, size: "half" } });
  await drawn();
  expect(engineOf("asked").config).toMatchObject({
    ...{ base: BASE, camera: "asked", by: "choice", start: { quality: 60, size: "half" } },
  });
});

it("an old picture says its age, one that is too old is grey with words over it", async () => {
  const engine = stage("old");
  await drawn();
  engine.shows({ ageMs: 1_400 });
  await expect.element(page.getByText("1.4 s old")).toBeVisible();
  engine.shows({ ageMs: 4_200 });
  await expect.element(page.getByText("The picture is late")).toBeVisible();
  await expect.element(page.getByRole("main")).toHaveAttribute("data-trust", "stale");
  const canvas = document.querySelector(".stage canvas") as Element;
  expect(getComputedStyle(canvas).filter).toMatch(/saturate|grayscale/);
});

it("a camera in trouble says what is the matter, and pictures that come prove more", async () => {
  const engine = stage("trouble");
  await drawn();
  const camera = readStatus({ state: "error", reason: "unplugged", detail: "" });
  engine.shows({ phase: "stalled", silentMs: 5_000, camera });
  await expect.element(page.getByText("Camera unplugged")).toBeVisible();
  engine.shows({ camera });
  await expect.element(page.getByText("Camera unplugged")).not.toBeInTheDocument();
});

it("a pause asks for nothing more, leaves the picture clear and says of when it is", async () => {
  const engine = stage("paused");
  await drawn();
  engine.shows();
  await userEvent.keyboard(" ");
  await soon(() => expect(engine.last("pause")?.paused).toBe(true));
  engine.shows({ phase: "paused" });
  await expect.element(page.getByText(/^Paused. This picture was taken at/)).toBeVisible();
  await expect.element(page.getByRole("main")).toHaveAttribute("data-trust", "live");
  await button("Play").click();
  await soon(() => expect(engine.last("pause")?.paused).toBe(false));
});

it("looking back asks for a moment, counts from now, and Escape leads to the present", async () => {
  const engine = stage("past");
  await drawn();
  engine.shows();
  await button("Look back").click();
  await soon(() => expect(engine.last("lookBack")?.behindMs).toBe(0));
  engine.shows({ behindMs: 2_300 });
  const slider = page.getByRole("slider");
  await expect
    .element(slider)
    .toHaveAttribute("aria-valuetext", expect.stringMatching(/ago, taken at 14:03:07$/));
  // As long as the picture stays it gets older.
  const behind = () => Number.parseFloat(slider.element().getAttribute("aria-valuetext") ?? "");
  await soonTrue(() => behind() > 2.3);
  await userEvent.keyboard("{Escape}");
  await soon(() => expect(engine.last("lookBack")?.behindMs).toBeNull());
  await expect.element(page.getByRole("slider")).not.toBeInTheDocument();
});

it("the list of keys gives the focus back to the menu that it was opened from", async () => {
  const engine = stage("keys");
  await drawn();
  engine.shows();
  await button("More").click();
  await button("Keyboard").click();
  await expect.element(page.getByRole("dialog")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
  await expect.element(button("Keyboard")).toHaveFocus();
});

it("in a frame, which has no header, the state is told to those who do not see it", async () => {
  const engine = stage("heard", { embed: true });
  await drawn();
  engine.shows();
  const said = page.getByRole("status").filter({ hasText: "Live" });
  await expect.element(said).toBeInTheDocument();
  engine.shows({ phase: "stalled", silentMs: 5_000, camera: readStatus({ state: "offline" }) });
  await expect
    .element(page.getByRole("status").filter({ hasText: "Camera offline" }))
    .toBeInTheDocument();
});

it("the picture is copied as it is, in the one format that clipboards take", async () => {
  const write = vi.fn(async (items: ClipboardItem[]) => {
    const png = await items[0]?.getType("image/png");
    expect(await png?.slice(1, 4).text()).toBe("PNG");
  });
  vi.stubGlobal("navigator", Object.create(navigator, { clipboard: { value: { write } } }));
  const engine = stage("copied");
  await drawn();
  engine.shows();
  await expect.element(page.getByRole("toolbar")).toBeVisible();
  await userEvent.keyboard("y");
  await soon(() => expect(engine.last("snapshot")).toBeDefined());
  engine.tells({ type: "snapshot", snapshot: { jpeg: await smallJpeg(), takenAt: 0 } });
  await expect.element(page.getByRole("status").filter({ hasText: "Copied" })).toBeVisible();
  expect(write).toHaveBeenCalledOnce();
});

async function smallJpeg(): Promise<ArrayBuffer> {
  const canvas = new OffscreenCanvas(16, 16);
  canvas.getContext("2d")?.fillRect(0, 0, 8, 8);
  return (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer();
}

it("there is no bar before there is a picture", async () => {
  const engine = stage("early");
  await drawn();
  engine.shows({ phase: "connecting", width: 0, height: 0, shownTakenAt: null, ageMs: null });
  await expect.element(page.getByText("Connecting")).toBeVisible();
  await expect.element(page.getByRole("toolbar")).not.toBeInTheDocument();
  engine.shows();
  await expect.element(page.getByRole("toolbar")).toBeVisible();
});

it.each([
  [320, 180],
  [480, 270],
  [568, 320],
  [667, 375],
  [320, 568],
])(
  "the token can be given by touch in %i × %i: nothing lies over field and button",
  async (w, h) => {
    await page.viewport(w, h);
    onTestFinished(() => page.viewport(900, 600));
    const engine = stage(`locked-${w}-${h}`, { embed: true });
    await drawn();
    // Also where a picture was shown before, and the time to watch is over.
    engine.shows({ phase: "refused", refusal: { kind: "over", words: "" } });
    await expect.element(page.getByLabelText("Access token")).toBeVisible();
    for (const element of document.querySelectorAll<HTMLElement>(".login input, .login button")) {
      element.scrollIntoView({ block: "nearest" });
      const { x, y, width, height } = element.getBoundingClientRect();
      expect(document.elementFromPoint(x + width / 2, y + height / 2)).toBe(element);
    }
    await expect.element(page.getByRole("toolbar")).not.toBeInTheDocument();
  },
);

it.each([
  [320, 568],
  [390, 780],
])("in %i × %i the slider to look back can be aimed at, and the menu is whole", async (w, h) => {
  await page.viewport(w, h);
  onTestFinished(() => page.viewport(900, 600));
  const engine = stage(`narrow-${w}`);
  await drawn();
  engine.shows();
  await button("More").click();
  const menu = document.querySelector(".menu")?.getBoundingClientRect();
  expect(menu?.left).toBeGreaterThanOrEqual(0);
  expect(menu?.right).toBeLessThanOrEqual(w);
  await userEvent.keyboard("{Escape}");
  await button("Look back").click();
  const slider = page.getByRole("slider");
  await expect.element(slider).toBeVisible();
  expect(slider.element().getBoundingClientRect().width).toBeGreaterThan(0.6 * w);
});

it("on a phone on its side nothing that is to be read begins under the header or ends under the bar", async () => {
  await page.viewport(844, 390);
  onTestFinished(() => page.viewport(900, 600));
  fakeEngines();
  const config = { base: BASE, camera: "sidewise", watching: 2, leave: null, turn: () => {} };
  mount(
    <>
      <header>
        <h1>sidewise</h1>
      </header>
      <Stage {...config} options={{ ...PLAIN, stats: true }} onWords={() => {}} />
    </>,
  );
  await drawn();
  const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
  engineOf("sidewise").shows();
  await expect.element(page.getByRole("region", { name: "Stream stats" })).toBeVisible();
  const header = box("header")?.bottom;
  expect(box(".stats")?.top).toBeGreaterThanOrEqual(header ?? 0);
  expect(box(".stats")?.bottom).toBeLessThanOrEqual(box(".bar")?.top ?? 0);
  engineOf("sidewise").shows({ phase: "refused", refusal: { kind: "login", words: "" } });
  await expect.element(page.getByLabelText("Access token")).toBeVisible();
  expect(box(".card")?.top).toBeGreaterThanOrEqual(header ?? 0);
});

it("the bar comes with the first picture, however long that took", async () => {
  const engine = stage("slow");
  await drawn();
  const idle = () => document.querySelector(".stage")?.getAttribute("data-idle");
  await soonTrue(() => idle() === "true");
  engine.shows();
  await soonTrue(() => idle() === "false");
});
