/** The state of a stage and what a viewer can do with it, for the controls and the keys alike. */

import { type RefObject, useEffect, useState } from "react";
import type { Player } from "../stream/player";
import { MAX_QUALITY, nearestRung, QUALITY_STEP } from "../stream/quality";
import type { EngineConfig, View } from "../stream/view_model";
import type { Actions } from "./Controls";
import { canPip, isBareVideo, leavePip, togglePip } from "./pip";
import { loadQuality, type Prefs, saveQuality } from "./prefs";
import { inSeconds, present } from "./presentation";
import type { PageOptions } from "./route";
import { saveSnapshot } from "./snapshot";
import { useFullscreen } from "./useFullscreen";
import { type KeyCommands, useKeys } from "./useKeys";
import { usePlayer } from "./usePlayer";
import { usePrefs } from "./usePrefs";
import { type Rewinding, useRewind } from "./useRewind";
import { useToast } from "./useToast";

/** Ten seconds of 640 × 480 at quality 95 are 41 MB. */
const MAX_REWIND_BYTES = 48e6;
/** Tells whoever listens in the page all figures, twice a second. */
const VIEW_EVENT = "rero-view";

export interface StageConfig {
  base: string;
  camera: string | null;
  options: PageOptions;
  /** Leads up to the list of cameras; null where there is none. */
  leave: (() => void) | null;
}

export interface StageState {
  player: Player | null;
  view: View | null;
  prefs: Prefs;
  paused: boolean;
  help: boolean;
  full: boolean;
  toast: string;
  rewind: Rewinding;
  actions: Actions;
  resume: () => void;
  closeHelp: () => void;
}

/** One camera's player in `host`, and everything that a viewer can do with it on `stage`. */
export function useStage(
  stage: RefObject<HTMLElement | null>,
  host: RefObject<HTMLElement | null>,
  config: StageConfig,
): StageState {
  const { camera, options } = config;
  const [player, view] = usePlayer(host, engineConfig(config));
  const [prefs, change] = usePrefs(camera, options);
  const [paused, setPaused] = useState(false);
  const [help, setHelp] = useState(false);
  const [toast, say] = useToast();
  const rewind = useRewind(player, view);
  const [full, toggleFull] = useFullscreen(stage, view?.phase === "live");
  useEffect(() => player?.hold("wanted", paused), [player, paused]);
  // Without its stage a floating picture never changes, and while it floats a hidden page does not pause.
  useEffect(() => () => void leavePip(), []);
  useMarkedVideo(player, view);
  usePublishedView(stage, view);
  useWorkingQuality(camera, view);

  const actions: Actions = {
    pause: () => setPaused(!paused),
    snapshot: async () => {
      const snapshot = await player?.snapshot();
      say(snapshot ? `Saved ${saveSnapshot(snapshot, camera)}` : "There is no picture yet");
    },
    rewind: rewind.toggle,
    setQuality: (chosen) => {
      player?.setQuality(chosen);
      say(chosen === "auto" ? "Quality: automatic" : `Quality: ${chosen}`);
    },
    stats: () => change({ stats: !prefs.stats }),
    fit: () => change({ fit: prefs.fit === "cover" ? "contain" : "cover" }),
    mirror: () => change({ mirror: !prefs.mirror }),
    rotate: () => change({ turns: ((prefs.turns + 1) % 4) as Prefs["turns"] }),
    fullscreen: toggleFull,
    pip: canPip ? () => void togglePip(stage.current).catch((e) => say(String(e))) : null,
    help: () => setHelp(!help),
  };
  const leave = () => {
    if (rewind.open) rewind.live();
    else if (full) toggleFull();
    else config.leave?.();
  };
  useKeys({ ...keyCommands(actions, rewind, view?.quality ?? MAX_QUALITY), escape: leave });
  const resume = () => setPaused(false);
  const closeHelp = () => setHelp(false);
  return { player, view, prefs, paused, help, full, toast, rewind, actions, resume, closeHelp };
}

const engineConfig = ({ base, camera, options }: StageConfig): EngineConfig => ({
  base,
  camera,
  quality: options.quality ?? loadQuality(camera) ?? MAX_QUALITY,
  auto: options.quality === null,
  cap: MAX_QUALITY,
  rewindBytes: MAX_REWIND_BYTES,
});

const keyCommands = (
  actions: Actions,
  rewind: Rewinding,
  quality: number,
): Omit<KeyCommands, "escape"> => ({
  ...actions,
  pip: actions.pip ?? (() => {}),
  auto: () => actions.setQuality("auto"),
  better: () => actions.setQuality(nearestRung(quality + QUALITY_STEP)),
  lower: () => actions.setQuality(nearestRung(quality - QUALITY_STEP)),
  back: () => rewind.play(-1),
  forward: () => rewind.play(1),
  letGo: rewind.stop,
});

/** A floating video shows the canvas alone: what the page says over it is drawn into it. */
function useMarkedVideo(player: Player | null, view: View | null) {
  const { label, trust } = present(view);
  const age = trust === "old" ? `, ${inSeconds(view?.ageMs ?? 0)} old` : "";
  const words = trust !== "live" && isBareVideo() ? label + age : null;
  useEffect(() => player?.mark(words), [player, words]);
}

function usePublishedView(stage: RefObject<HTMLElement | null>, view: View | null) {
  useEffect(() => {
    if (view)
      stage.current?.dispatchEvent(new CustomEvent(VIEW_EVENT, { detail: view, bubbles: true }));
  }, [stage, view]);
}

/** The next visit begins with the quality that worked by itself. */
function useWorkingQuality(camera: string | null, view: View | null) {
  const working = view?.phase === "live" && view.auto ? view.quality : null;
  useEffect(() => {
    if (working !== null) saveQuality(camera, working);
  }, [camera, working]);
}
