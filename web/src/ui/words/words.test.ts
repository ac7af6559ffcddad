import { describe, expect, it } from "vitest";
import { de } from "./de";
import { en } from "./en";
import { languageOf } from "./language";

/** Every text with its path; of a function what it says of given values. */
function texts(words: unknown, path = ""): [path: string, text: string][] {
  if (typeof words === "string") return [[path, words]];
  if (typeof words === "function") return [[path, String(words("⟨1⟩", "⟨2⟩"))]];
  return Object.entries(words as object).flatMap(([key, value]) => texts(value, `${path}.${key}`));
}

describe("every language", () => {
  it("says everything, and names every value that English names", () => {
    const german = new Map(texts(de));
    const values = (text: string) => (text.match(/⟨\d⟩/g) ?? []).sort();
    for (const [path, english] of texts(en)) {
      const said = german.get(path);
      expect(said === "", path).toBe(english === "");
      expect(values(said ?? ""), path).toEqual(values(english));
    }
    expect(german.size).toBe(texts(en).length);
  });

  it("is chosen by what the browser prefers, else English", () => {
    expect(languageOf(["de-AT", "en"])).toBe("de");
    expect(languageOf(["en-GB", "de"])).toBe("en");
    expect(languageOf(["fr", "de-CH"])).toBe("de");
    expect(languageOf(["fr", "den"])).toBe("en");
    expect(languageOf([])).toBe("en");
  });
});
