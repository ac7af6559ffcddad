/** Which key asks for what; the keys themselves are in `commands.ts`. Pure. */

import { COMMANDS, type CommandId } from "./commands";

const BY_KEY = new Map<string, CommandId>(
  (Object.keys(COMMANDS) as CommandId[]).flatMap((id) =>
    COMMANDS[id].keys.map((key): [string, CommandId] => [key, id]),
  ),
);

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
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
export function keyAction(e: Pressed, focus: Focus): CommandId | null {
  if (e.ctrlKey || e.metaKey || e.altKey || focus === "text") return null;
  const own = { select: /^( |arrow.*)$/i, slider: /^arrow/i, button: /^ $/, page: /^$/ }[focus];
  if (own.test(e.key)) return null;
  const key = e.key.toLowerCase();
  return BY_KEY.get(e.shiftKey && key.startsWith("arrow") ? `shift+${key}` : key) ?? null;
}

/** Those that a person who dictates or leans on the keyboard may want to be without. WCAG 2.1.4. */
export const isSingleCharacter = ({ key }: { key: string }): boolean => key.length === 1;
