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
  | "escape"
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
  escape: "escape",
  "?": "help",
};

export const HELP: readonly (readonly [keys: string, does: string])[] = [
  ["Space or K", "Pause, play"],
  ["S", "Save this picture"],
  ["← held", "Look back up to 10 seconds"],
  ["→ held", "Forward again"],
  ["Esc", "Back to live, then to all cameras"],
  ["+ and −", "Higher and lower quality"],
  ["A", "Automatic quality"],
  ["F or double click", "Full screen"],
  ["C", "Fill the stage"],
  ["M", "Mirror"],
  ["R", "Rotate"],
  ["P", "Picture in picture"],
  ["I", "Figures"],
  ["1 to 9", "Another camera"],
  ["?", "This list"],
];

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** What has the focus, as far as it keeps keys for itself. */
export type Focus = "text" | "select" | "slider" | "button" | "page";

export function focusOf(element: Element | null): Focus {
  if (element instanceof HTMLInputElement)
    return ["range", "checkbox"].includes(element.type) ? "slider" : "text";
  if (element instanceof HTMLTextAreaElement) return "text";
  if (element instanceof HTMLSelectElement) return "select";
  return element instanceof HTMLButtonElement ? "button" : "page";
}

/**
 * What a key press asks for, or null. Typing into a field is no command; a list, a slider and a
 * button keep the keys that work them.
 */
export function keyAction(e: Pressed, focus: Focus): KeyAction | null {
  if (e.ctrlKey || e.metaKey || e.altKey || focus === "text") return null;
  const own = { select: /^( |arrow.*)$/i, slider: /^arrow/i, button: /^ $/, page: /^$/ }[focus];
  return own.test(e.key) ? null : (KEYS[e.key.toLowerCase()] ?? null);
}

/** Those that a person who dictates or leans on the keyboard may want to be without. WCAG 2.1.4. */
export const isSingleCharacter = ({ key }: { key: string }): boolean => key.length === 1;
