import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { APP_ICONS, writeAppIcons } from "./app_icons";

const folder = mkdtempSync(join(tmpdir(), "rero-icons-"));
beforeAll(() => writeAppIcons(folder));
afterAll(() => rmSync(folder, { recursive: true }));

/** R, G, B, A of a pixel; the rows have no filter. */
function pixelOf(file: string, side: number, x: number, y: number): number[] {
  const bytes = readFileSync(join(folder, file));
  const at = bytes.indexOf("IDAT");
  const rows = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
  return [...rows.subarray(y * (1 + 4 * side) + 1 + 4 * x).subarray(0, 4)];
}

it.each(APP_ICONS)("$file has the size that the manifest says, and the drawing", (icon) => {
  const bytes = readFileSync(join(folder, icon.file));
  expect(bytes.toString("latin1", 1, 4)).toBe("PNG");
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([icon.side, icon.side]);
  const middle = icon.side / 2;
  expect(pixelOf(icon.file, icon.side, middle, middle)).toEqual([0x34, 0xd3, 0x99, 255]);
  // Corners are round, or left for the phone to cut.
  expect(pixelOf(icon.file, icon.side, 0, 0)[3]).toBe(icon.maskable ? 255 : 0);
});

it("the manifest names each icon but Apple's, with its size", () => {
  const path = new URL("../public/manifest.webmanifest", import.meta.url);
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const named = manifest.icons
    .filter(({ type }: { type: string }) => type === "image/png")
    .map(({ src, sizes }: { src: string; sizes: string }) => `${src} ${sizes}`);
  const drawn = APP_ICONS.filter(({ file }) => !file.startsWith("apple"));
  expect(named).toEqual(drawn.map(({ file, side }) => `./${file} ${side}x${side}`));
});
