import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative addresses: the gateway or a proxy may serve the page under any path.
  base: "./",
  plugins: [react()],
  build: {
    target: "es2022",
    // Nothing may be inlined as a data: address; the page's CSP allows files of its own host only.
    assetsInlineLimit: 0,
  },
  worker: { format: "es" },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
