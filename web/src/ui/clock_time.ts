/** A moment as the viewer's own clock shows it. Pure but for the time zone. */

import { language } from "./words/words";

/** `14:03:07`. */
export const clockTime = (at: number): string => {
  const two = (n: number) => String(n).padStart(2, "0");
  const t = new Date(at);
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
};

/** Date and time in the reader's language, for a picture that is shown to others. */
export const dateAndTime = (at: number): string =>
  new Date(at).toLocaleString(language, { dateStyle: "medium", timeStyle: "medium" });
