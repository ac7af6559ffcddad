/** The stream's figures, with the last minute as a chart. */

import { useEffect } from "react";
import { HISTORY_SAMPLES, type Sample, type View } from "../stream/view_model";
import { nameOf } from "./rendition_name";
import { askNow } from "./useCameras";
import { words } from "./words/words";

/** `watching`: how many do by this gateway, which is asked when the figures are opened. */
export function StatsCard({ view, watching }: { view: View; watching: number | null }) {
  const { stats } = words;
  const live = view.phase === "live";
  useEffect(() => {
    if (live) askNow();
  }, [live]);
  const why = view.auto ? stats.auto(words.reason[view.reason]) : stats.chosen;
  const rows: [string, string][] = [
    [stats.quality, `${nameOf(view)} · ${why}`],
    [stats.frameRate, frameRate(view)],
    [stats.bitRate, bitRate(view)],
    [stats.age, view.ageMs === null ? stats.notKnown : `${Math.round(view.ageMs)} ms`],
    [stats.size, view.width ? `${view.width} × ${view.height}` : "–"],
    [stats.skipped, `${view.totals.skipped}`],
    [stats.corrupt, `${view.totals.corrupt}`],
    [stats.decoding, `${view.decodeMs.toFixed(1)} ms`],
    [stats.longestGap, `${Math.round(view.totals.longestGapMs)} ms`],
  ];
  if (view.moved !== null) rows.push([stats.inMotion, `${(100 * view.moved).toFixed(0)} %`]);
  if (watching !== null && watching > 0) rows.push([stats.watching, `${watching}`]);
  if (view.camera?.source)
    rows.push([stats.camera, [view.camera.source, view.camera.format].filter(Boolean).join(" · ")]);
  return (
    <section className="stats glass" aria-label={stats.title}>
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
  const { stats } = words;
  const asked = rate === null ? "" : `, ${stats.askedFor(rate.toFixed(1))}`;
  return stats.ofFps(fps.toFixed(1), sourceFps.toFixed(0)) + asked;
}

/** With deltas also what it would be without. */
function bitRate({ kbps, wholeKbps, moved }: View): string {
  const inMegabits = (rate: number) => (rate / 1000).toFixed(1);
  const of = moved === null ? "" : ` ${words.stats.of(inMegabits(wholeKbps))}`;
  return `${inMegabits(kbps)}${of} Mb/s`;
}

const CHART_WIDTH = 240;
const CHART_HEIGHT = 56;

function Chart({ history }: { history: readonly Sample[] }) {
  const [fps, age, quality, lastMinute] = words.stats.chart;
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
        <span className="line-fps">{fps}</span>
        <span className="line-age">{age}</span>
        <span className="line-quality">{quality}</span>
        <span>{lastMinute}</span>
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
