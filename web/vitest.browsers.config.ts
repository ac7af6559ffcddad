import { defineConfig, mergeConfig } from "vitest/config";
import e2e from "./vitest.e2e.config.ts";

// Every main way of the page in each kind of browser.
const browsers = mergeConfig(e2e, defineConfig({}));
if (browsers.test) {
  browsers.test.include = ["e2e/*.browsers.ts"];
  // As long as several waits of `e2e/support/visit.ts`.
  browsers.test.testTimeout = 180_000;
}
export default browsers;
