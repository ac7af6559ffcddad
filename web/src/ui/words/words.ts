/** The words in the language of the page. Another language is loaded before anything is drawn, and never changed. */

import { en, type Words } from "./en";

export let words: Words = en;
export let language = "en";

/** The first language of these that the page knows; English where it knows none. Pure. */
export function languageOf(wanted: readonly string[]): "en" | "de" {
  for (const tag of wanted) {
    const known = /^(en|de)\b/i.exec(tag)?.[1]?.toLowerCase();
    if (known === "en" || known === "de") return known;
  }
  return "en";
}

/** Where the language cannot be loaded it stays English. */
export async function speak(wanted: readonly string[]): Promise<void> {
  if (languageOf(wanted) === "en") return;
  try {
    ({ de: words } = await import("./de"));
    language = "de";
  } catch {
    // Whoever reads the page in the other language is served better than by none.
  }
}
