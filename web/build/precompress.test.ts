import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { precompress } from "./precompress";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "precompress-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("the same bytes stand beside every text, in folders too", () => {
  const script = "export {};\n".repeat(100);
  mkdirSync(join(directory, "assets"));
  for (const name of ["index.html", "assets/index-1a2b.js"]) {
    writeFileSync(join(directory, name), script);
  }
  precompress(directory);
  for (const name of ["index.html", "assets/index-1a2b.js"]) {
    const read = (suffix: string) => readFileSync(join(directory, `${name}.${suffix}`));
    expect(gunzipSync(read("gz")).toString()).toBe(script);
    expect(brotliDecompressSync(read("br")).toString()).toBe(script);
    expect(read("br").length).toBeLessThan(script.length / 2);
  }
});

test("what gets no smaller, and pictures, are left alone", () => {
  writeFileSync(join(directory, "short.js"), "1");
  writeFileSync(join(directory, "picture.png"), "x".repeat(1000));
  precompress(directory);
  expect(readdirSync(directory).sort()).toEqual(["picture.png", "short.js"]);
});
