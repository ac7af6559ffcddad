/** What the commands of a stage do, in groups; `useStage.ts` puts them together. */

import type { Player } from "../stream/player";
import { type Rendition, sameRendition } from "../stream/rendition";
import type { View } from "../stream/view_model";
import type { Commands } from "./commands";
import type { Prefs } from "./prefs";
import { canCopyPictures, copyPicture, copyText, diagnosticsOf } from "./share";
import { saveClip, saveSnapshot } from "./snapshot";
import type { Zooming } from "./useZoom";
import { words } from "./words/words";

/** How the picture is to be seen, remembered. */
export function lookCommands(prefs: Prefs, change: (more: Partial<Prefs>) => void): Commands {
  const { stats, clock, fit, mirror, turns } = prefs;
  return {
    stats: { run: () => change({ stats: !stats }), pressed: stats },
    clock: { run: () => change({ clock: !clock }), pressed: clock },
    fit: {
      run: () => change({ fit: fit === "cover" ? "contain" : "cover" }),
      pressed: fit === "cover",
    },
    mirror: { run: () => change({ mirror: !mirror }), pressed: mirror },
    rotate: {
      run: () => change({ turns: ((turns + 1) % 4) as Prefs["turns"] }),
      pressed: turns !== 0,
    },
  };
}

export const zoomCommands = (zoom: Zooming): Commands => ({
  zoomIn: { run: zoom.in },
  zoomOut: { run: zoom.out },
  zoomWhole: { run: zoom.whole },
  panLeft: { run: () => zoom.pan(-1, 0) },
  panRight: { run: () => zoom.pan(1, 0) },
  panUp: { run: () => zoom.pan(0, -1) },
  panDown: { run: () => zoom.pan(0, 1) },
});

export function qualityCommands(
  view: View | null,
  choose: (rendition: Rendition | "auto") => void,
): Commands {
  const step = (by: 1 | -1) => {
    const at = view ? view.ladder.findIndex((one) => sameRendition(one, view)) : -1;
    const next = view?.ladder[at + by];
    if (at >= 0 && next) choose(next);
  };
  return {
    better: { run: () => step(1) },
    lower: { run: () => step(-1) },
    auto: { run: () => choose("auto") },
  };
}

interface Taken {
  player: Player | null;
  view: View | null;
  camera: string | null;
  say(text: string): void;
  share(): void;
}

/** What a person takes away from here. */
export function takeAwayCommands({ player, view, camera, say, share }: Taken): Commands {
  const snapshot = async () => {
    const taken = await player?.snapshot();
    say(taken ? words.page.saved(saveSnapshot(taken, camera)) : words.page.nothingYet);
  };
  const clip = async () => {
    const film = await player?.clip();
    say(film ? words.page.saved(saveClip(film, camera)) : words.page.nothingYet);
  };
  const copy = async () => say(await copyPicture(player?.snapshot() ?? Promise.resolve(null)));
  const diagnose = async () => say(await copyText(diagnosticsOf(view, camera)));
  return {
    snapshot: { run: () => void snapshot() },
    clip: { run: () => void clip() },
    share: { run: share },
    diagnostics: { run: () => void diagnose() },
    ...(canCopyPictures() && { copy: { run: () => void copy() } }),
  };
}
