/** The command that leads from one theme to the next. */

import { useState } from "react";
import type { Commands } from "./commands";
import { readTheme } from "./prefs";
import { chooseTheme, nextTheme } from "./theme";
import { words } from "./words/words";

export function useTheme(say: (text: string) => void): Commands {
  const [theme, setTheme] = useState(readTheme);
  const run = () => {
    const next = nextTheme(theme);
    chooseTheme(next);
    setTheme(next);
    say(words.theme[next]);
  };
  return { theme: { run, name: words.theme[theme] } };
}
