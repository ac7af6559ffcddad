import { describe, expect, it } from "vitest";
import { golden } from "./golden";
import {
  type ClientMessage,
  encode,
  parseServerMessage,
  readStatus,
  type ServerMessage,
} from "./protocol";
import { LADDER } from "./quality";

type Json = Record<string, unknown> & { type: string };
const messages = golden<{ from_gateway: Json[]; from_client: Json[]; ignored: unknown[] }>(
  "messages",
);
const parse = (message: unknown) => parseServerMessage(JSON.stringify(message));
const kinds = (all: Json[]) => new Set(all.map(({ type }) => type));

/** What is read of each kind that the server may say; a kind that is missing here does not compile. */
const READ: Record<ServerMessage["type"], (m: Json) => object> = {
  hello: ({ camera, quality, size, ladder, fps, acks, inband, delta }) => ({
    ...{ camera, rendition: { quality, size }, ladder, sizes: true, fps, acks, inband },
    delta: delta === true,
  }),
  status: ({ camera, state, reason, changed_ratio }) => ({
    ...{ camera, state, reason, changed: changed_ratio },
  }),
  quality: ({ quality, size }) => ({ rendition: { quality, size } }),
  clock: ({ t, now_us }) => ({ t, nowMs: Number(now_us) / 1_000 }),
};
/** One of each kind that we may say; the same. */
const SAID: { [Kind in ClientMessage["type"]]: Extract<ClientMessage, { type: Kind }> } = {
  quality: { type: "quality", quality: 70, size: "half" },
  rate: { type: "rate", fps: 5 },
  ack: { type: "ack", seq: 123 },
  report: { type: "report", fps: 31.5, age_ms: 42, skipped: 3 },
  clock: { type: "clock", t: 1_790_000_000_000.25 },
  whole: { type: "whole" },
};

describe("the golden messages", () => {
  it("have every kind that the server may say, and no other", () => {
    expect(kinds(messages.from_gateway)).toEqual(new Set(Object.keys(READ)));
  });

  it("have every kind that we may say, and no other", () => {
    expect(kinds(messages.from_client)).toEqual(new Set(Object.keys(SAID)));
  });
});

describe("what the server says", () => {
  it("bounds what may be asked for by the ladder of its hello, also where it knows no sizes", () => {
    const full = (quality: number) => ({ quality, size: "full" });
    const hello = { type: "hello", quality: 80 };
    expect(parse({ ...hello, ladder: [30, 35, 40] })).toMatchObject({
      ...{ rendition: full(80), sizes: false, ladder: [full(30), full(35), full(40)] },
    });
    expect(parse(hello)).toMatchObject({ ladder: LADDER.map(full) });
    expect(parse({ type: "quality", quality: 70 })).toMatchObject({ rendition: full(70) });
    expect(parse({ type: "quality", quality: 70, size: "eighth" })).toBeNull();
  });

  it.each(messages.from_gateway)("is understood: $type", (message) => {
    const read = READ[message.type as ServerMessage["type"]];
    expect(parse(message)).toMatchObject({ type: message.type, ...read(message) });
  });

  it.each(messages.ignored)("is ignored where it is unknown: %j", (message) => {
    expect(parse(message)).toBeNull();
  });

  it.each(["", "{", "null", "7", '"hello"', '{"type":"quality"}', '{"type":"status"}'])(
    "is ignored where it is broken: %s",
    (text) => {
      expect(parseServerMessage(text)).toBeNull();
    },
  );

  it("gives a hello without promises none", () => {
    expect(parse({ type: "hello" })).toMatchObject({ acks: false, inband: false, fps: null });
  });
});

it("every status that Rust writes is read", () => {
  for (const status of golden<Record<string, unknown>[]>("status")) {
    const { camera, state, reason } = status;
    expect(readStatus(status)).toMatchObject({ camera, state, reason });
  }
});

describe("what we say", () => {
  /** Names and types of the fields; the values are free. */
  const form = (message: Json) =>
    Object.fromEntries(Object.entries(message).map(([name, value]) => [name, typeof value]));

  it.each(messages.from_client)("has the form that Rust reads: $type", (message) => {
    const said = SAID[message.type as ClientMessage["type"]];
    expect(form(JSON.parse(encode(said)))).toEqual(form(message));
  });

  it("is long enough to be read at once, but for acks, of which there are many, and reports", () => {
    const long = Object.values(SAID).filter((said) => encode(said).length >= 512);
    expect(long.map(({ type }) => type)).toEqual(["quality", "rate", "clock", "whole"]);
    expect(encode({ type: "ack", seq: 123 })).toBe('{"type":"ack","seq":123}');
  });
});
