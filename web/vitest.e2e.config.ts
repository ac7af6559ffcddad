import { defineConfig } from "vitest/config";

// Real programs and a real browser, one after the other: two at once would measure each other.
export default defineConfig({
  test: {
    include: ["e2e/*.e2e.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["verbose"],
  },
});
