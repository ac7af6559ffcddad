/** Listens to the keyboard for as long as the stage is there; which key does what is in `keys.ts`. */

import { useEffect, useLayoutEffect, useRef } from "react";
import { COMMANDS, type Commands } from "./commands";
import { focusOf, isSingleCharacter, keyAction } from "./keys";
import { listen } from "./listen";
import { singleKeysWanted } from "./prefs";

/** `letGo` of an arrow. */
export function useKeys(commands: Commands, letGo: () => void) {
  const latest = useRef({ commands, letGo });
  // Before the next key, which may come before the page is painted.
  useLayoutEffect(() => {
    latest.current = { commands, letGo };
  });
  useEffect(() => {
    const down = (e: KeyboardEvent) => {
      if (document.querySelector("dialog[open]")) return;
      if (isSingleCharacter(e) && !singleKeysWanted()) return;
      const action = keyAction(e, focusOf(document.activeElement));
      if (!action || (e.repeat && !COMMANDS[action].repeats)) return;
      e.preventDefault();
      latest.current.commands[action]?.run();
    };
    const up = (e: KeyboardEvent) => {
      if (e.key.startsWith("Arrow")) latest.current.letGo();
    };
    return listen(window, { keydown: down, keyup: up });
  }, []);
}
