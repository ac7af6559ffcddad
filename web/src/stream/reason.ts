/** What a page may say of an automatic quality. */

/** Why the step is what it is. */
export type Reason =
  | "warming"
  | "steady"
  | "slow"
  | "recovering"
  | "raised"
  | "ceiling"
  | "settling"
  | "floor"
  | "manual";
