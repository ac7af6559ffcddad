/**
 * A viewer, a server and a link between them, simulated in steps of one millisecond. The link is a
 * fluid: one flow, no loss, no retransmission; a new connection pays two round trips and TCP's slow
 * start. Good for comparing rules with each other, no promise of absolute figures.
 */

import { gauss, random } from "./random";

/** Mean bytes of a frame at each quality of `film.ts`, as capture encodes them. */
const FRAME_BYTES: Record<number, number> = {
  30: 23_900,
  35: 26_200,
  40: 28_100,
  45: 30_300,
  50: 32_100,
  55: 34_000,
  60: 36_200,
  65: 39_000,
  70: 42_400,
  75: 46_100,
  80: 51_900,
  85: 60_400,
  90: 77_000,
  95: 121_800,
};

const ROUND_TRIP_MS = 40;
const ONE_WAY_MS = ROUND_TRIP_MS / 2;
const FIRST_WINDOW_BYTES = 14_600;
/** What the ack window allows beyond the round trip. */
const ACK_WINDOW_MS = 100;
const FREEZE_GAP_MS = 250;

/** Megabits a second at a time in seconds. */
export type Trace = (at: number) => number;

export interface Rule {
  readonly quality: number;
  arrived(at: number, seq: number, capturedAt: number): void;
  ask(at: number): number;
}

export interface Setup {
  trace: Trace;
  rule: Rule;
  /** `queue` sends every frame, however late; `acks` keeps to the window and skips. */
  server: "queue" | "acks";
  /** How a change of quality is made. */
  change: "reconnect" | "inband";
  seconds: number;
  fps: number;
}

export interface Result {
  quality: number;
  /** Quality, counting only seconds in which at least 28 of 34 frames came. */
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
  quality: number;
  left: number;
}

class Connection {
  closed = false;
  quality: number;
  readonly opensAt: number;
  readonly queue: Frame[] = [];
  /** Capture times of what was sent and not acknowledged, by sequence number. */
  readonly unacknowledged = new Map<number, number>();
  shortest = Number.POSITIVE_INFINITY;
  /** The newest frame, waiting for the window. */
  waiting: { seq: number; capturedAt: number; bytes: (quality: number) => number } | null = null;
  #window = FIRST_WINDOW_BYTES;
  #grownAt = 0;

  constructor(quality: number, at: number) {
    this.quality = quality;
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

  maySend(now: number): boolean {
    if (this.unacknowledged.size < 2) return true;
    const [oldest = now] = this.unacknowledged.values();
    return now - oldest < Math.min(this.shortest, 1_000) + ACK_WINDOW_MS;
  }
}

interface Arrival {
  at: number;
  quality: number;
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
  #quality: number;
  #scene = 0;
  #seq = 0;
  #captureAt = 0;
  #switches = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#quality = setup.rule.quality;
    this.#connection = new Connection(this.#quality, 0);
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
      if (now > 0 && now % 1000 === 0) this.#askRule(now);
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
    this.#captureAt += 1000 / this.#setup.fps;
    this.#scene = 0.97 * this.#scene + 0.02 * gauss(this.#random);
    const weight = 1 + this.#scene + 0.02 * gauss(this.#random);
    const bytes = (q: number) => Math.round((FRAME_BYTES[q] ?? 0) * weight);
    const frame = { seq: this.#seq++, capturedAt: now, bytes };
    if (now < this.#connection.opensAt) return;
    if (this.#setup.server === "queue") this.#begin(frame, now);
    else this.#connection.waiting = frame;
  }

  #begin(frame: NonNullable<Connection["waiting"]>, now: number): void {
    const { quality, queue, unacknowledged } = this.#connection;
    queue.push({ ...frame, quality, left: frame.bytes(quality) });
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
    this.#shown.push({ at: now, quality: frame.quality, age: now - frame.capturedAt });
    this.#setup.rule.arrived(now / 1000, frame.seq, frame.capturedAt / 1000);
  }

  #askRule(now: number): void {
    const wanted = this.#setup.rule.ask(now / 1000);
    if (wanted === this.#quality) return;
    const inband = this.#setup.change === "inband";
    const old = this.#connection;
    this.#quality = wanted;
    this.#switches++;
    if (!inband) this.#connection = new Connection(wanted, now);
    this.#later.push({
      at: now + ONE_WAY_MS,
      run: () => {
        if (inband) old.quality = wanted;
        else old.closed = true;
      },
    });
  }
}

function measure(shown: Arrival[], switches: number, seconds: number, fps: number): Result {
  const frames = new Array<number>(seconds).fill(0);
  const qualities = new Array<number>(seconds).fill(0);
  let weighted = 0;
  let freezes = 0;
  for (const [i, frame] of shown.entries()) {
    const second = Math.min(seconds - 1, Math.floor(frame.at / 1000));
    frames[second] = (frames[second] ?? 0) + 1;
    qualities[second] = (qualities[second] ?? 0) + frame.quality;
    const gap = (shown[i + 1]?.at ?? frame.at) - frame.at;
    weighted += frame.quality * gap;
    if (gap > FREEZE_GAP_MS) freezes++;
  }
  const enough = (28 / 34) * fps;
  const good = frames.filter((n) => n >= enough).length;
  const effective = frames.reduce(
    (sum, n, i) => (n >= enough ? sum + (qualities[i] ?? 0) / n : sum),
    0,
  );
  const ages = shown.map((f) => f.age).sort((a, b) => a - b);
  const at = (part: number) => ages[Math.floor(part * (ages.length - 1))] ?? Number.NaN;
  const span = (shown.at(-1)?.at ?? 0) - (shown[0]?.at ?? 0);
  return {
    quality: weighted / span,
    effective: effective / seconds,
    fps: shown.length / seconds,
    badPercent: 100 * (1 - good / seconds),
    freezesPerMinute: (freezes / seconds) * 60,
    switchesPerMinute: (switches / seconds) * 60,
    age50: at(0.5),
    age95: at(0.95),
  };
}
