/** The bar under the picture with its menu. It owns no state but whether the menu is open. */

import {
  type KeyboardEvent as KeyPress,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { labelOf, type Rendition, readLabel } from "../stream/rendition";
import { moveFocus } from "./arrows";
import {
  COMMANDS,
  type Command,
  type CommandId,
  type Commands,
  idsAt,
  nameOfCommand,
  shownOf,
} from "./commands";
import { Icon } from "./icons";
import { listen } from "./listen";
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
  /** As it is when the focus comes: a key that is pressed later makes every focus a visible one. */
  const byKeys = useRef(false);
  return (
    <div
      className="bar glass"
      role="toolbar"
      aria-label={words.page.picture}
      onFocus={(e) => {
        byKeys.current = e.target.matches(":focus-visible");
      }}
      onKeyDown={(e) => byKeys.current && arrows(e, "row")}
    >
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

/**
 * Arrows move the focus where it came by keys; a button that was clicked leaves them to the picture, and a
 * list keeps its own.
 */
function arrows(e: KeyPress<HTMLElement>, along: "row" | "column") {
  if (e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
  if ((e.target as Element).tagName !== "BUTTON") return;
  if (!moveFocus(e.currentTarget, e.key, along)) return;
  e.preventDefault();
  e.stopPropagation();
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
  const { icon, keys } = COMMANDS[id];
  const shown = shownOf(id);
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
  const menu = useRef<HTMLDivElement>(null);
  /** By which key, if by one: who comes by an arrow wants to go on. */
  const opened = useRef<"down" | null>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const outside = (e: Event) => {
      const target = e.target as Element;
      // What the menu opened gives the focus back to it.
      if (!box.current?.contains(target) && !target.closest("dialog")) setOpen(false);
    };
    if (opened.current === "down") menu.current?.querySelector("button")?.focus();
    const onEscape = (e: KeyboardEvent) => {
      // A dialog's own.
      if (e.key !== "Escape" || document.querySelector("dialog[open]")) return;
      e.stopPropagation();
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    };
    return listen(window, { pointerdown: outside, focusin: outside, keydown: onEscape }, true);
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
        onClick={() => {
          opened.current = null;
          setOpen(!open);
        }}
        onKeyDown={(e) => {
          if (e.key !== "ArrowDown" || open) return;
          e.preventDefault();
          e.stopPropagation();
          opened.current = "down";
          setOpen(true);
        }}
      >
        <Icon name="more" />
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: its buttons have the focus, and they are many. */}
      <div
        id={id}
        ref={menu}
        className="menu glass"
        hidden={!open}
        onKeyDown={(e) => arrows(e, "column")}
      >
        {children}
      </div>
    </div>
  );
}
