/** Tests only: the files that the Rust side reads too. */

import { readFileSync } from "node:fs";

export const golden = <T>(name: string): T =>
  JSON.parse(
    readFileSync(new URL(`../../../crates/wire/golden/${name}.json`, import.meta.url), "utf8"),
  );
