/** A tile asks for what it shows: small pictures, few until something moves, more when it is looked at. */

import { describe, expect, it, vi } from "vitest";
import { canvas, engine, inFakeBrowser, show, start, view } from "./engine_harness";
import { decodes, FakeSocket, pictureSize } from "./fake_browser";
import type { Needs } from "./needs";
import type { Rendition } from "./rendition";

inFakeBrowser();

const small: Rendition = { quality: 60, size: "quarter" };
const needs = (width: number, attended = false): Needs => ({
  shown: { width, height: (width * 9) / 16, cover: false },
  attended,
});
const tile = () => start({ start: small, by: "memory", needs: needs(320) });
const asked = (socket: FakeSocket, type: string) => socket.of(type).at(-1);

describe("a tile", () => {
  it("asks for small and few pictures from the start", () => {
    expect(tile().url).toBe("ws://gateway/websocket/60?size=quarter&fps=8.5&v=2&delta=1");
  });

  it("that is looked at asks for all pictures at once, and for better ones within two seconds", async () => {
    const socket = tile();
    socket.open();
    socket.say({ type: "status", state: "live", width: 1280, height: 720 });
    for (let seq = 0; seq < 20; seq++) {
      await show(socket, 4 * seq);
      await vi.advanceTimersByTimeAsync(118);
    }
    engine.need(needs(320, true));
    expect(asked(socket, "rate")).toEqual({ type: "rate", fps: null });
    for (let seq = 80; seq < 150; seq++) {
      await show(socket, seq);
      await vi.advanceTimersByTimeAsync(29);
    }
    expect(asked(socket, "quality")).toEqual({ type: "quality", quality: 80, size: "half" });
    engine.need(needs(320));
    expect(asked(socket, "quality")).toEqual({ type: "quality", ...small });
    expect(asked(socket, "rate")).toEqual({ type: "rate", fps: 8.5 });
    expect(FakeSocket.all.length).toBe(1);
  });

  it("that grows into a stage goes on on the same connection, with the stage's quality", async () => {
    const socket = tile();
    socket.open();
    await show(socket, 1);
    const stage: Rendition = { quality: 85, size: "full" };
    engine.adopt({ start: stage, by: "memory", needs: needs(1200, true), rewindBytes: 1e6 });
    expect(asked(socket, "quality")).toEqual({ type: "quality", ...stage });
    expect(view().phase).toBe("live");
    expect(FakeSocket.all.length).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    socket.frame(5);
    await decodes.at(-1)?.end();
    await vi.advanceTimersByTimeAsync(600);
    expect(view().rewindMs).toBeGreaterThan(50);
  });

  it("misses nothing of what it did not ask for, and few pictures are no freezes", async () => {
    const socket = tile();
    socket.open();
    for (let seq = 0; seq < 100; seq += 12) {
      await show(socket, seq);
      await vi.advanceTimersByTimeAsync(350);
    }
    // At a third of what it asked for the others are missed.
    expect(view().totals.skipped).toBe(16);
    expect(view().totals.freezes).toBeGreaterThan(0);
    const before = view().totals;
    for (let seq = 100; seq < 200; seq += 4) {
      await show(socket, seq);
      await vi.advanceTimersByTimeAsync(118);
    }
    expect(view().totals.skipped).toBe(before.skipped);
  });
});

describe("a tile in which something moves", () => {
  /** What the browser makes of the next picture on a few points. */
  let brightness = 100;
  let looks = 0;
  const points = () => ({
    drawImage: () => {
      looks++;
    },
    getImageData: () => ({ data: new Uint8ClampedArray(32 * 18 * 4).fill(brightness) }),
  });

  it("asks for all pictures with the first one that shows it, and for few when it is over", async () => {
    vi.stubGlobal("OffscreenCanvas", function Offscreen() {
      return { getContext: points };
    });
    const socket = tile();
    socket.open();
    for (const seq of [0, 4, 8]) await show(socket, seq);
    expect(socket.of("rate")).toEqual([]);
    brightness = 160;
    await show(socket, 12);
    expect(asked(socket, "rate")).toEqual({ type: "rate", fps: null });
    expect(view().size).toBe("quarter");
    for (let seq = 13; seq < 150; seq++) {
      await show(socket, seq);
      await vi.advanceTimersByTimeAsync(29);
    }
    expect(asked(socket, "rate")).toEqual({ type: "rate", fps: 8.5 });
  });

  it("is looked at for that once a second as long as it is known, and else each time", async () => {
    brightness = 100;
    vi.stubGlobal("OffscreenCanvas", function Offscreen() {
      return { getContext: points };
    });
    const socket = tile();
    socket.open();
    looks = 0;
    for (const seq of [0, 4, 8]) await show(socket, seq);
    expect(looks).toBe(3);
    brightness = 160;
    for (let seq = 12; seq < 82; seq++) {
      await show(socket, seq);
      await vi.advanceTimersByTimeAsync(29);
      brightness = 260 - brightness;
    }
    // With the first of these seventy, and a second later.
    expect(looks).toBe(3 + 2);
  });
});

it("a tile is smoothed by the browser, and with better smoothing when it is looked at", async () => {
  const drawsNothing = {
    ...{ drawImage: () => {}, canvas: { width: 0, height: 0 } },
    getImageData: () => ({ data: new Uint8ClampedArray(4) }),
  };
  vi.stubGlobal("OffscreenCanvas", function Offscreen() {
    return { getContext: () => drawsNothing };
  });
  Object.assign(pictureSize, { width: 320, height: 180 });
  const socket = tile();
  socket.open();
  engine.need(needs(460));
  socket.say({ type: "status", state: "live", width: 1280, height: 720 });
  await show(socket, 0);
  expect([canvas.width, canvas.height]).toEqual([320, 180]);
  engine.need(needs(460, true));
  await show(socket, 4);
  expect([canvas.width, canvas.height]).toEqual([460, 259]);
});
