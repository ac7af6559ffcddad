import { expect, it } from "vitest";
import { visibleCameras } from "./visible_cameras";

const cameras = [
  { camera: "attic", state: "offline" },
  { camera: "hall", state: "idle" },
  { camera: "yard-1", state: "live" },
];

it("shows the cameras that are there", () => {
  expect(visibleCameras({ cameras }).known).toEqual(["hall", "yard-1"]);
  expect(visibleCameras(null)).toEqual({ known: [], first: null });
});

it("begins with the default camera unless only others may be seen", () => {
  for (const names of [undefined, ["*"], ["hall", "default"], ["d*t"]])
    expect(visibleCameras({ cameras, access: { cameras: names } }).first).toBeNull();
  for (const names of [["hall"], ["yard-*"], ["defaults", "default-*"], []])
    expect(visibleCameras({ cameras, access: { cameras: names } }).first).toBe("hall");
  expect(visibleCameras({ access: { cameras: ["hall"] } }).first).toBeNull();
});
