/** The state of a stage and what a viewer can do with it, for the controls and the keys alike. */

import { type RefObject, useEffect, useLayoutEffect, useState } from "react";
import type { Player } from "../stream/player";
import { labelOf, type Rendition, readLabel } from "../stream/rendition";
import type { View } from "../stream/view_model";
import type { Commands } from "./commands";
import { stageConfig } from "./engine_config";
import { needsOf, stageLie } from "./lie";
import { canPip, isBareVideo, leavePip, togglePip } from "./pip";
import { type Prefs, saveRendition } from "./prefs";
import { inSeconds, present } from "./presentation";
import { nameOf } from "./rendition_name";
import type { PageOptions } from "./route";
import { lookCommands, qualityCommands, takeAwayCommands, zoomCommands } from "./stage_commands";
import { canFullscreen, type Shape, toggleFullscreen, useFullscreen } from "./useFullscreen";
import { useIdle } from "./useIdle";
import { useKeys } from "./useKeys";
import { useNeeds } from "./useNeeds";
import { useNotices } from "./useNotices";
import { usePlayer } from "./usePlayer";
import { usePrefs } from "./usePrefs";
import { type Rewinding, useRewind } from "./useRewind";
import { useTheme } from "./useTheme";
import { useToast } from "./useToast";
import { useZoom } from "./useZoom";
import { words } from "./words/words";

/** Tells whoever listens in the page all figures, twice a second. */
const VIEW_EVENT = "rero-view";

export interface StageConfig {
  base: string;
  camera: string | null;
  options: PageOptions;
  /** How many watch it by this gateway; null where that is not known. */
  watching: number | null;
  /** Leads up to the list of cameras; null where there is none. */
  leave: (() => void) | null;
  /** To the next camera, or the one before. */
  turn: (to: 1 | -1) => void;
}

export interface StageState {
  player: Player | null;
  view: View | null;
  prefs: Prefs;
  /** What stands open over everything. */
  dialog: "help" | "share" | null;
  full: boolean;
  idle: boolean;
  zoom: number;
  toast: string;
  rewind: Rewinding;
  commands: Commands;
  choose: (rendition: Rendition | "auto") => void;
  resume: () => void;
  closeDialog: () => void;
}

/** One camera's player in `host`, and everything that a viewer can do with it on `stage`. */
export function useStage(
  stage: RefObject<HTMLElement | null>,
  host: RefObject<HTMLElement | null>,
  config: StageConfig,
): StageState {
  const { camera, options } = config;
  const [prefs, change] = usePrefs(camera, options);
  const [idle, toggleIdle, wake] = useIdle(stage);
  const touched = { tap: toggleIdle, swipe: config.turn, wheelNeedsCtrl: options.embed };
  const zoom = useZoom(stage, host, touched);
  const lie = stageLie(prefs.fit, prefs.turns, zoom.scale);
  const [player, view] = usePlayer(host, (box) => stageConfig(config, needsOf(box, lie)));
  useNeeds(host, player, lie);
  const shown = (view?.width ?? 0) > 0;
  // The bar comes with the first picture, which may take longer than a mouse that does not move.
  useEffect(() => {
    if (shown) wake();
  }, [shown, wake]);
  const [paused, setPaused] = useState(false);
  const [dialog, setDialog] = useState<StageState["dialog"]>(null);
  const [toast, say] = useToast();
  const rewind = useRewind(player, view);
  const full = useFullscreen(view?.phase === "live", shapeOf(view, prefs));
  useEffect(() => player?.hold("wanted", paused), [player, paused]);
  // Without its stage a floating picture never changes, and while it floats a hidden page does not pause.
  useEffect(() => () => void leavePip(), []);
  useMarkedVideo(player, view);
  usePublishedView(stage, view);
  useWorkingQuality(camera, view);
  const choose = (chosen: Rendition | "auto") => {
    player?.choose(chosen);
    say(words.page.qualityIs(chosen === "auto" ? words.page.automatic : nameOf(chosen)));
  };
  const leave = () => {
    if (rewind.open) rewind.live();
    else if (full) toggleFullscreen();
    else if (zoom.scale > 1) zoom.whole();
    else config.leave?.();
  };
  const commands: Commands = {
    ...lookCommands(prefs, change),
    ...zoomCommands(zoom),
    ...qualityCommands(view, choose),
    ...useTheme(say),
    ...useNotices(config, prefs, change, say),
    ...takeAwayCommands({ player, view, camera, say, share: () => setDialog("share") }),
    pause: {
      run: () => setPaused(!paused),
      ...(paused && { icon: "play", name: words.command.play }),
    },
    back: { run: rewind.toggle, pressed: rewind.open },
    forward: { run: () => rewind.play(1) },
    escape: { run: leave },
    help: { run: () => setDialog("help") },
    ...(canFullscreen() && {
      fullscreen: {
        run: toggleFullscreen,
        ...(full && { icon: "window", name: words.command.leaveFullscreen }),
      },
    }),
    ...(canPip && {
      pip: { run: () => void togglePip(stage.current).catch((e) => say(String(e))) },
    }),
  };
  // The button opens the slider; the key plays as long as it is held.
  useKeys({ ...commands, back: { run: () => rewind.play(-1) } }, rewind.stop);
  const [resume, closeDialog] = [() => setPaused(false), () => setDialog(null)];
  return {
    ...{ player, view, prefs, dialog, full, idle, zoom: zoom.scale, toast, rewind },
    ...{ commands, choose, resume, closeDialog },
  };
}

/** How a picture lies after it was turned; null before the first. */
function shapeOf(view: View | null, { turns }: Prefs): Shape | null {
  if (!view?.width || view.width === view.height) return null;
  return view.width > view.height === (turns % 2 === 0) ? "landscape" : "portrait";
}

/** A floating video shows the canvas alone: what the page says over it is drawn into it. */
function useMarkedVideo(player: Player | null, view: View | null) {
  const { label, trust } = present(view);
  const age = trust === "old" ? `, ${words.page.old(inSeconds(view?.ageMs ?? 0))}` : "";
  const said = trust !== "live" && isBareVideo() ? label + age : null;
  useEffect(() => player?.mark(said), [player, said]);
}

function usePublishedView(stage: RefObject<HTMLElement | null>, view: View | null) {
  // Before the page goes on: who listens sees the words that belong to it.
  useLayoutEffect(() => {
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
