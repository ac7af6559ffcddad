import { resolve } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { writeAppIcons } from "./build/app_icons.ts";
import { precompress } from "./build/precompress.ts";
import { bareImports, preloadAll } from "./build/preload.ts";

/** The files are complete when the bundle closes, those of `public/` too. */
function completed(): Plugin {
  let directory = "";
  return {
    name: "completed",
    apply: "build",
    configResolved(config) {
      directory = resolve(config.root, config.build.outDir);
    },
    closeBundle: () => {
      writeAppIcons(directory);
      precompress(directory);
    },
  };
}

/** The page's first script, with what page and engine share: a file of its own would be one more to wait for. */
const FIRST_SCRIPT = {
  name: "start",
  test: /src\/start\.ts$|src\/stream\/(protocol|view_model)\.ts$/,
};

export default defineConfig({
  // Relative addresses: the gateway or a proxy may serve the page under any path.
  base: "./",
  // The page is written for React and built with Preact, which has its interface and a tenth of its weight.
  resolve: {
    alias: [
      { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
      { find: /^react-dom$/, replacement: "preact/compat" },
      { find: /^react\/jsx-runtime$/, replacement: "preact/jsx-runtime" },
      // The same where it is served and not built: `npm run dev`, and components under test.
      { find: /^react\/jsx-dev-runtime$/, replacement: "preact/jsx-dev-runtime" },
      { find: /^react$/, replacement: "preact/compat" },
    ],
  },
  plugins: [bareImports(), preloadAll(), completed()],
  build: {
    target: "es2022",
    // Nothing may be inlined as a data: address; the page's CSP allows files of its own host only.
    assetsInlineLimit: 0,
    // What is needed at once is in index.html.
    rolldownOptions: { output: { codeSplitting: { groups: [FIRST_SCRIPT] } } },
    modulePreload: { polyfill: false, resolveDependencies: () => [] },
  },
  test: { environment: "node", include: ["{src,build}/**/*.test.ts"] },
});
