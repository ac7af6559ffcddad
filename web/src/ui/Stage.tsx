/** One camera's picture with everything on it. It only draws: state and actions are `useStage`'s. */

import { useEffect, useRef } from "react";
import { BEST, RENDITIONS } from "../stream/rendition";
import { Controls } from "./Controls";
import { Help } from "./Help";
import { Icon } from "./icons";
import { inSeconds, OLD_AGE_MS, type Pill, type Presentation, present } from "./presentation";
import { RewindBar } from "./RewindBar";
import { StatsCard } from "./StatsCard";
import { StatusCard } from "./StatusCard";
import { useIdle } from "./useIdle";
import { type StageConfig, type StageState, useStage } from "./useStage";

interface StageProps extends StageConfig {
  /** Tells the header the state. */
  onPill: (pill: Pill) => void;
}

export function Stage({ onPill, ...config }: StageProps) {
  const stage = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const state = useStage(stage, host, config);
  const { player, view, prefs, rewind, actions, toast } = state;
  const idle = useIdle(stage);
  const now = present(view);
  const { label, tone } = now;
  useEffect(() => onPill({ label, tone }), [onPill, label, tone]);
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
      data-idle={idle}
      onDoubleClick={(e) => {
        if (!(e.target as HTMLElement).closest("button, select, input, .card"))
          actions.fullscreen();
      }}
    >
      <div ref={host} className="host" />
      <Corner state={state} now={now} />
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
      <Controls actions={actions} shown={shown(state)} />
      {state.help && <Help close={state.closeHelp} />}
      <p className="toast" role="status" data-shown={toast !== ""}>
        {toast}
      </p>
    </main>
  );
}

/** What stands over a picture that is shown: figures, its age once it is old, a note. */
function Corner({ state: { view, prefs }, now }: { state: StageState; now: Presentation }) {
  const age = Math.max(view?.ageMs ?? 0, view?.silentMs ?? 0);
  return (
    <div className="corner">
      {prefs.stats && view && <StatsCard view={view} />}
      {age > OLD_AGE_MS && now.trust === "old" && (
        <p className="chip old">
          <Icon name="wait" /> {inSeconds(age)} old
        </p>
      )}
      {now.note && <p className="chip">{now.note}</p>}
    </div>
  );
}

/** What the controls show as pressed or chosen. */
const shown = ({ view, prefs, paused, full, rewind }: StageState) => ({
  paused,
  rewinding: rewind.open,
  rendition: view ?? BEST,
  ladder: view?.ladder ?? RENDITIONS,
  auto: view?.auto ?? true,
  stats: prefs.stats,
  fill: prefs.fit === "cover",
  mirror: prefs.mirror,
  turned: prefs.turns !== 0,
  fullscreen: full,
});
