/** The client's own code as one script, for a page that is not the client: its `parts` are there as `window.parts`. */

import { join } from "node:path";
import { build } from "vite";

declare global {
  interface Window {
    parts: typeof import("./parts");
  }
}

export async function script(): Promise<string> {
  const entry = join(import.meta.dirname, "parts.ts");
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, lib: { entry, formats: ["iife"], name: "parts" } },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (!bundle || !("output" in bundle)) throw new Error("no bundle");
  return `${bundle.output[0].code}; window.parts = parts;`;
}
