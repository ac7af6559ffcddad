import { describe, expect, it } from "vitest";
import { golden } from "./golden";
import { encode, parseServerMessage, readStatus } from "./protocol";

const messages = golden<{
  from_gateway: { type: string }[];
  from_client: unknown[];
  ignored: unknown[];
}>("messages");
const parse = (message: unknown) => parseServerMessage(JSON.stringify(message));

describe("what the server says", () => {
  it.each(messages.from_gateway)("is understood: $type", (message) => {
    expect(parse(message)?.type).toBe(message.type);
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

it("what we say is what Rust reads", () => {
  const said = [
    encode({ type: "quality", quality: 70 }),
    encode({ type: "ack", seq: 123 }),
    encode({ type: "report", fps: 31.5, age_ms: 42, skipped: 3 }),
    encode({ type: "clock", t: 1234.5 }),
  ];
  expect(said.map((text) => JSON.parse(text))).toEqual(messages.from_client);
});
