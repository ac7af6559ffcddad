/** The last ten seconds as a slider, which counts from the present and says when the picture was taken. */

import type { View } from "../stream/view_model";
import { clockTime } from "./clock_time";
import type { Rewinding } from "./useRewind";
import { words } from "./words/words";

export function RewindBar({ view, rewind }: { view: View; rewind: Rewinding }) {
  const behind = (view.behindMs ?? 0) / 1000;
  // A picture that is looked at for long is older than the oldest that is kept.
  const longest = Math.max(view.rewindMs / 1000, behind, 0.1);
  const taken = view.shownTakenAt === null ? "" : clockTime(view.shownTakenAt);
  return (
    <section className="rewind glass" aria-label={words.command.back}>
      <output>
        −{behind.toFixed(1)} {words.page.units.s} <time>{taken}</time>
      </output>
      <input
        type="range"
        aria-label={words.page.secondsAgo}
        min={-longest}
        max={0}
        step={0.03}
        value={-behind}
        aria-valuetext={words.page.takenAgo(behind.toFixed(1), taken)}
        onChange={(e) => rewind.seek(-Number(e.target.value) * 1000)}
      />
      <button type="button" onClick={rewind.live}>
        {words.page.backToLive}
      </button>
    </section>
  );
}
