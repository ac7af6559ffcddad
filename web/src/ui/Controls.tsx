/** The bar under the picture with its menu. It owns no state but whether the menu is open. */

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { labelOf, type Rendition, readLabel } from "../stream/rendition";
import { Icon, type IconName } from "./icons";
import { nameOf } from "./rendition_name";

/** Everything a viewer can do with one picture; the keyboard does the same (`keys.ts`). */
export interface Actions {
  pause(): void;
  snapshot(): void;
  rewind(): void;
  choose(rendition: Rendition | "auto"): void;
  stats(): void;
  fit(): void;
  mirror(): void;
  rotate(): void;
  fullscreen(): void;
  /** Null where the browser has none. */
  pip: (() => void) | null;
  help(): void;
}

interface Shown {
  paused: boolean;
  rewinding: boolean;
  rendition: Rendition;
  /** What may be asked for, in order of bit rate. */
  ladder: readonly Rendition[];
  auto: boolean;
  stats: boolean;
  fill: boolean;
  mirror: boolean;
  turned: boolean;
  fullscreen: boolean;
}

export function Controls({ actions, shown }: { actions: Actions; shown: Shown }) {
  // On a phone it stands in the menu: seven buttons do not fit.
  const figures = (
    <Button icon="stats" name="Figures" keys="I" pressed={shown.stats} onClick={actions.stats} />
  );
  return (
    <div className="bar glass" role="toolbar" aria-label="Picture">
      <Button
        icon={shown.paused ? "play" : "pause"}
        name={shown.paused ? "Play" : "Pause"}
        keys="Space"
        onClick={actions.pause}
      />
      <Button icon="camera" name="Save this picture" keys="S" onClick={actions.snapshot} />
      <Button
        icon="rewind"
        name="Look back"
        keys="←"
        pressed={shown.rewinding}
        onClick={actions.rewind}
      />
      <QualitySelect shown={shown} choose={actions.choose} />
      <span className="grow" />
      <span className="wide">{figures}</span>
      <More>
        <span className="narrow">{figures}</span>
        <LookTools actions={actions} shown={shown} />
        <Button icon="keyboard" name="Keyboard" keys="?" onClick={actions.help} />
      </More>
      <Button
        icon={shown.fullscreen ? "window" : "fullscreen"}
        name={shown.fullscreen ? "Leave full screen" : "Full screen"}
        keys="F"
        onClick={actions.fullscreen}
      />
    </div>
  );
}

/** How the picture is to be seen. */
function LookTools({ actions, shown }: { actions: Actions; shown: Shown }) {
  return (
    <>
      <Button
        icon="fill"
        name="Fill the stage"
        keys="C"
        pressed={shown.fill}
        onClick={actions.fit}
      />
      <Button
        icon="mirror"
        name="Mirror"
        keys="M"
        pressed={shown.mirror}
        onClick={actions.mirror}
      />
      <Button
        icon="rotate"
        name="Rotate"
        keys="R"
        pressed={shown.turned}
        onClick={actions.rotate}
      />
      {actions.pip && (
        <Button icon="pip" name="Picture in picture" keys="P" onClick={actions.pip} />
      )}
    </>
  );
}

/** Automatic, with what it has come to, or one of what there is. */
function QualitySelect({ shown, choose }: { shown: Shown; choose: Actions["choose"] }) {
  const { auto, rendition, ladder } = shown;
  return (
    <label className="quality">
      <span className="word">Quality</span>
      <select
        aria-label="Quality"
        value={auto ? "auto" : labelOf(rendition)}
        onChange={(e) => choose(readLabel(e.target.value) ?? "auto")}
      >
        <option value="auto">{auto ? `Auto · ${nameOf(rendition)}` : "Auto"}</option>
        {[...ladder].reverse().map((one) => (
          <option key={labelOf(one)} value={labelOf(one)}>
            {nameOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Button(p: {
  icon: IconName;
  name: string;
  keys: string;
  pressed?: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      className="tool"
      aria-label={p.name}
      aria-pressed={p.pressed}
      aria-keyshortcuts={p.keys === "←" ? "ArrowLeft" : p.keys}
      title={`${p.name} (${p.keys})`}
      onClick={p.onClick}
    >
      <Icon name={p.icon} />
      <span className="name" aria-hidden="true">
        {p.name}
      </span>
    </button>
  );
}

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
        aria-label="More"
        aria-expanded={open}
        aria-controls={id}
        title="More"
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
