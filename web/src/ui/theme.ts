/** Dark, light, or as the device is: chosen here, remembered, and true of the whole page. */

import { readTheme, type Theme, writeTheme } from "./prefs";

const NEXT: Record<Theme, Theme> = { auto: "dark", dark: "light", light: "auto" };

/** What the button leads to. Pure. */
export const nextTheme = (theme: Theme): Theme => NEXT[theme];

/** From now on, and on this device. */
export function chooseTheme(theme: Theme): void {
  writeTheme(theme);
  showTheme();
}

/** As it is remembered; the styles go by the attribute, the browser's own bars by the colours in the head. */
export function showTheme(): void {
  const theme = readTheme();
  document.documentElement.dataset.theme = theme;
  for (const colour of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    colour.dataset.media ??= colour.media;
    const own = colour.dataset.media;
    colour.media = theme === "auto" ? own : own.includes(theme) ? "all" : "not all";
  }
}
