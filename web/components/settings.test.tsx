/** What a viewer sets and the device remembers: how the picture lies, the keys, the figures, the theme. */

import { expect, it } from "vitest";
import { page, userEvent } from "vitest/browser";
import { Stage } from "../src/ui/Stage";
import { engineOf, fakeEngines } from "./support/fake_engine";
import { mount } from "./support/mount";
import { soon, soonTrue } from "./support/soon";

const button = (name: string) => page.getByRole("button", { name, exact: true });
const main = page.getByRole("main");

async function stage(camera: string) {
  fakeEngines();
  const options = { quality: null, stats: false, fit: null, embed: false };
  const rest = { watching: null, leave: null, turn: () => {}, onWords: () => {} };
  mount(<Stage base="http://gateway.invalid/" {...{ camera, options }} {...rest} />);
  await soonTrue(() => document.querySelector(".stage canvas"));
  engineOf(camera).shows();
  await expect.element(main).toHaveAttribute("data-phase", "live");
}

const remembered = (camera: string) => JSON.parse(localStorage.getItem(`rero.${camera}`) ?? "{}");

it("mirror, turns and filling are seen at once, by button or key, and remembered", async () => {
  await stage("lies");
  await button("More").click();
  await button("Mirror").click();
  await expect.element(main).toHaveAttribute("data-mirror", "true");
  await expect.element(button("Mirror")).toHaveAttribute("aria-pressed", "true");
  await userEvent.keyboard("r");
  await expect.element(main).toHaveAttribute("data-turns", "1");
  await userEvent.keyboard("c");
  await expect.element(main).toHaveAttribute("data-fit", "cover");
  expect(remembered("lies")).toMatchObject({ mirror: true, turns: 1, fit: "cover" });
});

it("what was chosen for a camera is there when it is shown again, and of that camera alone", async () => {
  localStorage.setItem("rero.again", JSON.stringify({ mirror: true, clock: true }));
  await stage("again");
  await expect.element(main).toHaveAttribute("data-mirror", "true");
  await expect.element(page.getByRole("time")).toBeVisible();
});

it("letters are commands until one does not want them, Escape and arrows stay", async () => {
  await stage("letters");
  await userEvent.keyboard("?");
  await page.getByRole("checkbox", { name: "Letters, digits and signs are commands" }).click();
  await userEvent.keyboard("{Escape}");
  await userEvent.keyboard("m");
  await userEvent.keyboard("{ArrowLeft>}");
  await soon(() => expect(engineOf("letters").last("lookBack")).toBeDefined());
  await userEvent.keyboard("{/ArrowLeft}");
  await expect.element(main).toHaveAttribute("data-mirror", "false");
  expect(localStorage.getItem("rero-keys")).toBe("off");
});

it("a key that is typed into a field is no command", async () => {
  await stage("typed");
  await userEvent.keyboard("l");
  await expect.element(page.getByRole("dialog")).toBeVisible();
  await page.getByLabelText("Link").click();
  await userEvent.keyboard("m");
  await expect.element(main).toHaveAttribute("data-mirror", "false");
});

it("the theme goes from the device's to dark, to light and back, and is remembered", async () => {
  await stage("themes");
  await userEvent.keyboard("b");
  expect(localStorage.getItem("rero-theme")).toBe("dark");
  await expect.element(page.getByRole("status")).toHaveTextContent("Dark or light: dark");
  await userEvent.keyboard("b");
  expect(localStorage.getItem("rero-theme")).toBe("light");
  await userEvent.keyboard("b");
  expect(localStorage.getItem("rero-theme")).toBe("auto");
});

it("the figures open by their key and close by it", async () => {
  await stage("figures");
  await userEvent.keyboard("i");
  await expect.element(page.getByRole("region", { name: "Stream stats" })).toBeVisible();
  await userEvent.keyboard("i");
  await expect.element(page.getByRole("region", { name: "Stream stats" })).not.toBeInTheDocument();
});
