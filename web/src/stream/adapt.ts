/**
 * Which rendition, and which part of the pictures, a viewer's link carries. Pure: fed with the arrival
 * of every frame and a clock, asked once a second.
 *
 * The rule is the published one: over 5 s, fewer than 28 frames a second is one step down, more
 * than 32 one step up, between the cheapest step and the dearest that is worth it. By itself it
 * oscillates: it climbs until it fails, forgets and climbs again. So a step needs the last second to
 * agree, steps settle before the next, and a step that failed is not tried again for a while that
 * doubles. Where fewer than 34 are to come, from a slower camera or because fewer were asked for, the two
 * limits are scaled. Where the link is unknown the first steps are large: `explore`. While nothing comes it
 * may be the camera's fault: what was decided then is taken back once that is known, `excuse`.
 * `npm run bench:adapt` shows the effect beside the bare rule.
 */

import { type Arrival, Arrivals, madeNoneBetween, WINDOW_S } from "./arrivals";
import { backoffAfter, type Ceiling, NO_CEILING, PROBE_S } from "./ceiling";
import { costOf, Ladder, type Step } from "./ladder";
import { limits } from "./limits";
import { EVERYTHING, type Wants } from "./needs";
import type { Reason } from "./reason";
import { BEST, RENDITIONS, type Rendition, sameRendition } from "./rendition";

/** From here on a low rate counts, although the window is not full. */
const WARM_UP_S = 2;
/** A second, less the jitter of the timer that asks. */
const MIN_BETWEEN_DOWNS_S = 0.9;
const MIN_BETWEEN_UPS_S = 3;
/** No way up this soon after a way down. */
const NO_UP_AFTER_DOWN_S = 5;
/** So long a step is looked at while the link is unknown, and so long where no picture comes. */
const EXPLORE_S = 0.5;
const EXPLORE_SILENCE_S = 1;
/** A change takes half a round trip to reach the server and another for its frames to reach us. */
const SWITCH_MAX_S = 0.5;
/** How much dearer the next step may be while all pictures come. */
const EXPLORE_FACTOR = 4;
/** Of what the link was seen to carry, what is then asked for. */
const EXPLORE_MARGIN = 0.85;
/** Fewer than this part of what is to come: the link carries far less, and a step would not do. */
const COLLAPSED = 0.3;
/** A rate that is asked for changes by so much before what came is judged anew. */
const TURNED = 0.1;
/** So long without a picture is silence, in which a link and a camera cannot be told apart. */
const SILENCE_S = 0.5;

interface BeforeSilence {
  readonly step: Step;
  readonly every: number;
  readonly exploring: number | null;
  readonly ceiling: Ceiling;
}

export class Adapt {
  readonly arrivals = new Arrivals();
  reason: Reason = "warming";
  #given: readonly Rendition[] = RENDITIONS;
  #paces = true;
  #wants: Wants = EVERYTHING;
  #ladder = new Ladder(RENDITIONS, BEST, true);
  #at: number;
  #chosen: Rendition | null = null;
  /** Since when a step is looked at while the link is unknown; null: it is known. */
  #exploring: number | null = null;
  #lastUp = Number.NEGATIVE_INFINITY;
  #lastDown = Number.NEGATIVE_INFINITY;
  #ceiling = NO_CEILING;
  /** What was decided when the silence began in which steps down were made. */
  #beforeSilence: BeforeSilence | null = null;
  /** What was asked for when the arrivals were last judged. */
  #judgedRate: number | null = null;

  constructor(start: Rendition = BEST) {
    this.#at = this.#ladder.place({ rendition: start, every: 1 });
  }

  get rendition(): Rendition {
    return this.#chosen ?? this.#step.rendition;
  }

  get manual(): boolean {
    return this.#chosen !== null;
  }

  /** What the server gives this viewer, in order of bit rate. */
  get given(): readonly Rendition[] {
    return this.#given;
  }

  /** The best that is worth asking for. */
  get top(): Rendition {
    return this.#ladder.at(this.#ladder.top).rendition;
  }

  /** Whether the link carries fewer than all pictures even of the cheapest rendition. */
  get fewer(): boolean {
    return this.#chosen === null && this.#step.every > 1;
  }

  /** One of so many of the camera's pictures. */
  get every(): number {
    const { maxFps } = this.#wants;
    const { sourceFps } = this.arrivals;
    // A camera that is a little faster than announced is no reason for another part.
    const least = maxFps === null ? 1 : Math.max(1, Math.ceil(sourceFps / maxFps - 0.05));
    return Math.max(least, this.#chosen ? 1 : this.#step.every);
  }

  /** Pictures a second to ask the server for; null is all of them. */
  get rate(): number | null {
    return this.every === 1 ? null : Math.round((10 * this.arrivals.sourceFps) / this.every) / 10;
  }

  get #step(): Step {
    return this.#ladder.at(this.#at);
  }

  /** Pictures a second that are to come. */
  get #expected(): number {
    return this.arrivals.sourceFps / this.every;
  }

  /** What the server gives, in its order; `paces`: also fewer pictures where they are asked for. */
  permit(given: readonly Rendition[], paces: boolean): void {
    this.#given = given;
    this.#paces = paces;
    this.#rebuild();
    const chosen = this.#chosen;
    if (chosen && !given.some((r) => sameRendition(r, chosen))) this.choose(chosen);
  }

  /** What the viewer has use for, from now on. Much more than before, and the way up is short. */
  want(wants: Wants, now: number): void {
    const { every } = this;
    const stood = this.#ladder.place(this.#beforeSilence?.step ?? this.#step);
    const before = this.#ladder.top - stood;
    this.#wants = wants;
    this.#rebuild();
    if (this.every !== every) this.reset();
    if (before === 0 && this.#ladder.top - this.#at > 1) this.explore(now);
  }

  /** The link is not known: from the present step on, to what it carries, in large steps. */
  explore(now: number): void {
    this.#exploring = now;
  }

  /** After a pause or a new connection the old arrivals say nothing; what failed is remembered. */
  reset(): void {
    this.arrivals.clear();
    this.reason = this.manual ? "manual" : "warming";
  }

  /** Every picture that comes. */
  arrived(frame: Arrival): void {
    const { last } = this.arrivals;
    const before = this.#beforeSilence;
    if (last && before && madeNoneBetween(last, frame, before.every)) this.excuse();
    this.#beforeSilence = null;
    this.arrivals.add(frame);
  }

  /** Nothing came because the camera made nothing: what was made of that silence is taken back. */
  excuse(): void {
    const before = this.#beforeSilence;
    if (!before) return;
    this.#beforeSilence = null;
    this.#at = this.#ladder.place(before.step);
    this.#exploring = before.exploring ?? this.#exploring;
    this.#ceiling = before.ceiling;
  }

  /** A rendition chosen by the viewer; where it is not given, the next one below that is. */
  choose(rendition: Rendition): void {
    const all = new Ladder(this.#given, BEST, false);
    this.#chosen = all.at(all.place({ rendition, every: 1 })).rendition;
    this.reason = "manual";
  }

  /** Automatic, from this rendition on or from the present one. */
  auto(now: number, from: Rendition = this.rendition): void {
    if (this.#chosen) {
      this.#lastDown = now;
      this.reason = "settling";
    }
    this.#chosen = null;
    this.#beforeSilence = null;
    this.#ceiling = NO_CEILING;
    this.#at = this.#ladder.place({ rendition: from, every: 1 });
  }

  /** Frames of what was last asked for come from now on. */
  switched(now: number): void {
    if (this.#exploring !== null) this.#exploring = Math.min(this.#exploring, now);
  }

  /** Large steps while the link is unknown; to be asked a few times a second. */
  exploreNow(now: number): void {
    const from = this.#exploring;
    if (from === null || this.manual || now < from) return;
    this.arrivals.measure(now);
    const { count, first, last, made } = this.arrivals.since(from);
    const expected = made / this.every;
    // Before the first picture the camera may be waking.
    if (count === 0) return;
    const silent = count === 1;
    const span = silent ? now - first : last - first;
    const [least, frames] = silent ? [EXPLORE_SILENCE_S, 3] : [EXPLORE_S, 4];
    // No more than what is kept can tell: of a picture a second it would never be enough.
    if (span < Math.min(WINDOW_S / 2, Math.max(least, frames / expected))) return;
    const part = (silent ? 1 : count - 1) / span / expected;
    const cost = costOf(this.#step);
    const low = limits(expected).low / expected;
    if (part < low) this.#fall(now, part * cost * EXPLORE_MARGIN);
    else if (this.#at === this.#ladder.top) this.#exploring = null;
    else {
      this.#at = Math.max(this.#at + 1, this.#ladder.affordable(EXPLORE_FACTOR * cost));
      this.#lastUp = now;
      this.#exploring = now + SWITCH_MAX_S;
    }
  }

  /** The step to stand on from now on. Once a second; not while paused. */
  ask(now: number): void {
    const span = this.arrivals.measure(now);
    if (this.manual) return;
    if (this.#exploring !== null || span < WARM_UP_S) {
      this.reason = "warming";
      return;
    }
    const { low, high } = limits(this.#expected);
    const { fps } = this.arrivals;
    const lastSecond = this.arrivals.countFrom(now - 1);
    const { every } = this;
    if (fps < low) this.reason = this.#down(now, lastSecond >= low);
    else if (fps > high && this.#at < this.#ladder.top && span >= WINDOW_S)
      this.reason = this.#up(now, lastSecond >= high - 1);
    else this.reason = "steady";
    const { rate } = this;
    const turned = rate !== null && Math.abs(rate / (this.#judgedRate ?? rate) - 1) > TURNED;
    this.#judgedRate = rate;
    // What came until now came at another rate.
    if (this.every !== every || turned) this.arrivals.clear();
  }

  #down(now: number, caughtUp: boolean): Reason {
    if (this.#at === 0) return caughtUp ? "recovering" : "floor";
    // The window still holds the bad seconds; the last one is good already.
    if (caughtUp) return "recovering";
    if (now - this.#lastDown < MIN_BETWEEN_DOWNS_S) return "slow";
    const backoff = backoffAfter(this.#ceiling, now - this.#lastUp, now - this.#lastDown);
    const part = this.arrivals.fps / this.#expected;
    if (part < COLLAPSED) this.#fall(now, part * costOf(this.#step), backoff);
    else this.#stepDown(now, this.#at - 1, backoff);
    return "slow";
  }

  #up(now: number, confirmed: boolean): Reason {
    if (now - this.#lastDown < NO_UP_AFTER_DOWN_S || !confirmed) return "settling";
    const { step, until } = this.#ceiling;
    const failed = step ? this.#ladder.place(step) : Number.POSITIVE_INFINITY;
    if (this.#at >= failed && now - this.#lastUp >= PROBE_S) this.#ceiling = NO_CEILING;
    else if (this.#at + 1 >= failed && now < until) return "ceiling";
    if (now - this.#lastUp < MIN_BETWEEN_UPS_S) return "settling";
    this.#lastUp = now;
    this.#at++;
    return "raised";
  }

  /** Down to what costs no more than this, at once. */
  #fall(now: number, cost: number, backoff = this.#ceiling.backoff): void {
    this.#stepDown(now, Math.min(this.#at - 1, this.#ladder.affordable(cost)), backoff);
    this.#exploring = null;
  }

  #stepDown(now: number, to: number, backoff: number): void {
    const silence = now - (this.arrivals.last?.at ?? Number.NEGATIVE_INFINITY);
    if (silence > Math.max(SILENCE_S, 3 / this.#expected))
      this.#beforeSilence ??= {
        step: this.#step,
        every: this.every,
        exploring: this.#exploring,
        ceiling: this.#ceiling,
      };
    this.#at = Math.max(0, to);
    this.#ceiling = { step: this.#ladder.at(this.#at + 1), until: now + backoff, backoff };
    this.#lastDown = now;
  }

  /** The same step on another ladder, or the next one below it. */
  #rebuild(): void {
    const step = this.#step;
    this.#ladder = new Ladder(this.#given, this.#wants.top, this.#paces);
    this.#at = this.#ladder.place(step);
  }
}
