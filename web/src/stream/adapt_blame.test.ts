import { describe, expect, it } from "vitest";
import { Adapt } from "./adapt";
import { EVERYTHING } from "./needs";
import { labelOf, type Rendition, readLabel } from "./rendition";

/** What is spelled so. */
const the = (label: string): Rendition => readLabel(label) as Rendition;

describe("silence", () => {
  const picture = (seq: number, at = seq / 34) => ({ at, seq, capturedAt: at });
  /** A picture, or five seconds of them, and after the last one nothing for 1.4 s. */
  function silent(pictures: number): Adapt {
    const adapt = new Adapt(the("60"));
    if (pictures === 1) adapt.explore(-0.1);
    const begun = 1 - pictures;
    for (let seq = begun; seq <= 0; seq++) adapt.arrived(picture(seq));
    for (let t = 0.25; t < 1.5; t += 0.25) {
      if (t === 1) adapt.ask(t);
      adapt.exploreNow(t);
    }
    return adapt;
  }

  describe.each([
    ["while the link is unknown", 1, "30s4"],
    ["on a known one", 170, "55"],
  ])("%s", (_, pictures, lower) => {
    it("is the link's, for all that is known", () => {
      const adapt = silent(pictures);
      expect(labelOf(adapt.rendition)).toBe(lower);
      // Pictures were made meanwhile.
      adapt.arrived(picture(48));
      adapt.excuse();
      expect(labelOf(adapt.rendition)).toBe(lower);
    });

    it("is taken back once the camera was away", () => {
      const adapt = silent(pictures);
      adapt.excuse();
      expect(labelOf(adapt.rendition)).toBe("60");
      // What happens from now on is no part of it.
      adapt.arrived(picture(48));
      for (let t = 1.5; t < 8; t += 0.25) {
        adapt.arrived({ at: t, seq: Math.floor(t * 34), capturedAt: t });
        if (t % 1 === 0) adapt.ask(t);
        adapt.exploreNow(t);
      }
      adapt.excuse();
      expect(adapt.rendition.quality).toBe(30);
    });

    it("is taken back once a picture says that none was made", () => {
      const adapt = silent(pictures);
      adapt.arrived(picture(1, 1.5));
      expect(labelOf(adapt.rendition)).toBe("60");
    });

    it("is followed by what went on before it, once it is taken back", () => {
      const adapt = silent(pictures);
      adapt.excuse();
      adapt.reset();
      for (let t = 1.5; t < 5; t += 0.25) {
        for (let n = Math.ceil(t * 34); n < (t + 0.25) * 34; n++) adapt.arrived(picture(n));
        adapt.exploreNow(t + 0.25);
      }
      expect(labelOf(adapt.rendition)).toBe(pictures === 1 ? "95" : "60");
    });

    it("is the link's where the next picture was held up on it", () => {
      const adapt = silent(pictures);
      adapt.arrived({ at: 1.5, seq: 1, capturedAt: 1 / 34 });
      expect(labelOf(adapt.rendition)).toBe(lower);
    });
  });
});

it.each([34, 9, 3])("a link is not blamed for a camera that makes %i instead of 34", (rate) => {
  const adapt = new Adapt(the("60"));
  adapt.explore(0);
  for (let t = 0; t < 6; t += 0.25) {
    for (let seq = Math.ceil(t * rate); seq < (t + 0.25) * rate; seq++)
      adapt.arrived({ at: seq / rate, seq, capturedAt: seq / rate });
    adapt.exploreNow(t + 0.25);
  }
  expect(labelOf(adapt.rendition)).toBe("95");
});

/** Asks as the engine does: four times a second, and once a second. */
function play(adapt: Adapt, seconds: number, arrivals: (from: number, to: number) => void) {
  const trace = [labelOf(adapt.rendition)];
  const note = () => {
    const label = labelOf(adapt.rendition);
    if (trace.at(-1) !== label) trace.push(label);
  };
  for (let t = 0; t < seconds; t += 0.25) {
    arrivals(t, t + 0.25);
    if (t % 1 === 0.75) adapt.ask(t + 0.25);
    adapt.exploreNow(t + 0.25);
    note();
  }
  return trace;
}

it("a tile that is enlarged in a silence of its camera gets the best as soon as pictures come", () => {
  const adapt = new Adapt(the("60s2"));
  adapt.want({ ...EVERYTHING, top: the("60s2") }, 0);
  const pictures = (from: number, to: number) => {
    for (let n = Math.ceil(from * 34); n < to * 34; n++)
      adapt.arrived({ at: n / 34, seq: n, capturedAt: n / 34 });
  };
  play(adapt, 5, pictures);
  adapt.ask(6);
  expect(labelOf(adapt.rendition)).not.toBe("60s2");
  adapt.want(EVERYTHING, 6.2);
  adapt.excuse();
  play(adapt, 9, (from, to) => from >= 6.25 && pictures(from, to));
  expect(labelOf(adapt.rendition)).toBe("95");
});

describe("a camera of a picture a second", () => {
  /** Each comes so late. */
  const slow = (adapt: Adapt, late: (n: number) => number) => (from: number, to: number) => {
    for (let n = 0; n < to; n++)
      if (n + late(n) >= from && n + late(n) < to)
        adapt.arrived({ at: n + late(n), seq: n, capturedAt: n });
  };

  it("that said nothing of its rate is no reason to step down again and again", () => {
    for (const phase of [0.05, 0.3, 0.6, 0.9]) {
      const adapt = new Adapt(the("95"));
      expect(
        play(
          adapt,
          120,
          slow(adapt, () => phase),
        ).length,
      ).toBeLessThan(4);
    }
  });

  it("whose pictures come ever later is on a slow link, unknown as that is", () => {
    const adapt = new Adapt(the("95"));
    adapt.arrivals.announce(1);
    adapt.explore(0);
    const trace = play(
      adapt,
      60,
      slow(adapt, (n) => 0.7 * n),
    );
    expect(trace.length).toBeGreaterThan(1);
  });
});

describe("a camera that pauses", () => {
  /** Every twelve seconds for 1.4 s; as many pictures are sent as were asked for. */
  const pausing = (adapt: Adapt) => {
    let sent = Number.NEGATIVE_INFINITY;
    return (from: number, to: number) => {
      for (let n = Math.ceil(from * 34); n < to * 34; n++) {
        const at = n / 34;
        const seq = Math.floor(at / 12) * 361 + Math.min(360, Math.round((at % 12) * 34));
        const due = adapt.rate === null || at - sent >= 1 / adapt.rate - 1 / 68;
        if (at % 12 > 10.6 || !due) continue;
        sent = at;
        adapt.arrived({ at, seq, capturedAt: at });
      }
    };
  };

  it("costs a tile of half of the pictures nothing", () => {
    const adapt = new Adapt(the("60s2"));
    adapt.want({ ...EVERYTHING, top: the("60s2"), maxFps: 17 }, 0);
    const trace = play(adapt, 118, pausing(adapt));
    expect(labelOf(adapt.rendition)).toBe("60s2");
    // A step at most in each silence, taken back.
    expect(new Set(trace)).toEqual(new Set(["60s2", "50s2"]));
  });

  it("makes nobody forget what the link could not carry", () => {
    const adapt = new Adapt(the("95"));
    const pictures = (from: number, to: number, rate: (t: number) => number) => {
      const count = (n: number) => Math.floor((n * rate(n / 34)) / 34);
      for (let n = Math.ceil(from * 34); n < to * 34; n++)
        if (n === 0 || count(n) !== count(n - 1))
          adapt.arrived({ at: n / 34, seq: n, capturedAt: n / 34 });
    };
    // From now on 95 is too much, and what is below is not.
    const carried = (t: number) => (t > 8 && adapt.rendition.quality === 95 ? 20 : 34);
    play(adapt, 12, (from, to) => pictures(from, to, carried));
    const step = labelOf(adapt.rendition);
    expect(step).toBe("90");
    adapt.ask(13.5);
    expect(labelOf(adapt.rendition)).not.toBe(step);
    adapt.excuse();
    expect(labelOf(adapt.rendition)).toBe(step);
    pictures(13.6, 19, () => 34);
    adapt.ask(19);
    expect(adapt.reason).toBe("ceiling");
  });
});
