/** What stands over a picture that is shown, in a corner of the stage. */

import { dateAndTime } from "./clock_time";
import { Icon } from "./icons";
import { inSeconds, OLD_AGE_MS, type Presentation } from "./presentation";
import { StatsCard } from "./StatsCard";
import type { StageState } from "./useStage";
import { words } from "./words/words";

/** Figures, the picture's age once it is old, a note. */
export function Corner(p: { state: StageState; now: Presentation; watching: number | null }) {
  const { now } = p;
  const { view, prefs, zoom } = p.state;
  const age = Math.max(view?.ageMs ?? 0, view?.silentMs ?? 0);
  return (
    <div className="corner">
      {prefs.stats && view && <StatsCard view={view} watching={p.watching} />}
      {age > OLD_AGE_MS && now.trust === "old" && (
        <p className="chip old">
          <Icon name="wait" /> {words.page.old(inSeconds(age))}
        </p>
      )}
      {prefs.clock && view?.shownTakenAt != null && (
        <p className="chip clock">
          <time>{dateAndTime(view.shownTakenAt)}</time>
        </p>
      )}
      {zoom > 1 && <p className="chip">{words.page.enlarged(zoom.toFixed(1))}</p>}
      {now.note && <p className="chip">{now.note}</p>}
    </div>
  );
}
