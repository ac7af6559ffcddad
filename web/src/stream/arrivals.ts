/**
 * What the last seconds of arrivals tell: how many frames a second came, and how many the camera made.
 * Pure; times in seconds.
 */

export const NOMINAL_FPS = 34;
export const WINDOW_S = 5;
/** The stamps overrule the announced rate when they differ by more than this part. */
const ANNOUNCED_TOLERANCE = 0.05;
/** Fewer stamps tell the camera's rate where they cover more time: those of a slow one are never many. */
const MIN_STAMPS = 10;
const FEW_STAMPS_S = 1.5;

/** One arrival; `seq` and `capturedAt` from the stamp where there is one. */
export interface Arrival {
  at: number;
  seq?: number;
  capturedAt?: number;
}

export class Arrivals {
  /** Frames a second over the window, when it was last measured. */
  fps = 0;
  sourceFps = NOMINAL_FPS;
  #window: Arrival[] = [];
  #since: number | null = null;
  #announced: number | null = null;
  /** By the stamps of a window that has gone. */
  #stamped: number | null = null;

  /** The frame rate that the server announces, or null where it does not. */
  announce(fps: number | null): void {
    if (fps !== this.#announced) this.#stamped = null;
    this.#announced = fps;
  }

  add(frame: Arrival): void {
    this.#since ??= frame.at;
    const last = this.#window.at(-1);
    // Capture restarted and counts from 0: earlier stamps cannot be compared with these.
    if (frame.seq !== undefined && last?.seq !== undefined && frame.seq < last.seq)
      for (const old of this.#window) old.seq = old.capturedAt = undefined;
    this.#window.push(frame);
  }

  clear(): void {
    this.#window = [];
    this.#since = null;
  }

  /** Brings everything up to `now`; how many seconds the window covers. */
  measure(now: number): number {
    const from = now - WINDOW_S;
    let stale = 0;
    while ((this.#window[stale]?.at ?? now) <= from) stale++;
    this.#window.splice(0, stale);
    if (this.#since === null) return 0;
    const span = Math.min(WINDOW_S, now - this.#since);
    this.fps = span > 0 ? this.#window.length / span : 0;
    this.sourceFps = this.#source();
    return span;
  }

  /** The newest. */
  get last(): Arrival | undefined {
    return this.#window.at(-1);
  }

  countFrom(from: number): number {
    let n = 0;
    for (let i = this.#window.length - 1; i >= 0 && (this.#window[i]?.at ?? 0) > from; i--) n++;
    return n;
  }

  /** The arrivals since then: how many, over which time, and how many a second the camera made. */
  since(from: number): { count: number; first: number; last: number; made: number } {
    const count = this.countFrom(from);
    const first = this.#window.at(-count) ?? { at: from };
    const last = this.last ?? first;
    return {
      count,
      first: first.at,
      last: last.at,
      // Fewer than usual may be few already; more are pictures that its driver held back.
      made: Math.min(this.sourceFps, stampedRate(first, last) ?? this.sourceFps),
    };
  }

  /** What the camera delivers: by its stamps, else as announced, else as usual. */
  #source(): number {
    const announced = this.#announced ?? NOMINAL_FPS;
    const stamped = this.#window.filter((f) => f.seq !== undefined);
    const [first, last] = [stamped[0], stamped.at(-1)];
    const seconds = (last?.capturedAt ?? 0) - (first?.capturedAt ?? 0);
    const measured = first && last && stampedRate(first, last);
    const least = stamped.length < MIN_STAMPS ? FEW_STAMPS_S : 1;
    if (!measured || stamped.length < 3 || seconds <= least) return this.#stamped ?? announced;
    const differs = Math.abs(measured - announced) > ANNOUNCED_TOLERANCE * announced;
    this.#stamped = differs ? measured : announced;
    return this.#stamped;
  }
}

/** Pictures a second that the camera made between two, by their stamps; null where these do not tell. */
function stampedRate(first: Arrival, last: Arrival): number | null {
  const made = (last.seq ?? Number.NaN) - (first.seq ?? Number.NaN);
  const seconds = (last.capturedAt ?? Number.NaN) - (first.capturedAt ?? Number.NaN);
  return made > 0 && seconds > 0 ? made / seconds : null;
}

/** Whether one picture followed the other at the camera already, as late as it came here; one of `every` is sent. */
export function madeNoneBetween(one: Arrival, next: Arrival, every: number): boolean {
  const skipped = (next.seq ?? Number.NaN) - (one.seq ?? Number.NaN);
  const made = (next.capturedAt ?? 0) - (one.capturedAt ?? 0);
  return skipped > 0 && skipped <= every && made > (next.at - one.at) / 2;
}
