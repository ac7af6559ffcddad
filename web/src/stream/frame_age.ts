/**
 * How old a picture is, although the clock that stamped it is not ours.
 *
 * Three sources, the better one first: the gateway's clock by question and answer (the exchange
 * with the shortest round trip counts); our own clock taken as it is; and, when the result cannot
 * be true, the freshest picture seen so far as the measure of all others. A clock that is wrong
 * can so neither make every picture old nor any picture younger than it is by more than half a
 * round trip. What it cannot see is a delay that was there from the first picture on and never
 * shrank.
 */

/** Ages above this of even the freshest picture are a wrong clock and no delay. */
const MAX_PLAUSIBLE_AGE_MS = 1_000;
/**
 * So long after the first picture one fresh enough to be believed has come, where nothing but a delay at the
 * beginning kept the first ones: what is still implausible is a wrong clock.
 */
const SETTLED_AFTER_MS = 3_000;
/** Clocks drift apart; the freshest picture's age may rise by this much, 0.1 ms a second. */
const CLOCK_DRIFT_RATE = 1e-4;
/** Each exchange makes the best one so far count for less: it tells of clocks as they were. */
const ROUND_TRIP_AGING = 1.02;

export class FrameAge {
  /** Gateway's clock minus ours. */
  #offsetMs = 0;
  #shortestMs = Number.POSITIVE_INFINITY;
  #freshestMs = Number.POSITIVE_INFINITY;
  #freshestAt = 0;
  #firstAt: number | null = null;

  /** All in milliseconds since the epoch: our clock at question and answer, theirs in between. */
  replied(askedAt: number, answeredAt: number, theirs: number): void {
    const roundTrip = answeredAt - askedAt;
    this.#shortestMs *= ROUND_TRIP_AGING;
    if (roundTrip < 0 || roundTrip > this.#shortestMs) return;
    const offset = theirs - (askedAt + answeredAt) / 2;
    this.#freshestMs += offset - this.#offsetMs;
    this.#offsetMs = offset;
    this.#shortestMs = roundTrip;
  }

  /** For a new connection: another gateway may answer there. */
  reset(): void {
    this.#offsetMs = 0;
    this.#shortestMs = Number.POSITIVE_INFINITY;
    this.#freshestMs = Number.POSITIVE_INFINITY;
    this.#firstAt = null;
  }

  /**
   * Whether the ages are more than a guess at `now`: the gateway has answered, and what it makes of the freshest
   * picture can be true. Until then one that was long on its way is taken for one by a wrong clock, and
   * so for a fresh one. A gateway that never answers is waited for no longer than for fresh pictures.
   */
  isKnown(now: number): boolean {
    if (this.#firstAt !== null && now - this.#firstAt >= SETTLED_AFTER_MS) return true;
    return Number.isFinite(this.#shortestMs) && this.#isPlausible;
  }

  /** Age at `now` (our clock, milliseconds since the epoch) of what was captured at `capturedAt`. */
  ageMs(capturedAt: number, now: number): number {
    this.#firstAt ??= now;
    const age = now + this.#offsetMs - capturedAt;
    const drifted = this.#freshestMs + CLOCK_DRIFT_RATE * Math.max(0, now - this.#freshestAt);
    this.#freshestMs = Math.min(age, drifted);
    this.#freshestAt = now;
    return Math.max(0, age - this.#skew());
  }

  get #isPlausible(): boolean {
    return this.#freshestMs >= 0 && this.#freshestMs <= MAX_PLAUSIBLE_AGE_MS;
  }

  #skew(): number {
    if (this.#isPlausible) return 0;
    const oneWay = Number.isFinite(this.#shortestMs) ? this.#shortestMs / 2 : 0;
    return this.#freshestMs - oneWay;
  }
}
