/** A gateway that a test runs against. */

import type { Program } from "./program";

export interface Gateway {
  port: number;
  url: string;
  /** Where its metrics are. */
  admin: string;
  program: Program;
}
