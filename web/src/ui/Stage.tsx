import { useEffect, useRef, useState } from "react";
import { MAX_QUALITY, nearestRung, QUALITY_STEP } from "../stream/quality";
import { type Actions, Controls } from "./Controls";
import { Help } from "./Help";
import { Icon } from "./icons";
import { type KeyAction, keyAction } from "./keys";
import type { PageOptions } from "./page_options";
import { canPip, leavePip, togglePip } from "./pip";
import { loadPrefs, loadQuality, type Prefs, savePrefs, saveQuality } from "./prefs";
import { inSeconds, OLD_MS, type Pill, present } from "./presentation";
import { RewindBar } from "./RewindBar";
import { StatsCard } from "./StatsCard";
import { StatusCard } from "./StatusCard";
import { saveSnapshot } from "./snapshot";
import { useFullscreen } from "./useFullscreen";
import { usePlayer } from "./usePlayer";
import { useRewind } from "./useRewind";

/** Ten seconds of 640 × 480 at quality 95 are 41 MB. */
const REWIND_BYTES = 48e6;
/** Tells whoever listens in the page all figures, twice a second. */
const VIEW_EVENT = "rero-view";
const TOAST_MS = 2_000;
const IDLE_MS = 3_000;

interface StageProps {
  base: string;
  camera: string | null;
  options: PageOptions;
  /** Tells the header how it stands. */
  onPill: (pill: Pill) => void;
}

/** One camera's picture with everything on it. */
export function Stage({ base, camera, options, onPill }: StageProps) {
  const stage = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const [prefs, setPrefs] = useState<Prefs>(() => {
    const saved = loadPrefs(camera);
    return { ...saved, fit: options.fit ?? saved.fit, stats: options.stats || saved.stats };
  });
  const [player, view] = usePlayer(host, {
    base,
    camera,
    quality: options.quality ?? loadQuality(camera) ?? MAX_QUALITY,
    auto: options.quality === null,
    cap: MAX_QUALITY,
    rewindBytes: REWIND_BYTES,
  });
  const [paused, setPaused] = useState(false);
  const [help, setHelp] = useState(false);
  const [toast, setToast] = useState("");
  const rewind = useRewind(player, view);
  const [full, toggleFull] = useFullscreen(stage, view?.phase === "live");
  const now = present(view);
  const idle = useIdle(stage);

  const change = (more: Partial<Prefs>) => {
    setPrefs((old) => {
      const next = { ...old, ...more };
      savePrefs(camera, next);
      return next;
    });
  };

  const { label, tone } = now;
  useEffect(() => onPill({ label, tone }), [onPill, label, tone]);
  useEffect(() => player?.hold("wanted", paused), [player, paused]);
  // A stage that is gone draws no more, and while its last picture floated no hidden page would rest.
  useEffect(() => () => void leavePip(), []);
  useEffect(() => {
    if (view)
      stage.current?.dispatchEvent(new CustomEvent(VIEW_EVENT, { detail: view, bubbles: true }));
  }, [view]);
  const worked = view?.phase === "live" && view.auto ? view.quality : null;
  useEffect(() => {
    if (worked !== null) saveQuality(camera, worked);
  }, [camera, worked]);
  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => setToast(""), TOAST_MS);
    return () => clearTimeout(timer);
  }, [toast]);

  const quality = view?.quality ?? MAX_QUALITY;
  const act: Actions = {
    pause: () => setPaused(!paused),
    snapshot: async () => {
      const snapshot = await player?.snapshot();
      setToast(snapshot ? `Saved ${saveSnapshot(snapshot, camera)}` : "There is no picture yet");
    },
    rewind: rewind.toggle,
    setQuality: (chosen) => {
      player?.setQuality(chosen);
      setToast(chosen === "auto" ? "Quality: automatic" : `Quality: ${chosen}`);
    },
    stats: () => change({ stats: !prefs.stats }),
    fit: () => change({ fit: prefs.fit === "cover" ? "contain" : "cover" }),
    mirror: () => change({ mirror: !prefs.mirror }),
    rotate: () => change({ turns: ((prefs.turns + 1) % 4) as Prefs["turns"] }),
    fullscreen: toggleFull,
    pip: canPip ? () => void togglePip(host.current).catch((e) => setToast(String(e))) : null,
    help: () => setHelp(!help),
  };
  useKeys({
    ...act,
    pip: act.pip ?? (() => {}),
    auto: () => act.setQuality("auto"),
    better: () => act.setQuality(nearestRung(quality + QUALITY_STEP)),
    lower: () => act.setQuality(nearestRung(quality - QUALITY_STEP)),
    back: () => rewind.play(-1),
    forward: () => rewind.play(1),
    live: rewind.live,
    letGo: rewind.stop,
  });

  const age = Math.max(view?.ageMs ?? 0, view?.silentMs ?? 0);
  return (
    <main
      ref={stage}
      className="stage"
      data-phase={view?.phase ?? "connecting"}
      data-trust={now.trust}
      data-fit={prefs.fit}
      data-turns={prefs.turns}
      data-mirror={prefs.mirror}
      data-full={full}
      data-idle={idle}
      onDoubleClick={(e) => {
        if (!(e.target as HTMLElement).closest("button, select, input, .card")) toggleFull();
      }}
    >
      <div ref={host} className="host" />
      <div className="corner">
        {prefs.stats && view && <StatsCard view={view} />}
        {age > OLD_MS && now.trust === "old" && (
          <p className="chip old">
            <Icon name="wait" /> {inSeconds(age)} old
          </p>
        )}
        {now.note && <p className="chip">{now.note}</p>}
      </div>
      {now.card && (
        <StatusCard
          card={now.card}
          tone={tone}
          base={base}
          player={player}
          resume={() => setPaused(false)}
        />
      )}
      {rewind.open && view && <RewindBar view={view} rewind={rewind} />}
      <Controls
        act={act}
        shown={{
          paused,
          rewinding: rewind.open,
          quality,
          auto: view?.auto ?? true,
          stats: prefs.stats,
          fill: prefs.fit === "cover",
          mirror: prefs.mirror,
          turned: prefs.turns !== 0,
          fullscreen: full,
        }}
      />
      {help && <Help close={() => setHelp(false)} />}
      <p className="toast" role="status" data-shown={toast !== ""}>
        {toast}
      </p>
    </main>
  );
}

/** Listens to the keyboard for as long as the stage is there. */
function useKeys(does: Record<KeyAction | "letGo", () => void>) {
  const latest = useRef(does);
  useEffect(() => {
    latest.current = does;
  });
  useEffect(() => {
    const down = (e: KeyboardEvent) => {
      if (document.querySelector("dialog[open]")) return;
      const action = keyAction(e, document.activeElement?.tagName ?? "");
      if (!action || (e.repeat && action !== "better" && action !== "lower")) return;
      e.preventDefault();
      latest.current[action]();
    };
    const up = (e: KeyboardEvent) => {
      if (e.key.startsWith("Arrow")) latest.current.letGo();
    };
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
    };
  }, []);
}

/** True when the pointer has rested: then the controls and the pointer leave the picture alone. */
function useIdle(stage: React.RefObject<HTMLElement | null>): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const element = stage.current;
    let timer: ReturnType<typeof setTimeout>;
    const moved = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), IDLE_MS);
    };
    moved();
    element?.addEventListener("pointermove", moved);
    element?.addEventListener("pointerdown", moved);
    return () => {
      clearTimeout(timer);
      element?.removeEventListener("pointermove", moved);
      element?.removeEventListener("pointerdown", moved);
    };
  }, [stage]);
  return idle;
}
