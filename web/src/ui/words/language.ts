/** Which of the page's languages its reader wants. Its words are not known here: they come with the page. */

/** The first language of these that the page knows; English where it knows none. Pure. */
export function languageOf(wanted: readonly string[]): "en" | "de" {
  for (const tag of wanted) {
    const known = /^(en|de)\b/i.exec(tag)?.[1]?.toLowerCase();
    if (known === "en" || known === "de") return known;
  }
  return "en";
}

/** `?lang=de` is for those whose browser is in another language than they are. */
export const wantedLanguage = (): "en" | "de" =>
  languageOf([...new URLSearchParams(location.search).getAll("lang"), ...navigator.languages]);

/** Words that are not a part of the page itself begin to come beside it. */
export function fetchWords(): void {
  if (wantedLanguage() === "de") import("./de").catch(() => {});
}
