/** The stream's figures, with the last minute as a chart. */

import type { Reason } from "../stream/adapt";
import { HISTORY_SAMPLES, type Sample } from "../stream/stats";
import type { View } from "../stream/view_model";
import { nameOf } from "./rendition_name";

const REASON_WORDS: Record<Reason, string> = {
  warming: "measuring",
  steady: "steady",
  slow: "link is slow",
  recovering: "recovering",
  raised: "raised",
  ceiling: "at the link's limit",
  settling: "settling",
  floor: "lowest",
  manual: "chosen",
};

export function StatsCard({ view }: { view: View }) {
  const rows: [string, string][] = [
    ["Quality", `${nameOf(view)} · ${view.auto ? `auto, ${REASON_WORDS[view.reason]}` : "chosen"}`],
    ["Frame rate", frameRate(view)],
    ["Bit rate", bitRate(view)],
    ["Picture age", view.ageMs === null ? "not known" : `${Math.round(view.ageMs)} ms`],
    ["Size", view.width ? `${view.width} × ${view.height}` : "–"],
    ["Skipped", `${view.totals.skipped}`],
    ["Corrupt", `${view.totals.corrupt}`],
    ["Decoding", `${view.decodeMs.toFixed(1)} ms`],
    ["Longest gap", `${Math.round(view.totals.longestGapMs)} ms`],
  ];
  if (view.moved !== null) rows.push(["In motion", `${(100 * view.moved).toFixed(0)} %`]);
  if (view.camera?.source)
    rows.push(["Camera", [view.camera.source, view.camera.format].filter(Boolean).join(" · ")]);
  return (
    <section className="stats glass" aria-label="Stream figures">
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Chart history={view.history} />
    </section>
  );
}

/** With what was asked for where that is not all. */
function frameRate({ fps, sourceFps, rate }: View): string {
  const asked = rate === null ? "" : `, ${rate.toFixed(1)} asked for`;
  return `${fps.toFixed(1)} of ${sourceFps.toFixed(0)} fps${asked}`;
}

/** With deltas also what it would be without. */
function bitRate({ kbps, wholeKbps, moved }: View): string {
  const inMegabits = (rate: number) => (rate / 1000).toFixed(1);
  const of = moved === null ? "" : ` of ${inMegabits(wholeKbps)}`;
  return `${inMegabits(kbps)}${of} Mb/s`;
}

const CHART_WIDTH = 240;
const CHART_HEIGHT = 56;

function Chart({ history }: { history: readonly Sample[] }) {
  const fastest = Math.max(34, ...history.map((s) => s.fps));
  const oldest = Math.max(250, ...history.map((s) => s.ageMs ?? 0));
  return (
    <figure className="chart" aria-hidden="true">
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${CHART_WIDTH} ${CHART_HEIGHT}`}
        preserveAspectRatio="none"
      >
        <polyline className="line-quality" points={line(history, (s) => s.quality / 100)} />
        <polyline className="line-age" points={line(history, (s) => (s.ageMs ?? 0) / oldest)} />
        <polyline className="line-fps" points={line(history, (s) => s.fps / fastest)} />
      </svg>
      <figcaption>
        <span className="line-fps">fps</span>
        <span className="line-age">age</span>
        <span className="line-quality">quality</span>
        <span>last minute</span>
      </figcaption>
    </figure>
  );
}

/** The newest sample sits at the right edge. */
function line(history: readonly Sample[], height: (sample: Sample) => number): string {
  const from = HISTORY_SAMPLES - history.length;
  return history
    .map((sample, i) => {
      const x = ((from + i) * CHART_WIDTH) / (HISTORY_SAMPLES - 1);
      return `${x.toFixed(1)},${(CHART_HEIGHT - 2 - height(sample) * (CHART_HEIGHT - 4)).toFixed(1)}`;
    })
    .join(" ");
}
