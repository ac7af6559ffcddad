/** Which key does what. Pure: the Stage listens, the help dialog lists. */

export type KeyAction =
  | "fullscreen"
  | "snapshot"
  | "stats"
  | "pause"
  | "auto"
  | "better"
  | "lower"
  | "fit"
  | "mirror"
  | "rotate"
  | "pip"
  | "back"
  | "forward"
  | "live"
  | "help";

const KEYS: Record<string, KeyAction> = {
  f: "fullscreen",
  s: "snapshot",
  i: "stats",
  " ": "pause",
  k: "pause",
  a: "auto",
  "+": "better",
  "=": "better",
  "-": "lower",
  c: "fit",
  m: "mirror",
  r: "rotate",
  p: "pip",
  arrowleft: "back",
  arrowright: "forward",
  escape: "live",
  "?": "help",
};

export const HELP: readonly (readonly [keys: string, does: string])[] = [
  ["Space or K", "Pause, play"],
  ["S", "Save this picture"],
  ["← held", "Look back up to 10 seconds"],
  ["→ held", "Forward again"],
  ["Esc", "Back to live"],
  ["+ and −", "Higher and lower quality"],
  ["A", "Automatic quality"],
  ["F or double click", "Full screen"],
  ["C", "Fill the stage"],
  ["M", "Mirror"],
  ["R", "Rotate"],
  ["P", "Picture in picture"],
  ["I", "Figures"],
  ["?", "This list"],
];

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/**
 * What a key press asks for, or null. `focus` is the tag name of what has the focus: typing into a
 * field is no command, and a focused button keeps Space for itself.
 */
export function keyAction(e: Pressed, focus: string): KeyAction | null {
  if (e.ctrlKey || e.metaKey || e.altKey) return null;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(focus)) return null;
  if (focus === "BUTTON" && e.key === " ") return null;
  return KEYS[e.key.toLowerCase()] ?? null;
}
