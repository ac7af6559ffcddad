/** The viewer's preferences for a camera as state of a component; `prefs.ts` stores them. */

import { useState } from "react";
import { loadPrefs, type Prefs, savePrefs } from "./prefs";
import type { PageOptions } from "./route";

/** What the viewer chose for this camera; the page's address overrules it, and a change is kept. */
export function usePrefs(
  camera: string | null,
  options: PageOptions,
): [prefs: Prefs, change: (more: Partial<Prefs>) => void] {
  const [prefs, setPrefs] = useState<Prefs>(() => {
    const saved = loadPrefs(camera);
    return { ...saved, fit: options.fit ?? saved.fit, stats: options.stats || saved.stats };
  });
  const change = (more: Partial<Prefs>) => {
    setPrefs((old) => {
      const next = { ...old, ...more };
      savePrefs(camera, next);
      return next;
    });
  };
  return [prefs, change];
}
