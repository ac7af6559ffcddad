/** The last ten seconds as a slider. */

import type { View } from "../stream/view_model";
import type { Rewinding } from "./useRewind";

export function RewindBar({ view, rewind }: { view: View; rewind: Rewinding }) {
  const behind = (view.behindMs ?? 0) / 1000;
  const longest = Math.max(view.rewindMs / 1000, 0.1);
  return (
    <section className="rewind glass" aria-label="Look back">
      <output>{behind < 0.05 ? "now" : `−${behind.toFixed(1)} s`}</output>
      <input
        type="range"
        aria-label="Seconds ago"
        min={-longest}
        max={0}
        step={0.03}
        value={-behind}
        aria-valuetext={`${behind.toFixed(1)} seconds ago`}
        onChange={(e) => rewind.seek(-Number(e.target.value) * 1000)}
      />
      <button type="button" onClick={rewind.live}>
        Back to live
      </button>
    </section>
  );
}
