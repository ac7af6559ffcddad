import { describe, expect, it } from "vitest";
import { Adapt } from "./adapt";
import { EVERYTHING } from "./needs";
import { FULL_LADDER, labelOf, RENDITIONS, type Rendition, readLabel } from "./rendition";

/** What is spelled so. */
const the = (label: string): Rendition => readLabel(label) as Rendition;
/** Of full pictures only, all of them: as the published rule has it. */
function full(quality: number): Adapt {
  const adapt = new Adapt(the(String(quality)));
  adapt.permit(FULL_LADDER, false);
  return adapt;
}

interface Drive {
  seconds: number;
  /** Arrivals a second, at a time and a quality. */
  fps: (at: number, quality: number) => number;
  /** What the camera delivers; stamps tell. Without it frames carry none. */
  source?: number;
}

/** Feeds arrivals and asks once a second; every answer in order. */
class Link {
  now = 0;
  #next = 0;
  readonly adapt: Adapt;
  constructor(adapt: Adapt) {
    this.adapt = adapt;
  }
  drive({ seconds, fps, source }: Drive): number[] {
    const answers: number[] = [];
    const end = this.now + seconds;
    let ask = this.now + 1;
    for (; this.now < end - 1e-9; this.now += 0.001) {
      if (this.now >= this.#next) {
        const stamp = source && { seq: Math.floor(this.now * source), capturedAt: this.now };
        this.adapt.arrived({ at: this.now, ...stamp });
        this.#next =
          Math.max(this.#next, this.now - 0.05) + 1 / fps(this.now, this.adapt.rendition.quality);
      }
      if (this.now >= ask) {
        ask++;
        this.adapt.ask(this.now);
        answers.push(this.adapt.rendition.quality);
      }
    }
    return answers;
  }
}

const steps = (answers: number[]) => answers.slice(1).map((q, i) => q - (answers[i] as number));
const switches = (answers: number[]) => steps(answers).filter((s) => s !== 0).length;

describe("the published rule", () => {
  it("goes down by 5 below 28 fps, no lower than 30", () => {
    const answers = new Link(full(50)).drive({ seconds: 60, fps: () => 20 });
    expect(new Set(steps(answers))).toEqual(new Set([0, -5]));
    expect(answers.at(-1)).toBe(30);
  });

  it("goes up by 5 above 32 fps, no higher than 95", () => {
    const answers = new Link(full(70)).drive({ seconds: 60, fps: () => 34 });
    expect(new Set(steps(answers))).toEqual(new Set([0, 5]));
    expect(answers.at(-1)).toBe(95);
  });

  it.each([28.5, 30, 31.5])("stays between, at %f fps", (fps) => {
    const answers = new Link(full(70)).drive({ seconds: 60, fps: () => fps });
    expect(new Set(answers)).toEqual(new Set([70]));
  });

  it("starts on a rung, whatever it was told", () => {
    expect([full(42), full(3), full(99)].map((adapt) => adapt.rendition.quality)).toEqual([
      40, 30, 95,
    ]);
  });
});

describe("what the bare rule lacks", () => {
  it.each([15, 20, 25, 30])("a camera of %i fps on a good link reaches 95", (source) => {
    const link = new Link(full(70));
    expect(link.drive({ seconds: 60, fps: () => source, source }).at(-1)).toBe(95);
  });

  it("an announced rate counts where frames carry no stamp", () => {
    const adapt = full(70);
    adapt.arrivals.announce(15);
    expect(new Link(adapt).drive({ seconds: 60, fps: () => 15 }).at(-1)).toBe(95);
  });

  it("a faster camera keeps the limits of 28 and 32", () => {
    const link = new Link(full(70));
    expect(link.drive({ seconds: 30, fps: () => 30, source: 60 }).at(-1)).toBe(70);
  });

  it("no further step down once the last second is good", () => {
    const link = new Link(full(80));
    link.drive({ seconds: 20, fps: () => 31, source: 34 });
    const during = link.drive({ seconds: 3, fps: () => 10, source: 34 });
    const after = link.drive({ seconds: 4, fps: () => 34, source: 34 });
    expect(during.at(-1)).toBeLessThan(80);
    expect(after.at(-1)).toBe(during.at(-1));
  });

  it("a quality that the link cannot carry is tried ever less often", () => {
    const link = new Link(full(70));
    const carries75 = { fps: (_: number, q: number) => (q > 75 ? 24 : 34), source: 34 };
    const first = link.drive({ seconds: 120, ...carries75 });
    const later = link.drive({ seconds: 240, ...carries75 });
    expect(switches(first)).toBeLessThan(16);
    expect(switches(later)).toBeLessThanOrEqual(8);
    expect(later.reduce((a, b) => a + b) / later.length).toBeGreaterThan(73);
  });

  it("a ceiling is forgotten once the link carries more", () => {
    const link = new Link(full(70));
    link.drive({ seconds: 120, fps: (_, q) => (q > 75 ? 24 : 34), source: 34 });
    expect(link.drive({ seconds: 150, fps: () => 34, source: 34 }).at(-1)).toBe(95);
  });

  it("says so when even the lowest quality is too much", () => {
    const link = new Link(full(30));
    link.drive({ seconds: 20, fps: () => 12, source: 34 });
    expect(link.adapt.reason).toBe("floor");
  });
});

describe("interruptions", () => {
  it("a pause is no evidence of a slow link", () => {
    const link = new Link(full(80));
    link.drive({ seconds: 10, fps: () => 31, source: 34 });
    link.now += 60;
    link.adapt.reset();
    const answers = link.drive({ seconds: 10, fps: () => 31, source: 34 });
    expect(new Set(answers)).toEqual(new Set([80]));
  });

  it("a restart of capture, counting from 0 again, is none either", () => {
    const link = new Link(full(95));
    link.drive({ seconds: 10, fps: () => 34, source: 34 });
    const begun = link.now;
    const fed = link.adapt.arrived.bind(link.adapt);
    link.adapt.arrived = (a) => fed({ ...a, seq: Math.floor((a.at - begun) * 34) });
    expect(new Set(link.drive({ seconds: 10, fps: () => 34, source: 34 }))).toEqual(new Set([95]));
    expect(link.adapt.arrivals.sourceFps).toBeCloseTo(34, 0);
  });
});

describe("a person's choice", () => {
  it("holds, whatever the link does, until it is automatic again", () => {
    const link = new Link(full(95));
    link.adapt.choose(the("60"));
    expect(new Set(link.drive({ seconds: 20, fps: () => 10 }))).toEqual(new Set([60]));
    link.adapt.auto(link.now);
    expect(link.drive({ seconds: 20, fps: () => 10 }).at(-1)).toBeLessThan(60);
  });

  it("is of any size, and the nearest where that is not given", () => {
    const adapt = new Adapt();
    adapt.choose(the("80s2"));
    expect(labelOf(adapt.rendition)).toBe("80s2");
    adapt.permit(FULL_LADDER, false);
    expect(labelOf(adapt.rendition)).toBe("30");
  });
});

describe("a quality that the server does not give", () => {
  it("is asked for neither by itself nor by choice", () => {
    const adapt = new Adapt();
    const link = new Link(adapt);
    adapt.permit(
      RENDITIONS.filter(({ quality }) => quality <= 60),
      true,
    );
    expect(labelOf(adapt.rendition)).toBe("60");
    expect(Math.max(...link.drive({ seconds: 20, fps: () => 34, source: 34 }))).toBe(60);
    adapt.choose(the("95"));
    expect(labelOf(adapt.rendition)).toBe("60");
    adapt.choose(the("40"));
    expect(labelOf(adapt.rendition)).toBe("40");
  });
});

describe("small pictures", () => {
  it("come where the link carries no full ones, and then fewer of the smallest", () => {
    const adapt = new Adapt(the("30"));
    const link = new Link(adapt);
    link.drive({ seconds: 3, fps: () => 20, source: 34 });
    expect(labelOf(adapt.rendition)).toBe("80s2");
    link.drive({ seconds: 60, fps: () => 20, source: 34 });
    expect(labelOf(adapt.rendition)).toBe("30s4");
    expect(adapt.fewer).toBe(true);
    expect(adapt.rate).toBeLessThan(20);
  });

  it("are as many as were asked for: no further step down", () => {
    const adapt = new Adapt(the("30s4"));
    const link = new Link(adapt);
    link.drive({ seconds: 120, fps: () => Math.min(13, adapt.rate ?? 34), source: 34 });
    expect(adapt.every).toBeGreaterThanOrEqual(2);
    expect(adapt.every).toBeLessThanOrEqual(4);
    link.drive({ seconds: 120, fps: () => adapt.rate ?? 34, source: 34 });
    expect(adapt.every).toBe(1);
    expect(labelOf(adapt.rendition)).not.toBe("30s4");
  });

  it("a server that cannot send fewer is not asked to", () => {
    const adapt = new Adapt(the("30"));
    adapt.permit(RENDITIONS, false);
    new Link(adapt).drive({ seconds: 90, fps: () => 10, source: 34 });
    expect([labelOf(adapt.rendition), adapt.rate]).toEqual(["30s4", null]);
  });

  it("no more is asked for than a viewer has use for, and what it has at once", () => {
    const adapt = new Adapt();
    adapt.want({ top: the("60s4"), maxFps: 10 }, 0);
    expect(labelOf(adapt.rendition)).toBe("60s4");
    expect(adapt.rate).toBe(8.5);
    const link = new Link(adapt);
    link.drive({ seconds: 60, fps: () => 8.5, source: 34 });
    expect([labelOf(adapt.rendition), adapt.every]).toEqual(["60s4", 4]);
    adapt.want(EVERYTHING, link.now);
    expect(adapt.rate).toBeNull();
  });
});

describe("an unknown link", () => {
  /** Drives it with what is asked for, through a link of so many megabits, and asks as the engine does. */
  function explore(adapt: Adapt, megabits: number, costs: (label: string) => number) {
    let next = 0;
    let asked = labelOf(adapt.rendition);
    const trace: string[] = [];
    for (let t = 0; t < 6; t += 0.005) {
      if (t >= next) {
        adapt.arrived({ at: t, seq: Math.floor(t * 34), capturedAt: t });
        next = t + Math.max(1 / 34, costs(labelOf(adapt.rendition)) / 34 / megabits);
      }
      if (Math.round(t * 1000) % 250 === 0) adapt.exploreNow(t);
      const now = labelOf(adapt.rendition);
      if (now === asked) continue;
      asked = now;
      trace.push(now);
      adapt.switched(t + 0.02);
    }
    return trace;
  }
  const cost = (label: string) => ({ "60": 15.8, "95": 59.4 })[label] ?? 8;

  it("that carries all gets the best within two seconds", () => {
    const adapt = new Adapt(the("60"));
    adapt.explore(0);
    expect(explore(adapt, 200, cost)).toEqual(["95"]);
  });

  it("that is thin gets what it carries in one step, not twenty", () => {
    const adapt = new Adapt(the("60"));
    adapt.explore(0);
    expect(explore(adapt, 2, cost)).toEqual(["30s4"]);
    expect(labelOf(adapt.rendition)).toBe("30s4");
  });

  it("that carries less than was tried gets the rendition below", () => {
    const adapt = new Adapt(the("60"));
    adapt.explore(0);
    expect(explore(adapt, 32, cost)).toEqual(["95", "80"]);
  });

  it("is not explored against a person's choice", () => {
    const adapt = new Adapt(the("60"));
    adapt.explore(0);
    adapt.choose(the("60"));
    expect(explore(adapt, 200, cost)).toEqual([]);
  });
});
