/**
 * Lighthouse's judgement of a page, as on a phone with slow 4G. It is no dependency, which would make every
 * installation half a minute and 190 MB larger: npx gets it when it is wanted.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifact } from "./artifacts";

/** Apache-2.0. The last one that runs on Node.js 20. */
const LIGHTHOUSE = "lighthouse@12.8.2";
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;

/** From 0 to 100. */
export type Scores = Record<(typeof CATEGORIES)[number], number>;

export function lighthouse(url: string): Scores {
  const folder = mkdtempSync(join(tmpdir(), "rero-lighthouse-"));
  const report = join(folder, "report.json");
  try {
    const flags = "--headless=new --no-sandbox --disable-gpu";
    const how = ["--quiet", "--output=json", `--output-path=${report}`, `--chrome-flags=${flags}`];
    const what = `--only-categories=${CATEGORIES.join(",")}`;
    execFileSync("npx", ["--yes", LIGHTHOUSE, url, ...how, what], {
      env: { ...process.env, CHROME_PATH: artifact("CHROMIUM_BIN") },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const { categories } = JSON.parse(readFileSync(report, "utf8"));
    const score = (name: string) => [name, Math.round(100 * categories[name].score)];
    return Object.fromEntries(CATEGORIES.map(score));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
