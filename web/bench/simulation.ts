/**
 * A viewer, a server and a link between them, simulated in steps of one millisecond. The link is a
 * fluid: one flow, no loss, no retransmission; a new connection pays two round trips and TCP's slow
 * start. Good for comparing rules with each other, no promise of absolute figures.
 */

import { type Rendition, rankOf, sameRendition } from "../src/stream/rendition";
import { gauss, random } from "./random";
import type { Scene } from "./scenes";

const ROUND_TRIP_MS = 40;
const ONE_WAY_MS = ROUND_TRIP_MS / 2;
const FIRST_WINDOW_BYTES = 14_600;
/** What the ack window allows beyond the round trip. */
const ACK_WINDOW_MS = 100;
const FREEZE_GAP_MS = 250;

/** Megabits a second at a time in seconds. */
export type Trace = (at: number) => number;

/** What a viewer asks the server for; `fps` null is every picture. */
export interface Asked {
  rendition: Rendition;
  fps: number | null;
}

export interface Rule {
  arrived(at: number, seq: number, capturedAt: number): void;
  /** What was asked for comes from now on. */
  switched?(at: number): void;
  /** Four times a second; `due` once a second. */
  ask(at: number, due: boolean): Asked;
}

export interface Setup {
  trace: Trace;
  scene: Scene;
  rule: Rule;
  /** `queue` sends every frame, however late; `acks` keeps to the window and skips. */
  server: "queue" | "acks";
  /** How a change of quality is made. */
  change: "reconnect" | "inband";
  seconds: number;
  fps: number;
  /** When the camera makes no pictures, at a time in seconds. */
  pauses?: (at: number) => boolean;
}

export interface Result {
  /** On the ladder of 23 renditions, 1 to 23. */
  step: number;
  /** The same, counting only seconds in which at least 28 of 34 frames came. */
  effective: number;
  fps: number;
  badPercent: number;
  freezesPerMinute: number;
  switchesPerMinute: number;
  age50: number;
  age95: number;
}

interface Frame {
  seq: number;
  capturedAt: number;
  step: number;
  left: number;
}

class Connection {
  closed = false;
  asked: Asked;
  readonly opensAt: number;
  readonly queue: Frame[] = [];
  /** Capture times of what was sent and not acknowledged, by sequence number. */
  readonly unacknowledged = new Map<number, number>();
  shortest = Number.POSITIVE_INFINITY;
  /** The newest frame, waiting for the window. */
  waiting: { seq: number; capturedAt: number; bytes: (rendition: Rendition) => number } | null =
    null;
  /** Capture time of the last frame that was not left out for the rate. */
  #pacedAt = Number.NEGATIVE_INFINITY;
  #window = FIRST_WINDOW_BYTES;
  #grownAt = 0;

  constructor(asked: Asked, at: number) {
    this.asked = asked;
    this.opensAt = at + 1.5 * ROUND_TRIP_MS;
  }

  /** Bytes that TCP lets through in this millisecond. */
  allowance(now: number): number {
    if (this.#window < 4e6 && now - this.#grownAt >= ROUND_TRIP_MS) {
      if (this.#grownAt > 0) this.#window *= 2;
      this.#grownAt = now;
    }
    return this.#window / ROUND_TRIP_MS;
  }

  /** Whether a frame of this moment is one of those that were asked for. */
  isDue(now: number, intervalMs: number): boolean {
    const { fps } = this.asked;
    if (fps !== null && now - this.#pacedAt < 1000 / fps - intervalMs / 2) return false;
    this.#pacedAt = now;
    return true;
  }

  maySend(now: number): boolean {
    if (this.unacknowledged.size < 2) return true;
    const [oldest = now] = this.unacknowledged.values();
    return now - oldest < Math.min(this.shortest, 1_000) + ACK_WINDOW_MS;
  }
}

interface Arrival {
  at: number;
  step: number;
  age: number;
}

export const simulate = (setup: Setup): Result => new Simulation(setup).run();

class Simulation {
  readonly #setup: Setup;
  readonly #random = random(3);
  readonly #later: { at: number; run: () => void }[] = [];
  readonly #shown: Arrival[] = [];
  #connection: Connection;
  /** Connections that still take a share of the link. */
  #open: Connection[];
  #asked: Asked;
  #variation = 0;
  #seq = 0;
  #captureAt = 0;
  #switches = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#asked = setup.rule.ask(0, false);
    this.#connection = new Connection(this.#asked, 0);
    this.#open = [this.#connection];
  }

  run(): Result {
    const { seconds, fps } = this.#setup;
    for (let now = 0; now < seconds * 1000; now++) {
      this.#runWhatIsDue(now);
      if (!this.#open.includes(this.#connection)) this.#open.push(this.#connection);
      this.#open = this.#open.filter((c) => !c.closed);
      if (now >= this.#captureAt) this.#capture(now);
      const { waiting } = this.#connection;
      if (waiting && this.#connection.maySend(now)) {
        this.#begin(waiting, now);
        this.#connection.waiting = null;
      }
      this.#transmit(now);
      if (now > 0 && now % 250 === 0) this.#askRule(now);
    }
    return measure(this.#shown, this.#switches, seconds, fps);
  }

  #runWhatIsDue(now: number): void {
    for (let i = this.#later.length - 1; i >= 0; i--) {
      const due = this.#later[i];
      if (due && due.at <= now) {
        this.#later.splice(i, 1);
        due.run();
      }
    }
  }

  #capture(now: number): void {
    const intervalMs = 1000 / this.#setup.fps;
    this.#captureAt += intervalMs;
    if (this.#setup.pauses?.(now / 1000)) return;
    this.#variation = 0.97 * this.#variation + 0.02 * gauss(this.#random);
    const weight = 1 + this.#variation + 0.02 * gauss(this.#random);
    const { scene } = this.#setup;
    const bytes = (rendition: Rendition) => Math.round(scene(rendition, now / 1000) * weight);
    const frame = { seq: this.#seq++, capturedAt: now, bytes };
    if (now < this.#connection.opensAt) return;
    if (!this.#connection.isDue(now, intervalMs)) return;
    if (this.#setup.server === "queue") this.#begin(frame, now);
    else this.#connection.waiting = frame;
  }

  #begin(frame: NonNullable<Connection["waiting"]>, now: number): void {
    const { asked, queue, unacknowledged } = this.#connection;
    const { rendition } = asked;
    queue.push({ ...frame, step: rankOf(rendition) + 1, left: frame.bytes(rendition) });
    unacknowledged.set(frame.seq, now);
  }

  /** Shares this millisecond's bytes among the connections that have something to send. */
  #transmit(now: number): void {
    let budget = (this.#setup.trace(now / 1000) * 1e6) / 8 / 1000;
    const busy = this.#open.filter((c) => c.queue.length > 0);
    for (const [i, c] of busy.entries()) {
      let share = Math.min(budget / (busy.length - i), c.allowance(now));
      for (let frame = c.queue[0]; frame && share > 0; frame = c.queue[0]) {
        const moved = Math.min(share, frame.left);
        frame.left -= moved;
        share -= moved;
        budget -= moved;
        if (frame.left > 1e-9) break;
        c.queue.shift();
        const whole = frame;
        const at = now + ONE_WAY_MS;
        this.#later.push({ at, run: () => this.#arrive(whole, c, at) });
      }
    }
  }

  #arrive(frame: Frame, to: Connection, now: number): void {
    this.#later.push({
      at: now + ONE_WAY_MS,
      run: () => {
        const sent = to.unacknowledged.get(frame.seq);
        if (sent !== undefined) to.shortest = Math.min(to.shortest, now + ONE_WAY_MS - sent);
        for (const old of to.unacknowledged.keys())
          if (old <= frame.seq) to.unacknowledged.delete(old);
      },
    });
    if (to !== this.#connection) return;
    this.#shown.push({ at: now, step: frame.step, age: now - frame.capturedAt });
    this.#setup.rule.arrived(now / 1000, frame.seq, frame.capturedAt / 1000);
  }

  #askRule(now: number): void {
    const wanted = this.#setup.rule.ask(now / 1000, now % 1000 === 0);
    const same = sameRendition(wanted.rendition, this.#asked.rendition);
    if (same && wanted.fps === this.#asked.fps) return;
    const inband = this.#setup.change === "inband";
    const old = this.#connection;
    this.#asked = wanted;
    this.#switches++;
    if (!inband) this.#connection = new Connection(wanted, now);
    this.#later.push({
      at: now + ONE_WAY_MS,
      run: () => {
        if (inband) old.asked = wanted;
        else old.closed = true;
      },
    });
    const effective = now + ROUND_TRIP_MS;
    this.#later.push({
      at: effective,
      run: () => this.#setup.rule.switched?.(effective / 1000),
    });
  }
}

function measure(shown: Arrival[], switches: number, seconds: number, fps: number): Result {
  const frames = new Array<number>(seconds).fill(0);
  const steps = new Array<number>(seconds).fill(0);
  let weighted = 0;
  let freezes = 0;
  for (const [i, frame] of shown.entries()) {
    const second = Math.min(seconds - 1, Math.floor(frame.at / 1000));
    frames[second] = (frames[second] ?? 0) + 1;
    steps[second] = (steps[second] ?? 0) + frame.step;
    const gap = (shown[i + 1]?.at ?? frame.at) - frame.at;
    weighted += frame.step * gap;
    if (gap > FREEZE_GAP_MS) freezes++;
  }
  const enough = (28 / 34) * fps;
  const good = frames.filter((n) => n >= enough).length;
  const effective = frames.reduce(
    (sum, n, i) => (n >= enough ? sum + (steps[i] ?? 0) / n : sum),
    0,
  );
  const ages = shown.map((f) => f.age).sort((a, b) => a - b);
  const at = (part: number) => ages[Math.floor(part * (ages.length - 1))] ?? Number.NaN;
  const span = (shown.at(-1)?.at ?? 0) - (shown[0]?.at ?? 0);
  return {
    step: weighted / span,
    effective: effective / seconds,
    fps: shown.length / seconds,
    badPercent: 100 * (1 - good / seconds),
    freezesPerMinute: (freezes / seconds) * 60,
    switchesPerMinute: (switches / seconds) * 60,
    age50: at(0.5),
    age95: at(0.95),
  };
}
