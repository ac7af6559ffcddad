import { playwright } from "@vitest/browser-playwright";
import { defineConfig, mergeConfig } from "vitest/config";
import { artifact } from "./e2e/support/artifacts.ts";
import { CHROMIUM_ARGS } from "./e2e/support/chromium_args.ts";
import page from "./vite.config.ts";

// One component at a time, drawn by a real Chromium with the page's styles; what is behind it a test says.
const components = mergeConfig(
  page,
  defineConfig({
    // What Vite finds only while the tests run would have it load the page anew under them.
    optimizeDeps: {
      include: ["preact/compat", "preact/compat/client", "preact/jsx-dev-runtime"],
    },
    test: {
      testTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        provider: playwright({
          launchOptions: { executablePath: artifact("CHROMIUM_BIN"), args: CHROMIUM_ARGS },
        }),
        instances: [{ browser: "chromium" }],
        viewport: { width: 900, height: 600 },
        screenshotFailures: false,
      },
    },
  }),
);
if (components.test) components.test.include = ["components/*.test.tsx"];
export default components;
