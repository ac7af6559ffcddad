/**
 * Everything that a person can do with a picture, in one table: its keys, its icon, where it stands. The
 * keyboard, the toolbar, its menu and the list of keys are made of it. Pure.
 */

import type { IconName } from "./icons";
import { words } from "./words/words";

interface Spec {
  /** As the browser names them, in lower case; Shift goes before. */
  keys: readonly string[];
  /** As people read them, where that is not the first of them; nothing where they are not said. */
  shown?: string;
  icon?: IconName;
  /** Where a button for it stands; none has its keys alone. */
  place?: "bar" | "end" | "menu";
  /** Does its work again while the key is held. */
  repeats?: boolean;
}

const TABLE = {
  pause: { keys: [" ", "k"], shown: "Space, K", icon: "pause", place: "bar" },
  snapshot: { keys: ["s"], icon: "camera", place: "bar" },
  back: { keys: ["arrowleft"], shown: "←", icon: "rewind", place: "bar" },
  forward: { keys: ["arrowright"], shown: "→" },
  escape: { keys: ["escape"], shown: "Esc" },
  zoomIn: { keys: ["+", "="], icon: "zoomIn", place: "menu", repeats: true },
  zoomOut: { keys: ["-"], shown: "−", icon: "zoomOut", place: "menu", repeats: true },
  zoomWhole: { keys: ["0"] },
  panLeft: { keys: ["shift+arrowleft"], shown: "", repeats: true },
  panRight: { keys: ["shift+arrowright"], shown: "", repeats: true },
  panUp: { keys: ["shift+arrowup"], shown: "", repeats: true },
  panDown: { keys: ["shift+arrowdown"], shown: "", repeats: true },
  better: { keys: ["."], repeats: true },
  lower: { keys: [","], repeats: true },
  auto: { keys: ["a"] },
  clip: { keys: ["v"], icon: "clip", place: "menu" },
  copy: { keys: ["y"], icon: "copy", place: "menu" },
  share: { keys: ["l"], icon: "share", place: "menu" },
  fit: { keys: ["c"], icon: "fill", place: "menu" },
  mirror: { keys: ["m"], icon: "mirror", place: "menu" },
  rotate: { keys: ["r"], icon: "rotate", place: "menu" },
  pip: { keys: ["p"], icon: "pip", place: "menu" },
  clock: { keys: ["t"], icon: "clock", place: "menu" },
  stats: { keys: ["i"], icon: "stats", place: "end" },
  diagnostics: { keys: ["d"], icon: "copy", place: "menu" },
  notify: { keys: ["n"], icon: "bell", place: "menu" },
  theme: { keys: ["b"], icon: "theme", place: "menu" },
  help: { keys: ["?"], icon: "keyboard", place: "menu" },
  fullscreen: { keys: ["f"], icon: "fullscreen", place: "end" },
} as const satisfies Record<string, Spec>;

export type CommandId = keyof typeof TABLE;
export const COMMANDS: Readonly<Record<CommandId, Spec>> = TABLE;

/** What a command is at the moment. */
export interface Command {
  run(): void;
  /** Undefined for what is done and over. */
  pressed?: boolean;
  /** Where it differs from what the table says. */
  icon?: IconName;
  name?: string;
}

/** Those that there are no means for in this browser are missing. */
export type Commands = Partial<Record<CommandId, Command>>;

export const idsAt = (place: Spec["place"]): CommandId[] =>
  (Object.keys(TABLE) as CommandId[]).filter((id) => COMMANDS[id].place === place);

/** Its keys as people read them. */
export const shownOf = (id: CommandId): string =>
  COMMANDS[id].shown ?? (COMMANDS[id].keys[0] ?? "").toUpperCase();

/** Its name on a button. */
export const nameOfCommand = (id: CommandId, { name }: Command): string =>
  name ?? words.command[id as keyof typeof words.command] ?? id;

/** The list of keys, for people. */
export function helpRows(): [keys: string, does: string][] {
  const { help, command } = words;
  const rows = (Object.keys(TABLE) as CommandId[]).flatMap((id): [string, string][] => {
    const shown = shownOf(id);
    const does = help[id as keyof typeof help] ?? command[id as keyof typeof command];
    if (shown === "" || typeof does !== "string") return [];
    if (id === "fullscreen") return [[help.orDoubleClick(shown), does]];
    return [[/[←→]/.test(shown) ? help.held(shown) : shown, does]];
  });
  return [...rows, ["⇧ ← → ↑ ↓", help.pan], ["1 – 9", help.another]];
}
