import { defineConfig, mergeConfig } from "vitest/config";
import e2e from "./vitest.e2e.config.ts";

// The minutes-long measurements; as the tests, but not a part of every run.
const figures = mergeConfig(e2e, defineConfig({}));
if (figures.test) {
  figures.test.include = ["e2e/*.figures.ts"];
  // Lines of a table begin with it, and not with who prints them.
  figures.test.disableConsoleIntercept = true;
}
export default figures;
