/** Keys between cameras, whichever is shown: 1 to 9 open one, Esc leads up from the wall to the list. */

import { useEffect, useLayoutEffect, useRef } from "react";
import { focusOf } from "./keys";
import { listen } from "./listen";
import { singleKeysWanted } from "./prefs";

interface AppKeys {
  /** Null where the stage has its own use for it. */
  escape: (() => void) | null;
  digit: (n: number) => void;
}

export function useAppKeys(keys: AppKeys): void {
  const latest = useRef(keys);
  // Before the next key, which may come before the page is painted.
  useLayoutEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
      if (e.key === "Escape") return latest.current.escape?.();
      const typing = ["text", "select"].includes(focusOf(document.activeElement));
      if (/^[1-9]$/.test(e.key) && !typing && singleKeysWanted())
        latest.current.digit(Number(e.key));
    };
    return listen(window, { keydown: pressed });
  }, []);
}
