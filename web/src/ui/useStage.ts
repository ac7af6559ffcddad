/** The state of a stage and what a viewer can do with it, for the controls and the keys alike. */

import { type RefObject, useEffect, useState } from "react";
import type { Needs } from "../stream/needs";
import type { Player } from "../stream/player";
import { FIRST, labelOf, readLabel, sameRendition } from "../stream/rendition";
import type { EngineConfig, View } from "../stream/view_model";
import type { Actions } from "./Controls";
import { canPip, isBareVideo, leavePip, togglePip } from "./pip";
import { loadRendition, type Prefs, saveRendition } from "./prefs";
import { inSeconds, present } from "./presentation";
import { nameOf } from "./rendition_name";
import type { PageOptions } from "./route";
import { saveSnapshot } from "./snapshot";
import { useFullscreen } from "./useFullscreen";
import { type KeyCommands, useKeys } from "./useKeys";
import { type Lie, needsOf, useNeeds } from "./useNeeds";
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
  const [prefs, change] = usePrefs(camera, options);
  const lie = lieOf(prefs);
  const [player, view] = usePlayer(host, (box) => engineConfig(config, needsOf(box, lie)));
  useNeeds(host, player, lie);
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
    choose: (chosen) => {
      player?.choose(chosen);
      say(chosen === "auto" ? "Quality: automatic" : `Quality: ${nameOf(chosen)}`);
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
  useKeys({ ...keyCommands(actions, rewind, view), escape: leave });
  const resume = () => setPaused(false);
  const closeHelp = () => setHelp(false);
  return { player, view, prefs, paused, help, full, toast, rewind, actions, resume, closeHelp };
}

const lieOf = ({ fit, turns }: Prefs): Lie => ({
  ...{ cover: fit === "cover", turned: turns % 2 === 1 },
  ...{ attended: true, zoom: 1 },
});

function engineConfig({ base, camera, options }: StageConfig, needs: Needs): EngineConfig {
  const remembered = loadRendition(camera);
  const by = options.quality ? "choice" : remembered ? "memory" : "guess";
  const start = options.quality ?? remembered ?? FIRST;
  return { base, camera, start, by, needs, rewindBytes: MAX_REWIND_BYTES };
}

function keyCommands(
  actions: Actions,
  rewind: Rewinding,
  view: View | null,
): Omit<KeyCommands, "escape"> {
  const step = (by: 1 | -1) => {
    const at = view ? view.ladder.findIndex((one) => sameRendition(one, view)) : -1;
    const next = view?.ladder[at + by];
    if (at >= 0 && next) actions.choose(next);
  };
  return {
    ...actions,
    pip: actions.pip ?? (() => {}),
    auto: () => actions.choose("auto"),
    better: () => step(1),
    lower: () => step(-1),
    back: () => rewind.play(-1),
    forward: () => rewind.play(1),
    letGo: rewind.stop,
  };
}

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
  const working = view?.phase === "live" && view.auto ? labelOf(view) : null;
  useEffect(() => {
    const rendition = working && readLabel(working);
    if (rendition) saveRendition(camera, rendition);
  }, [camera, working]);
}
