/** `npm run bench:adapt`: lets Vite read the TypeScript, so that the very controller of the page runs. */

import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const { module } = await runnerImport(fileURLToPath(new URL("report.ts", import.meta.url)));
console.log(module.report());
