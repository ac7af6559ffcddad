import { describe, expect, it } from "vitest";
import { jpegSize, writeAvi } from "./avi";

/** A JPEG as far as a film looks at one: its size, and bytes that are its own. */
function jpeg(width: number, height: number, ...own: number[]): ArrayBuffer {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const head = [0xff, 0xd8, 0xff, 0xfe, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, ...size, 1, 1, 0x11, 0];
  return new Uint8Array([...head, 0xff, 0xda, ...own]).buffer;
}

interface Chunk {
  name: string;
  bytes: Uint8Array;
}

/** The chunks of a RIFF list, one after the other; throws where lengths do not add up. */
function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let at = 0;
  while (at < bytes.length) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) throw new Error(`${name} is too long`);
    chunks.push({ name, bytes: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  return chunks;
}

const film = (frames: Parameters<typeof writeAvi>[0]) => {
  const [riff] = chunksOf(writeAvi(frames) as Uint8Array);
  const [headers, movi, index] = chunksOf((riff as Chunk).bytes.subarray(4));
  return { headers, frames: chunksOf((movi as Chunk).bytes.subarray(4)), movi, index };
};

describe("a film", () => {
  it("has every frame byte for byte, odd lengths too", () => {
    const frames = [1, 2, 3].map((n) => ({ jpeg: jpeg(64, 48, ...Array(n).fill(n)), at: n * 30 }));
    const written = film(frames).frames.map(({ bytes }) => [...bytes]);
    expect(written).toEqual(frames.map(({ jpeg }) => [...new Uint8Array(jpeg)]));
  });

  it("has an empty place for each frame that is missing", () => {
    const at = [0, 30, 60, 150, 180, 210];
    const { frames, index } = film(at.map((at) => ({ jpeg: jpeg(64, 48, 9), at })));
    expect(frames.map(({ bytes }) => (bytes.length > 0 ? "x" : "-")).join("")).toBe("xxx--xxx");
    expect(index?.bytes.length).toBe(8 * 16);
  });

  it("has an index that leads to each frame", () => {
    const { frames, movi, index } = film(
      [0, 30, 60].map((at) => ({ jpeg: jpeg(64, 48, at, at), at })),
    );
    const entries = new DataView((index as Chunk).bytes.slice().buffer);
    for (const [n, { bytes }] of frames.entries()) {
      const place = entries.getUint32(n * 16 + 8, true) + 8;
      const found = (movi as Chunk).bytes.subarray(place, place + bytes.length);
      expect([...found]).toEqual([...bytes]);
    }
  });

  it("is of the size that most frames have", () => {
    const { frames } = film([
      { jpeg: jpeg(64, 48, 1), at: 0 },
      { jpeg: jpeg(64, 48, 2), at: 30 },
      { jpeg: jpeg(32, 24, 3), at: 60 },
      { jpeg: jpeg(64, 48, 4), at: 90 },
      { jpeg: jpeg(64, 48, 5), at: 120 },
    ]);
    expect(frames.map(({ bytes }) => bytes.at(-1) ?? null)).toEqual([1, 2, null, 4, 5]);
  });

  it("is none where there is no picture", () => {
    expect(writeAvi([])).toBeNull();
    expect(writeAvi([{ jpeg: new Uint8Array([1, 2, 3]).buffer, at: 0 }])).toBeNull();
  });
});

it.each([[[]], [[0xff, 0xd8]], [[0xff, 0xd8, 0xff, 0xda, 0, 8, 0, 0, 0, 0, 0]], [[1, 2, 3, 4]]])(
  "%j is no JPEG with a size",
  (bytes) => expect(jpegSize(Uint8Array.from(bytes))).toBeNull(),
);
