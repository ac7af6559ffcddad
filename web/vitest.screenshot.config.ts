import { defineConfig, mergeConfig } from "vitest/config";
import e2e from "./vitest.e2e.config.ts";

// No test: it makes the picture at the top of the README.
const screenshot = mergeConfig(e2e, defineConfig({}));
if (screenshot.test) screenshot.test.include = ["screenshot/*.screenshot.ts"];
export default screenshot;
