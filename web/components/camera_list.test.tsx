/** Which cameras there are, and a wall of those that one chooses. */

import { expect, it, vi } from "vitest";
import { page } from "vitest/browser";
import { readStatus } from "../src/stream/protocol";
import { CameraList } from "../src/ui/CameraList";
import type { KnownCamera } from "../src/ui/useCameras";
import { mount } from "./support/mount";

const BASE = "http://gateway.invalid/";

function camera(name: string, state: string, more: Partial<KnownCamera> = {}): KnownCamera {
  const status = readStatus({ camera: name, state, reason: null, detail: "" });
  if (!status) throw new Error(`no status of ${name}`);
  return { ...status, seenAt: Date.now(), viewers: 0, ...more };
}

function list(cameras: KnownCamera[], go = (_: string[] | "wall") => {}, lost = false) {
  mount(<CameraList base={BASE} cameras={cameras} lost={lost} go={go} />);
}

it("only a camera that is on is asked for a small picture: the list switches none on", async () => {
  list([camera("yard", "live"), camera("door", "idle"), camera("gate", "offline")]);
  await expect.element(page.getByText("Sleeping")).toBeVisible();
  const pictures = [...document.querySelectorAll("img")].map(({ src }) => new URL(src));
  expect(pictures).toHaveLength(1);
  expect(pictures[0]?.pathname).toBe("/snapshot.jpg");
  expect(Object.fromEntries(pictures[0]?.searchParams ?? [])).toMatchObject({
    ...{ camera: "yard", size: "quarter" },
  });
});

it("an entry tells state, who watches and when it was last seen, and leads to the camera", async () => {
  const go = vi.fn();
  const seenAt = Date.now() - 180_000;
  list([camera("yard", "live", { viewers: 2 }), camera("gate", "offline", { seenAt })], go);
  await expect.element(page.getByRole("button", { name: "yard On, 2 watching" })).toBeVisible();
  await page.getByRole("button", { name: "gate Offline, seen 3 min ago" }).click();
  expect(go).toHaveBeenLastCalledWith(["gate"]);
});

it("those that are chosen make the wall, all of them where none is, and are remembered", async () => {
  const go = vi.fn();
  const cameras = ["yard", "door", "gate"].map((name) => camera(name, "idle"));
  list(cameras, go);
  await page.getByRole("button", { name: "Show all side by side" }).click();
  expect(go).toHaveBeenLastCalledWith("wall");
  await page.getByRole("checkbox", { name: /^On the wall.*gate/ }).click();
  await page.getByRole("checkbox", { name: /^On the wall.*yard/ }).click();
  await page.getByRole("button", { name: "Show 2 side by side" }).click();
  expect(go).toHaveBeenLastCalledWith(["yard", "gate"]);
  expect(localStorage.getItem("rero-wall")).toBe("gate,yard");
});

it("while the gateway does not answer nothing is told of how cameras are, and that is said", async () => {
  list([camera("yard", "live", { viewers: 2 })], undefined, true);
  await expect.element(page.getByRole("status")).toHaveTextContent("Connection lost");
  await expect.element(page.getByRole("button", { name: "yard", exact: true })).toBeVisible();
  expect(document.querySelectorAll("img")).toHaveLength(0);
});

it("a gateway that knows no camera is said to", async () => {
  list([]);
  await expect.element(page.getByText("The gateway knows no camera yet.")).toBeVisible();
});
