/** The seed's rule and ours over nine links, three thin ones and a camera that turns, as one table. */

import { Adapt } from "../src/stream/adapt";
import { BEST, FIRST, FULL_LADDER } from "../src/stream/rendition";
import { gauss, random } from "./random";
import { FILM, type Scene, TURNING, WALK } from "./scenes";
import { type Asked, type Result, type Rule, type Setup, simulate, type Trace } from "./simulation";

const RUN_SECONDS = 300;
const CAMERA_FPS = 34;

/** The seed's rule as its README describes it: 5 s window, 28 and 32, a step a second. */
class SeedRule implements Rule {
  #quality = 95;
  #window: number[] = [];
  arrived(at: number) {
    this.#window.push(at);
  }
  ask(at: number, due: boolean): Asked {
    if (due) this.#step(at);
    return { rendition: { quality: this.#quality, size: "full" }, fps: null };
  }
  #step(at: number) {
    this.#window = this.#window.filter((t) => t > at - 5);
    if (at < 5) return;
    const fps = this.#window.length / 5;
    if (fps < 28) this.#quality = Math.max(30, this.#quality - 5);
    else if (fps > 32) this.#quality = Math.min(95, this.#quality + 5);
  }
}

/** Of full pictures only, as until there were others, or of all renditions. */
class OurRule implements Rule {
  readonly #adapt: Adapt;
  constructor(sizes: boolean) {
    this.#adapt = new Adapt(sizes ? FIRST : BEST);
    if (sizes) this.#adapt.explore(0);
    else this.#adapt.permit(FULL_LADDER, false);
  }
  arrived(at: number, seq: number, capturedAt: number) {
    this.#adapt.arrived({ at, seq, capturedAt });
  }
  switched(at: number) {
    this.#adapt.switched(at);
  }
  ask(at: number, due: boolean): Asked {
    if (due) this.#adapt.ask(at);
    this.#adapt.exploreNow(at);
    return { rendition: this.#adapt.rendition, fps: this.#adapt.rate };
  }
}

/** A mobile link: 16 Mb/s on the average, wandering, with outages of 0.3 to 2 s. */
function mobile(seed: number): Trace {
  const next = random(seed);
  const step = 0.1;
  const keep = Math.exp(-step / 5);
  const rates: number[] = [];
  let wander = 0;
  let outage = 0;
  for (let i = 0; i <= RUN_SECONDS / step; i++) {
    wander = keep * wander + Math.sqrt(1 - keep * keep) * gauss(next);
    if (outage <= 0 && next() < step / 40) outage = 0.3 + 1.7 * next();
    outage -= step;
    rates.push(outage > 0 ? 0.5 : Math.max(1, 16 * Math.exp(0.5 * wander)));
  }
  return (at) => rates[Math.floor(at / step)] ?? 0.5;
}

function sawtooth(at: number): number {
  const phase = (at % 60) / 60;
  return 8 + 32 * (phase < 0.5 ? 2 * phase : 2 - 2 * phase);
}

const NINE: [name: string, trace: Trace][] = [
  ["constant 12", () => 12],
  ["50, then 10", (at) => (at < 100 ? 50 : 10)],
  ["8, then 50", (at) => (at < 100 ? 8 : 50)],
  ["50, 9, 50", (at) => (at < 100 || at > 200 ? 50 : 9)],
  ["8 to 40 and back each minute", sawtooth],
  ...[1, 2, 3, 4].map((n): [string, Trace] => [`mobile ${n}`, mobile(99 + n)]),
];
/** As a webcam does that is reset now and then, or that opens its shutter for longer. */
const pauses = (at: number) => at % 12 > 10.65;
const LINKS: { name: string; trace: Trace; scene: Scene; pauses?: typeof pauses }[] = [
  ...NINE.map(([name, trace]) => ({ name, trace, scene: FILM })),
  ...[1, 2, 3].map((rate) => ({ name: `${rate}, 720p`, trace: () => rate, scene: WALK })),
  { name: "8, 720p, camera turns", trace: () => 8, scene: TURNING },
  { name: "40, camera pauses", trace: () => 40, scene: FILM, pauses },
];

type Variant = Omit<Setup, "trace" | "scene" | "seconds" | "fps">;
const VARIANTS: [name: string, make: () => Variant][] = [
  [
    "seed's rule and server",
    () => ({ rule: new SeedRule(), server: "queue", change: "reconnect" }),
  ],
  ["seed's rule, our server", () => ({ rule: new SeedRule(), server: "acks", change: "inband" })],
  ["ours, full size only", () => ({ rule: new OurRule(false), server: "acks", change: "inband" })],
  ["**ours**", () => ({ rule: new OurRule(true), server: "acks", change: "inband" })],
];

export function report(): string {
  const results = LINKS.map(({ name, ...link }) => ({
    name,
    runs: VARIANTS.map(([variant, make]) => ({
      variant,
      result: simulate({ ...make(), ...link, seconds: RUN_SECONDS, fps: CAMERA_FPS }),
    })),
  }));
  const rows = results.flatMap(({ name, runs }) =>
    runs.map(({ variant, result }, i) => row(i === 0 ? name : "", variant, result)),
  );
  const nine = results.slice(0, NINE.length);
  const means = VARIANTS.map(([variant], i) =>
    row(i === 0 ? "**mean of the nine**" : "", variant, mean(nine.map((r) => r.runs[i]?.result))),
  );
  return [
    "| link, Mb/s | rule | step of 23 | step in good seconds | fps | bad seconds % | freezes / min | switches / min | age p50 / p95 ms |",
    "|---|---|---|---|---|---|---|---|---|",
    ...rows,
    ...means,
  ].join("\n");
}

function row(link: string, variant: string, r: Result): string {
  const one = (x: number) => x.toFixed(1);
  const age = `${Math.round(r.age50)} / ${Math.round(r.age95)}`;
  return `| ${[link, variant, one(r.step), one(r.effective), one(r.fps), one(r.badPercent), one(r.freezesPerMinute), one(r.switchesPerMinute), age].join(" | ")} |`;
}

function mean(results: (Result | undefined)[]): Result {
  const all = results.filter((r) => r !== undefined);
  const of = (pick: (r: Result) => number) => all.reduce((sum, r) => sum + pick(r), 0) / all.length;
  return {
    step: of((r) => r.step),
    effective: of((r) => r.effective),
    fps: of((r) => r.fps),
    badPercent: of((r) => r.badPercent),
    freezesPerMinute: of((r) => r.freezesPerMinute),
    switchesPerMinute: of((r) => r.switchesPerMinute),
    age50: of((r) => r.age50),
    age95: of((r) => r.age95),
  };
}
