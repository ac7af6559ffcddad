import { describe, expect, it } from "vitest";
import {
  CONNECT_TIMEOUT_MS,
  type Connection,
  type ConnectionEvent,
  type Effect,
  initial,
  RECONNECT_AFTER_SILENCE_MS,
  RECONNECT_WHILE_CAMERA_DOWN_MS,
  reduce,
  STALL_AFTER_MS,
} from "./connection";

/** A connection with a clock of its own; `effects` gathers what it wanted done. */
class Told {
  state: Connection = initial;
  effects: Effect[] = [];
  now = 0;
  after(ms: number, ...events: ConnectionEvent[]): this {
    this.now += ms;
    for (const event of events) {
      const step = reduce(this.state, event, this.now, 0.5);
      this.state = step.state;
      this.effects.push(...step.effects);
    }
    return this;
  }
  /** What was wanted since this was last asked. */
  wanted(): Effect[] {
    return this.effects.splice(0);
  }
}

const closed = (code: number, reason = "", online = true): ConnectionEvent => ({
  type: "closed",
  code,
  reason,
  online,
});
const tick: ConnectionEvent = { type: "tick" };
const frame: ConnectionEvent = { type: "frame" };
const drawn: ConnectionEvent = { type: "drawn" };
const started = () => new Told().after(0, { type: "start" });
const opened = () => started().after(50, { type: "opened" });
const live = () => {
  const told = opened().after(50, frame, drawn);
  told.wanted();
  return told;
};

describe("a connection whose time is over", () => {
  it("asks whether a login would help and offers it where it does", () => {
    const told = live().after(10, closed(1008, "the time to watch is over"));
    expect(told.wanted()).toEqual(["ask"]);
    expect(told.state).toMatchObject({ phase: "refused", refusal: { kind: "policy" } });
    told.after(10, { type: "answer", status: 401, words: "" });
    expect(told.state).toMatchObject({ phase: "refused", refusal: { kind: "over" } });
    expect(told.after(10, { type: "retry" }).wanted()).toEqual(["open"]);
  });

  it("stays refused where a login would not help", () => {
    const told = live().after(10, closed(1008, "you may not watch the camera hall"));
    told.after(10, { type: "answer", status: 200, words: "" });
    expect(told.state).toMatchObject({ phase: "refused", refusal: { kind: "policy" } });
  });
});

describe("a connection", () => {
  it("connects, opens and is live with the first picture drawn, not before", () => {
    const told = started();
    expect(told.wanted()).toEqual(["open"]);
    expect(told.state.phase).toBe("connecting");
    expect(told.after(50, { type: "opened" }).state.phase).toBe("connecting");
    expect(told.after(50, frame).state.phase).toBe("connecting");
    expect(told.after(5, drawn).state.phase).toBe("live");
  });

  it("gives up a socket that does not open and asks why", () => {
    const told = started();
    told.wanted();
    expect(told.after(CONNECT_TIMEOUT_MS - 1, tick).state.phase).toBe("connecting");
    expect(told.after(1, tick).state.phase).toBe("waiting");
    expect(told.wanted()).toEqual(["close", "ask"]);
  });

  it("stalls without pictures, and a picture makes it live again", () => {
    const told = live().after(STALL_AFTER_MS, tick);
    expect(told.state.phase).toBe("stalled");
    expect(told.wanted()).toEqual([]);
    expect(told.after(10, frame, drawn).state.phase).toBe("live");
  });

  it("stalls when frames come and none is a picture, and is not replaced for that", () => {
    const told = live();
    for (let i = 0; i < 600; i++) told.after(30, frame, tick);
    expect(told.state.phase).toBe("stalled");
    expect(told.wanted()).toEqual([]);
    expect(told.after(10, drawn).state.phase).toBe("live");
  });

  it("replaces a connection that brings nothing for long", () => {
    const told = live().after(RECONNECT_AFTER_SILENCE_MS, tick);
    expect(told.state.phase).toBe("waiting");
    expect(told.wanted()).toEqual(["close"]);
  });

  it("has more patience while the camera is known to be down", () => {
    const told = live().after(0, { type: "camera", up: false });
    expect(told.after(RECONNECT_AFTER_SILENCE_MS, tick).state.phase).toBe("stalled");
    told.after(RECONNECT_WHILE_CAMERA_DOWN_MS, tick);
    expect(told.wanted()).toEqual(["close"]);
  });
});

describe("a closed connection", () => {
  it.each([1001, 1006, 1012])("comes back at once from a gateway that left with %i", (code) => {
    const told = live().after(10, closed(code));
    expect(told.state.phase).toBe("waiting");
    expect((told.state.retryAt ?? 0) - told.now).toBeLessThanOrEqual(250);
    expect(told.after(250, tick).state.phase).toBe("connecting");
    expect(told.wanted()).toEqual(["open"]);
  });

  it("waits longer each time, to 15 s, and short again after a picture", () => {
    const told = live();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      told.after(0, closed(1006));
      const wait = (told.state.retryAt ?? 0) - told.now;
      waits.push(wait);
      told.after(wait, tick);
    }
    expect(waits).toEqual([125, 375, 750, 1500, 3000, 6000, 11250, 11250]);
    told.after(10, { type: "opened" }, frame, closed(1006));
    expect((told.state.retryAt ?? 0) - told.now).toBe(125);
  });

  it("keeps the server's words", () => {
    const told = live().after(0, closed(1012, "this gateway is leaving"));
    expect(told.state.words).toBe("this gateway is leaving");
  });

  it("does not press a full gateway", () => {
    const told = opened().after(0, closed(1013, "full"));
    expect(told.state).toMatchObject({ phase: "waiting", full: true });
    expect((told.state.retryAt ?? 0) - told.now).toBeGreaterThanOrEqual(5_000);
  });

  it.each([
    [1003, "quality"],
    [1008, "policy"],
  ])("is not tried again after %i", (code, kind) => {
    const told = opened().after(0, closed(code, "words"));
    expect(told.state.refusal).toEqual({ kind, words: "words" });
    told.wanted();
    told.after(60_000, tick);
    expect(told.state.phase).toBe("refused");
    expect(told.wanted()).toEqual([]);
  });

  it("says offline where the browser has no network, and still tries", () => {
    const told = live().after(0, closed(1006, "", false));
    expect(told.state.phase).toBe("offline");
    told.after(250, tick);
    expect(told.wanted()).toEqual(["open"]);
  });
});

describe("a socket that was not let in", () => {
  const turnedAway = () => {
    const told = started().after(5, closed(1006));
    expect(told.wanted()).toEqual(["open", "ask"]);
    return told;
  };

  it.each([
    [401, "login"],
    [429, "login"],
    [403, "forbidden"],
  ])("is refused when HTTP says %i", (status, kind) => {
    const told = turnedAway().after(5, { type: "answer", status, words: "w" });
    expect(told.state.refusal).toEqual({ kind, words: "w" });
  });

  it.each([200, 503, null])("goes on trying when HTTP says %s", (status) => {
    const told = turnedAway().after(5, { type: "answer", status, words: "" });
    expect(told.state.phase).toBe("waiting");
  });

  it("tries again when a person asks, as after a login", () => {
    const told = turnedAway().after(5, { type: "answer", status: 401, words: "" });
    expect(told.after(900, { type: "retry" }).state).toMatchObject({
      phase: "connecting",
      refusal: null,
    });
    expect(told.wanted()).toEqual(["open"]);
  });

  it("ignores an answer that comes when it is connecting again", () => {
    const told = turnedAway().after(1000, tick);
    told.after(0, { type: "answer", status: 401, words: "" });
    expect(told.state.phase).toBe("connecting");
  });
});

describe("a paused connection", () => {
  it("is closed, hears nothing and opens when resumed", () => {
    const told = live().after(0, { type: "pause" });
    expect(told.wanted()).toEqual(["close"]);
    told.after(60_000, tick, frame, closed(1006), { type: "retry" }, { type: "pause" });
    expect(told.state.phase).toBe("paused");
    expect(told.wanted()).toEqual([]);
    expect(told.after(0, { type: "resume" }).state.phase).toBe("connecting");
    expect(told.wanted()).toEqual(["open"]);
  });

  it.each(["waiting", "refused"])("comes out of %s too", (phase) => {
    const told = opened().after(0, closed(phase === "waiting" ? 1006 : 1008));
    expect(told.state.phase).toBe(phase);
    told.after(0, { type: "pause" });
    expect(told.state).toMatchObject({ phase: "paused", retryAt: null, refusal: null });
  });

  it("has no wait left from before", () => {
    const told = live();
    for (let i = 0; i < 6; i++) told.after(0, closed(1006)).after(20_000, tick);
    told.after(0, { type: "pause" }, { type: "resume" }, closed(1006));
    expect((told.state.retryAt ?? 0) - told.now).toBeLessThan(1_000);
  });
});

it("a retry while all is well changes nothing", () => {
  const told = live().after(0, { type: "retry" });
  expect(told.state.phase).toBe("live");
  expect(told.wanted()).toEqual([]);
});
