import { describe, expect, it } from "vitest";
import { Adapt } from "./adapt";

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
        this.#next = Math.max(this.#next, this.now - 0.05) + 1 / fps(this.now, this.adapt.quality);
      }
      if (this.now >= ask) {
        ask++;
        answers.push(this.adapt.ask(this.now));
      }
    }
    return answers;
  }
}

const steps = (answers: number[]) => answers.slice(1).map((q, i) => q - (answers[i] as number));
const switches = (answers: number[]) => steps(answers).filter((s) => s !== 0).length;

describe("the published rule", () => {
  it("goes down by 5 below 28 fps, no lower than 30", () => {
    const answers = new Link(new Adapt(50)).drive({ seconds: 60, fps: () => 20 });
    expect(new Set(steps(answers))).toEqual(new Set([0, -5]));
    expect(answers.at(-1)).toBe(30);
  });

  it("goes up by 5 above 32 fps, no higher than 95", () => {
    const answers = new Link(new Adapt(70)).drive({ seconds: 60, fps: () => 34 });
    expect(new Set(steps(answers))).toEqual(new Set([0, 5]));
    expect(answers.at(-1)).toBe(95);
  });

  it.each([28.5, 30, 31.5])("stays between, at %f fps", (fps) => {
    const answers = new Link(new Adapt(70)).drive({ seconds: 60, fps: () => fps });
    expect(new Set(answers)).toEqual(new Set([70]));
  });

  it("starts on a rung, whatever it was told", () => {
    expect([new Adapt(42).quality, new Adapt(3).quality, new Adapt(99).quality]).toEqual([
      40, 30, 95,
    ]);
  });
});

describe("what the bare rule lacks", () => {
  it.each([15, 20, 25, 30])("a camera of %i fps on a good link reaches 95", (source) => {
    const link = new Link(new Adapt(70));
    expect(link.drive({ seconds: 60, fps: () => source, source }).at(-1)).toBe(95);
  });

  it("an announced rate counts where frames carry no stamp", () => {
    const adapt = new Adapt(70);
    adapt.announce(15);
    expect(new Link(adapt).drive({ seconds: 60, fps: () => 15 }).at(-1)).toBe(95);
  });

  it("a faster camera keeps the limits of 28 and 32", () => {
    const link = new Link(new Adapt(70));
    expect(link.drive({ seconds: 30, fps: () => 30, source: 60 }).at(-1)).toBe(70);
  });

  it("no further step down once the last second is good", () => {
    const link = new Link(new Adapt(80));
    link.drive({ seconds: 20, fps: () => 31, source: 34 });
    const during = link.drive({ seconds: 3, fps: () => 10, source: 34 });
    const after = link.drive({ seconds: 4, fps: () => 34, source: 34 });
    expect(during.at(-1)).toBeLessThan(80);
    expect(after.at(-1)).toBe(during.at(-1));
  });

  it("a quality that the link cannot carry is tried ever less often", () => {
    const link = new Link(new Adapt(70));
    const carries75 = { fps: (_: number, q: number) => (q > 75 ? 24 : 34), source: 34 };
    const first = link.drive({ seconds: 120, ...carries75 });
    const later = link.drive({ seconds: 240, ...carries75 });
    expect(switches(first)).toBeLessThan(16);
    expect(switches(later)).toBeLessThanOrEqual(8);
    expect(later.reduce((a, b) => a + b) / later.length).toBeGreaterThan(73);
  });

  it("a ceiling is forgotten once the link carries more", () => {
    const link = new Link(new Adapt(70));
    link.drive({ seconds: 120, fps: (_, q) => (q > 75 ? 24 : 34), source: 34 });
    expect(link.drive({ seconds: 150, fps: () => 34, source: 34 }).at(-1)).toBe(95);
  });

  it("says so when even the lowest quality is too much", () => {
    const link = new Link(new Adapt(30));
    link.drive({ seconds: 20, fps: () => 12, source: 34 });
    expect(link.adapt.reason).toBe("floor");
  });
});

describe("interruptions", () => {
  it("a pause is no evidence of a slow link", () => {
    const link = new Link(new Adapt(80));
    link.drive({ seconds: 10, fps: () => 31, source: 34 });
    link.now += 60;
    link.adapt.reset();
    const answers = link.drive({ seconds: 10, fps: () => 31, source: 34 });
    expect(new Set(answers)).toEqual(new Set([80]));
  });

  it("a restart of capture, counting from 0 again, is none either", () => {
    const link = new Link(new Adapt(95));
    link.drive({ seconds: 10, fps: () => 34, source: 34 });
    const begun = link.now;
    const fed = link.adapt.arrived.bind(link.adapt);
    link.adapt.arrived = (a) => fed({ ...a, seq: Math.floor((a.at - begun) * 34) });
    expect(new Set(link.drive({ seconds: 10, fps: () => 34, source: 34 }))).toEqual(new Set([95]));
    expect(link.adapt.sourceFps).toBeCloseTo(34, 0);
  });
});

describe("a person's choice", () => {
  it("holds, whatever the link does, until it is automatic again", () => {
    const link = new Link(new Adapt(95));
    link.adapt.choose(60);
    expect(new Set(link.drive({ seconds: 20, fps: () => 10 }))).toEqual(new Set([60]));
    link.adapt.auto(link.now);
    expect(link.drive({ seconds: 20, fps: () => 10 }).at(-1)).toBeLessThan(60);
  });

  it("a small tile asks for no more than its cap", () => {
    const adapt = new Adapt(95);
    adapt.cap = 52;
    expect(new Link(adapt).drive({ seconds: 30, fps: () => 34 }).at(-1)).toBe(50);
  });
});

describe("a quality that the server does not give", () => {
  it("is asked for neither by itself nor by choice", () => {
    const link = new Link(new Adapt(95));
    link.adapt.permit(60);
    expect(link.adapt.quality).toBe(60);
    expect(Math.max(...link.drive({ seconds: 20, fps: () => 34, source: 34 }))).toBe(60);
    link.adapt.choose(95);
    expect(link.adapt.quality).toBe(60);
    link.adapt.choose(40);
    expect(link.adapt.quality).toBe(40);
  });
});
