/** The words in the language of the page. Another language is loaded before anything is drawn, and never changed. */

import { en, type Words } from "./en";

export let words: Words = en;
export let language = "en";

/** Where the language cannot be loaded it stays English. */
export async function speak(wanted: "en" | "de"): Promise<void> {
  if (wanted === "en") return;
  try {
    ({ de: words } = await import("./de"));
    language = "de";
  } catch {
    // Whoever reads the page in the other language is served better than by none.
  }
}
