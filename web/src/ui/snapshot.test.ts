import { expect, it } from "vitest";
import { fileName } from "./snapshot";

it("a saved picture is named by camera and time", () => {
  const at = new Date(2026, 10, 22, 4, 5, 6, 70).getTime();
  expect(fileName(at, "yard", "jpg")).toBe("yard_2026-11-22_04-05-06.070.jpg");
  expect(fileName(at, null, "jpg")).toBe("camera_2026-11-22_04-05-06.070.jpg");
});
