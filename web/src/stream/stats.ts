/**
 * What a viewer is told about the stream: rates over the last second, totals since the start, and
 * a minute of history for the chart. Pure: every method takes the time in milliseconds.
 */

import type { Report } from "./protocol";
import type { Received } from "./rebuild";
import type { Stamp } from "./stamp";
import { HISTORY_SAMPLES, type Sample, type Totals } from "./view_model";

/** A pause between two pictures that the eye sees. */
const FREEZE_GAP_MS = 250;
const RATE_WINDOW_MS = 1_000;

interface Arrival {
  at: number;
  bytes: number;
  /** Without deltas. */
  whole: number;
  /** The share of the picture that came; null of a whole frame. */
  moved: number | null;
}

export class Stats {
  readonly totals: Totals = {
    received: 0,
    drawn: 0,
    bytes: 0,
    skipped: 0,
    corrupt: 0,
    freezes: 0,
    longestGapMs: 0,
    switches: 0,
  };
  decodeMs = 0;
  /** Age at the moment of drawing, of the last picture drawn. */
  ageMs: number | null = null;
  history: readonly Sample[] = [];
  #corruptInARow = 0;
  #arrivals: Arrival[] = [];
  #draws: number[] = [];
  #drawnAt = 0;
  /** The draw before the next one; null after an interruption. */
  #lastDraw: number | null = null;
  #lastStamp: Stamp | null = null;
  #skippedReported = 0;
  /** One of so many frames is asked for, and so they are apart: the others are not missed. */
  #every = 1;
  #askedGapMs = 0;

  /** From now on one of so many frames is asked for; `fps` null is all of them. */
  pace(every: number, fps: number | null): void {
    this.#every = every;
    this.#askedGapMs = fps === null ? 0 : 1_000 / fps;
  }

  received(
    { bytes, size, stamp, patch }: Pick<Received, "bytes" | "size" | "stamp" | "patch">,
    now: number,
  ): void {
    this.totals.received++;
    this.totals.bytes += bytes;
    const moved = patch && patch.changed.length / patch.picture.layout.intervals;
    this.#arrivals.push({ at: now, bytes, whole: size, moved });
    if (stamp && this.#lastStamp?.run === stamp.run)
      this.totals.skipped += Math.max(
        0,
        Math.round((stamp.seq - this.#lastStamp.seq) / this.#every) - 1,
      );
    if (stamp) this.#lastStamp = stamp;
  }

  /** A frame was a picture, or none. */
  decoded(isPicture: boolean): void {
    this.#corruptInARow = isPicture ? 0 : this.#corruptInARow + 1;
    if (!isPicture) this.totals.corrupt++;
  }

  drawn(ageMs: number | null, decodeMs: number, now: number): void {
    this.totals.drawn++;
    this.#draws.push(now);
    if (this.#lastDraw !== null) {
      const gap = now - this.#lastDraw;
      if (gap > FREEZE_GAP_MS && gap > 2 * this.#askedGapMs) this.totals.freezes++;
      this.totals.longestGapMs = Math.max(this.totals.longestGapMs, gap);
    }
    this.#lastDraw = this.#drawnAt = now;
    this.ageMs = ageMs;
    this.decodeMs = this.decodeMs === 0 ? decodeMs : 0.9 * this.decodeMs + 0.1 * decodeMs;
  }

  /** Age of the picture on screen; null where no stamp tells. */
  ageNow(now: number): number | null {
    return this.ageMs === null ? null : this.ageMs + now - this.#drawnAt;
  }

  /** Now it is known better how old the picture on screen is. */
  aged(ageMs: number | null, now: number): void {
    this.ageMs = ageMs === null ? null : ageMs - (now - this.#drawnAt);
  }

  /** The stream paused or began anew: the time in between is no freeze and no loss. */
  interrupted(): void {
    this.#lastDraw = null;
    this.#lastStamp = null;
  }

  /** What of it a page may show. */
  view(now: number) {
    return {
      shownFps: this.shownFps(now),
      kbps: this.kbps(now),
      wholeKbps: this.wholeKbps(now),
      moved: this.moved(now),
      ageMs: this.ageNow(now),
      decodeMs: this.decodeMs,
      corruptInARow: this.#corruptInARow,
      totals: { ...this.totals },
    };
  }

  /** Bits a second over the last second, in thousands. */
  kbps(now: number): number {
    this.#forget(now);
    return (this.#arrivals.reduce((sum, a) => sum + a.bytes, 0) * 8) / RATE_WINDOW_MS;
  }

  /** The same, had every frame come whole. */
  wholeKbps(now: number): number {
    this.#forget(now);
    return (this.#arrivals.reduce((sum, a) => sum + a.whole, 0) * 8) / RATE_WINDOW_MS;
  }

  /** The mean share of the picture that came with a delta in the last second; null without any. */
  moved(now: number): number | null {
    this.#forget(now);
    const shares = this.#arrivals.flatMap(({ moved }) => moved ?? []);
    return shares.length === 0 ? null : shares.reduce((sum, one) => sum + one, 0) / shares.length;
  }

  /** Pictures put on the canvas in the last second. */
  shownFps(now: number): number {
    this.#forget(now);
    return this.#draws.length;
  }

  /** What the gateway is told, since it was last told. */
  report(fps: number): Report {
    return {
      fps: Math.round(fps * 10) / 10,
      age_ms: this.ageMs === null ? null : Math.round(this.ageMs),
      skipped: this.takeSkipped(),
    };
  }

  /** Frames skipped since this was last asked. */
  takeSkipped(): number {
    const since = this.totals.skipped - this.#skippedReported;
    this.#skippedReported = this.totals.skipped;
    return since;
  }

  remember(quality: number, now: number): void {
    const sample: Sample = { fps: this.shownFps(now), ageMs: this.ageNow(now), quality };
    this.history = [...this.history.slice(1 - HISTORY_SAMPLES), sample];
  }

  #forget(now: number): void {
    const from = now - RATE_WINDOW_MS;
    this.#arrivals = this.#arrivals.filter((a) => a.at > from);
    this.#draws = this.#draws.filter((at) => at > from);
  }
}
