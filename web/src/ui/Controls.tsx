/** The bar under the picture with its menu. It owns no state but whether the menu is open. */

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { labelOf, type Rendition, readLabel } from "../stream/rendition";
import {
  COMMANDS,
  type Command,
  type CommandId,
  type Commands,
  idsAt,
  nameOfCommand,
} from "./commands";
import { Icon } from "./icons";
import { nameOf } from "./rendition_name";
import { words } from "./words/words";

interface Quality {
  rendition: Rendition;
  /** What may be asked for, in order of bit rate. */
  ladder: readonly Rendition[];
  auto: boolean;
  choose(rendition: Rendition | "auto"): void;
}

export function Controls({ commands, quality }: { commands: Commands; quality: Quality }) {
  const button = (id: CommandId) => {
    const command = commands[id];
    return command && <CommandButton key={id} id={id} command={command} />;
  };
  return (
    <div className="bar glass" role="toolbar" aria-label={words.page.picture}>
      {idsAt("bar").map(button)}
      <QualitySelect {...quality} />
      <span className="grow" />
      <span className="wide">{button("stats")}</span>
      <More>
        {/* On a phone it stands in the menu: seven buttons do not fit. */}
        <span className="narrow">{button("stats")}</span>
        {idsAt("menu").map(button)}
      </More>
      {button("fullscreen")}
    </div>
  );
}

/** Automatic, with what it has come to, or one of what there is. */
function QualitySelect({ auto, rendition, ladder, choose }: Quality) {
  return (
    <label className="quality">
      <span className="word">{words.page.quality}</span>
      <select
        aria-label={words.page.quality}
        value={auto ? "auto" : labelOf(rendition)}
        onChange={(e) => choose(readLabel(e.target.value) ?? "auto")}
      >
        <option value="auto">
          {auto ? words.page.autoNow(nameOf(rendition)) : words.page.auto}
        </option>
        {[...ladder].reverse().map((one) => (
          <option key={labelOf(one)} value={labelOf(one)}>
            {nameOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function CommandButton({ id, command }: { id: CommandId; command: Command }) {
  const { icon, shown, keys } = COMMANDS[id];
  const name = nameOfCommand(id, command);
  return (
    <button
      type="button"
      className="tool"
      aria-label={name}
      aria-pressed={command.pressed}
      aria-keyshortcuts={ARIA_KEYS[keys[0] ?? ""] ?? shown}
      title={`${name} (${shown})`}
      onClick={command.run}
    >
      <Icon name={command.icon ?? icon ?? "more"} />
      <span className="name" aria-hidden="true">
        {name}
      </span>
    </button>
  );
}

/** As assistive technology names them, where people read another sign. */
const ARIA_KEYS: Record<string, string> = {
  arrowleft: "ArrowLeft",
  " ": "Space",
  "+": "Plus",
  "-": "Minus",
};

/** The rarer tools behind one button. */
function More({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const outside = (e: Event) => {
      if (!box.current?.contains(e.target as Node)) setOpen(false);
    };
    const onEscape = (e: KeyboardEvent) => {
      if (e.key !== "Escape") return;
      e.stopPropagation();
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", onEscape, true);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", onEscape, true);
    };
  }, [open]);
  return (
    <div className="more" ref={box}>
      <button
        type="button"
        className="tool"
        aria-label={words.page.more}
        aria-expanded={open}
        aria-controls={id}
        title={words.page.more}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      <div id={id} className="menu glass" hidden={!open}>
        {children}
      </div>
    </div>
  );
}
