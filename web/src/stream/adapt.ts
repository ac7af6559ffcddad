/**
 * Which quality a viewer's link carries. Pure: fed with the arrival of every frame and a clock,
 * asked once a second.
 *
 * The rule is the published one: over 5 s, fewer than 28 frames a second is one step down, more
 * than 32 one step up, between 30 and 95. By itself it oscillates: it climbs until it fails, forgets and
 * climbs again. So a step needs the last second to agree, steps settle before the next, and a
 * quality that failed is not tried again for a while that doubles. A camera slower than 34 has the
 * two limits scaled to what it really delivers, or every viewer of it would end at 30.
 * `npm run bench:adapt` shows the effect beside the bare rule.
 */

import { MAX_QUALITY, MIN_QUALITY, nearestRung, QUALITY_STEP } from "./quality";

const NOMINAL_FPS = 34;
const LOW_FPS = 28;
const HIGH_FPS = 32;
const WINDOW_S = 5;
/** From here on a low rate counts, although the window is not full. */
const WARM_UP_S = 2;
/** A second, less the jitter of the timer that asks. */
const MIN_BETWEEN_DOWNS_S = 0.9;
const MIN_BETWEEN_UPS_S = 3;
/** No way up this soon after a way down. */
const NO_UP_AFTER_DOWN_S = 5;
/** A step up that lasts this long has succeeded; one that fails earlier was beyond the link. */
const PROBE_S = 8;
const FIRST_BACKOFF_S = 10;
const MAX_BACKOFF_S = 120;
/** The stamps overrule the announced rate when they differ by more than this part. */
const ANNOUNCED_TOLERANCE = 0.05;
/** Below this many stamps the camera's rate is a guess. */
const MIN_STAMPS = 10;

/** Why the quality is what it is. */
export type Reason =
  | "warming"
  | "steady"
  | "slow"
  | "recovering"
  | "raised"
  | "ceiling"
  | "settling"
  | "floor"
  | "manual";

/** One arrival, times in seconds; `seq` and `capturedAt` from the stamp where there is one. */
interface Arrival {
  at: number;
  seq?: number;
  capturedAt?: number;
}

export class Adapt {
  quality: number;
  /** The highest quality worth asking for; a small tile asks for less. */
  cap = MAX_QUALITY;
  /** The highest quality that the server gives; no choice goes beyond it. */
  #best = MAX_QUALITY;
  manual = false;
  reason: Reason = "warming";
  /** Frames a second over the window, at the last question. */
  fps = 0;
  sourceFps = NOMINAL_FPS;
  #window: Arrival[] = [];
  #since: number | null = null;
  #announced: number | null = null;
  #lastUp = Number.NEGATIVE_INFINITY;
  #lastDown = Number.NEGATIVE_INFINITY;
  #failed = Number.POSITIVE_INFINITY;
  #failedUntil = 0;
  #backoff = FIRST_BACKOFF_S;

  constructor(start: number = MAX_QUALITY) {
    this.quality = nearestRung(start);
  }

  /** The frame rate that the server announces, or null where it does not. */
  announce(fps: number | null): void {
    this.#announced = fps;
  }

  /** The highest quality that the server gives to this viewer. */
  permit(best: number): void {
    this.#best = best;
    this.quality = Math.min(this.quality, best);
  }

  get best(): number {
    return this.#best;
  }

  arrived(frame: Arrival): void {
    this.#since ??= frame.at;
    const last = this.#window.at(-1);
    // Capture restarted and counts from 0: earlier stamps cannot be compared with these.
    if (frame.seq !== undefined && last?.seq !== undefined && frame.seq < last.seq)
      for (const old of this.#window) old.seq = old.capturedAt = undefined;
    this.#window.push(frame);
  }

  /** After a pause or a new connection the old arrivals say nothing; what failed is remembered. */
  reset(): void {
    this.#window = [];
    this.#since = null;
    this.reason = this.manual ? "manual" : "warming";
  }

  /** A quality chosen by the viewer. */
  choose(quality: number): void {
    this.manual = true;
    this.reason = "manual";
    this.quality = Math.min(nearestRung(quality), this.#best);
  }

  /** Automatic again, from the present quality on. */
  auto(now: number): void {
    if (!this.manual) return;
    this.manual = false;
    this.#lastDown = now;
    this.#failed = Number.POSITIVE_INFINITY;
    this.reason = "settling";
  }

  /** The quality to have from now on. Once a second; not while paused. */
  ask(now: number): number {
    const span = this.#measure(now);
    if (this.manual) return this.quality;
    const top = Math.min(nearestRung(this.cap), this.#best);
    if (this.quality > top) this.quality = top;
    if (span < WARM_UP_S) {
      this.reason = "warming";
      return this.quality;
    }
    const scale = Math.min(1, this.sourceFps / NOMINAL_FPS);
    const low = LOW_FPS * scale;
    const high = HIGH_FPS * scale;
    const lastSecond = this.#countFrom(now - 1);
    if (this.fps < low) this.reason = this.#down(now, lastSecond >= low);
    else if (this.fps > high && this.quality < top && span >= WINDOW_S)
      this.reason = this.#up(now, lastSecond >= high - 1);
    else this.reason = "steady";
    return this.quality;
  }

  #down(now: number, caughtUp: boolean): Reason {
    if (this.quality <= MIN_QUALITY) return caughtUp ? "recovering" : "floor";
    // The window still holds the bad seconds; the last one is good already.
    if (caughtUp) return "recovering";
    if (now - this.#lastDown < MIN_BETWEEN_DOWNS_S) return "slow";
    if (now - this.#lastUp < PROBE_S) this.#backoff = Math.min(MAX_BACKOFF_S, this.#backoff * 2);
    else if (now - this.#lastDown > WINDOW_S) this.#backoff = FIRST_BACKOFF_S;
    this.#failed = this.quality;
    this.#failedUntil = now + this.#backoff;
    this.#lastDown = now;
    this.quality -= QUALITY_STEP;
    return "slow";
  }

  #up(now: number, confirmed: boolean): Reason {
    if (now - this.#lastDown < NO_UP_AFTER_DOWN_S || !confirmed) return "settling";
    if (this.quality >= this.#failed && now - this.#lastUp >= PROBE_S) {
      this.#failed = Number.POSITIVE_INFINITY;
      this.#backoff = FIRST_BACKOFF_S;
    }
    const next = Math.min(nearestRung(this.cap), this.#best, this.quality + QUALITY_STEP);
    if (next >= this.#failed && now < this.#failedUntil) return "ceiling";
    if (now - this.#lastUp < MIN_BETWEEN_UPS_S) return "settling";
    this.#lastUp = now;
    this.quality = next;
    return "raised";
  }

  /** Brings window, fps and source fps up to `now`; how many seconds the window covers. */
  #measure(now: number): number {
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

  #countFrom(from: number): number {
    let n = 0;
    for (let i = this.#window.length - 1; i >= 0 && (this.#window[i]?.at ?? 0) > from; i--) n++;
    return n;
  }

  /** What the camera delivers: by its stamps, else as announced, else as usual. */
  #source(): number {
    const announced = this.#announced ?? NOMINAL_FPS;
    const stamped = this.#window.filter((f) => f.seq !== undefined);
    const first = stamped[0];
    const last = stamped.at(-1);
    if (stamped.length < MIN_STAMPS || !first || !last) return announced;
    const seconds = (last.capturedAt ?? 0) - (first.capturedAt ?? 0);
    if (seconds <= 1) return announced;
    const measured = ((last.seq ?? 0) - (first.seq ?? 0)) / seconds;
    return Math.abs(measured - announced) > ANNOUNCED_TOLERANCE * announced ? measured : announced;
  }
}
