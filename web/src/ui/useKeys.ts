/** Listens to the keyboard for as long as the stage is there; which key does what is in `keys.ts`. */

import { useEffect, useRef } from "react";
import { focusOf, isSingleCharacter, type KeyAction, keyAction } from "./keys";
import { singleKeysWanted } from "./prefs";

export type KeyCommands = Record<KeyAction | "letGo", () => void>;

export function useKeys(commands: KeyCommands) {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    const down = (e: KeyboardEvent) => {
      if (document.querySelector("dialog[open]")) return;
      if (isSingleCharacter(e) && !singleKeysWanted()) return;
      const action = keyAction(e, focusOf(document.activeElement));
      if (!action || (e.repeat && action !== "better" && action !== "lower")) return;
      e.preventDefault();
      latest.current[action]();
    };
    const up = (e: KeyboardEvent) => {
      if (e.key.startsWith("Arrow")) latest.current.letGo();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
    };
  }, []);
}
