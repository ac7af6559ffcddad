import { describe, expect, it } from "vitest";
import { golden } from "./golden";
import { readStamp } from "./stamp";

const { stamps, malformed } = golden<{
  stamps: { run: string; seq: number; t: number; text: string }[];
  malformed: string[];
}>("stamp");

const segment = (marker: number, body: string) => [
  0xff,
  marker,
  (body.length + 2) >> 8,
  (body.length + 2) & 0xff,
  ...[...body].map((c) => c.charCodeAt(0)),
];
const APP0 = segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
const jpeg = (...parts: number[][]) => new Uint8Array([0xff, 0xd8, ...parts.flat()]);

describe("the stamp of a frame", () => {
  it.each(stamps)("is read as Rust writes it: $text", ({ run, seq, t, text }) => {
    const stamp = readStamp(jpeg(APP0, segment(0xfe, text), [0xff, 0xda, 0, 2]));
    expect(stamp).toMatchObject({ run, seq });
    expect(stamp?.capturedAtMs).toBeCloseTo(t / 1000, 2);
  });

  it.each(malformed)("is none where it is malformed: %s", (text) => {
    expect(readStamp(jpeg(APP0, segment(0xfe, text)))).toBeNull();
  });

  it("is found behind a camera's own comment", () => {
    const stamped = segment(0xfe, stamps[0]?.text ?? "");
    expect(readStamp(jpeg(APP0, segment(0xfe, "made by a camera"), stamped))).not.toBeNull();
  });

  it("is not looked for in the picture's data", () => {
    const late = segment(0xfe, stamps[0]?.text ?? "");
    expect(readStamp(jpeg(APP0, [0xff, 0xda, 0, 2], late))).toBeNull();
  });

  it("is none in bytes that are no JPEG, however short or torn", () => {
    const whole = jpeg(APP0, segment(0xfe, stamps[0]?.text ?? ""));
    for (let length = 0; length < whole.length; length++)
      expect(readStamp(whole.slice(0, length))).toBeNull();
    expect(readStamp(new Uint8Array(64).fill(0xff))).toBeNull();
  });
});
