/** One camera's picture with everything on it. It only draws: state and actions are `useStage`'s. */

import { useLayoutEffect, useRef } from "react";
import { BEST, RENDITIONS } from "../stream/rendition";
import { Controls } from "./Controls";
import { Corner } from "./Corner";
import { Help } from "./Help";
import { type Pill, present } from "./presentation";
import { RewindBar } from "./RewindBar";
import { ShareDialog } from "./ShareDialog";
import { StatusCard } from "./StatusCard";
import { signalOf } from "./signal";
import { toggleFullscreen } from "./useFullscreen";
import { type StageConfig, type StageState, useStage } from "./useStage";

/** What the header says of a stage. */
export interface StageWords {
  pill: Pill;
  /** How good the connection is, one to four. */
  bars: number | null;
}

interface StageProps extends StageConfig {
  onWords: (words: StageWords) => void;
}

export function Stage({ onWords, ...config }: StageProps) {
  const stage = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const state = useStage(stage, host, config);
  const { player, view, prefs, rewind, toast } = state;
  const mouse = useRef(true);
  const now = present(view);
  const { label, tone } = now;
  const bars = signalOf(view);
  // In the same turn as what stands over the picture: the header never says anything else.
  useLayoutEffect(() => onWords({ pill: { label, tone }, bars }), [onWords, label, tone, bars]);
  return (
    <main
      ref={stage}
      className="stage"
      data-phase={view?.phase ?? "connecting"}
      data-trust={now.trust}
      data-fit={prefs.fit}
      data-turns={prefs.turns}
      data-mirror={prefs.mirror}
      data-full={state.full}
      data-idle={state.idle}
      onPointerDown={(e) => {
        mouse.current = e.pointerType === "mouse";
      }}
      onDoubleClick={(e) => {
        // A finger that taps twice enlarges.
        const controls = (e.target as HTMLElement).closest("button, select, input, .card, .bar");
        if (mouse.current && !controls) toggleFullscreen();
      }}
    >
      <div ref={host} className="host" />
      <Corner state={state} now={now} watching={config.watching} />
      {now.card && (
        <StatusCard
          card={now.card}
          tone={tone}
          base={config.base}
          player={player}
          resume={state.resume}
        />
      )}
      {rewind.open && view && <RewindBar view={view} rewind={rewind} />}
      {hasPicture(view) && now.card?.action !== "login" && (
        <Controls commands={state.commands} quality={qualityOf(state)} />
      )}
      {state.dialog === "help" && <Help close={state.closeDialog} />}
      {state.dialog === "share" && <ShareDialog camera={config.camera} close={state.closeDialog} />}
      {/* Where the header is not seen its state is not heard either: the stage says it itself. */}
      {(config.options.embed || state.full) && (
        <p className="unseen" role="status">
          {label}
        </p>
      )}
      <p className="toast" role="status" data-shown={toast !== ""}>
        {toast}
      </p>
    </main>
  );
}

/** Before the first there is nothing to do with it, and a bar would lie over the card that says why. */
const hasPicture = (view: StageState["view"]) => view !== null && view.width > 0;

const qualityOf = ({ view, choose }: StageState) => ({
  rendition: view ?? BEST,
  ladder: view?.ladder ?? RENDITIONS,
  auto: view?.auto ?? true,
  choose,
});
