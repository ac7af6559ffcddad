/** An old picture never looks live: looking back, frames that are no picture, a decoder that hangs. */

import { describe, expect, it, vi } from "vitest";
import { engine, inFakeBrowser, show, start, view } from "./engine_harness";
import { bitmaps, decodes, drawn, written } from "./fake_browser";

inFakeBrowser();

describe("a stream", () => {
  it("is not live while no frame is a picture", async () => {
    const socket = start();
    socket.open();
    for (let seq = 1; seq <= 30; seq++) {
      await show(socket, seq, false);
      await vi.advanceTimersByTimeAsync(30);
      expect(view().phase).not.toBe("live");
    }
    expect(view().corruptInARow).toBeGreaterThan(10);
  });

  it("has no age until clocks are compared, and then at once, of the picture on screen too", async () => {
    const socket = start();
    socket.open();
    socket.frame(1, Date.now() - 400);
    await decodes.at(-1)?.end();
    expect([view().phase, view().ageKnown, view().ageMs]).toEqual(["live", false, null]);
    const [{ t } = { t: 0 }] = socket.of("clock");
    await vi.advanceTimersByTimeAsync(10);
    // Our clock is 200 ms behind.
    socket.say({ type: "clock", t, now_us: (Date.now() - 5 + 200) * 1_000 });
    expect(view().ageKnown).toBe(true);
    expect(view().ageMs).toBeCloseTo(610, 0);
  });

  it("without stamps or a server that compares clocks is taken as it comes", async () => {
    const socket = start();
    socket.open(false);
    await show(socket, 1);
    expect(view().ageKnown).toBe(true);
  });

  it("goes on when a decode never ends, and its late picture is let go", async () => {
    const socket = start();
    socket.open();
    socket.frame(1);
    socket.frame(2);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(decodes.length).toBe(2);
    await decodes[1]?.end();
    expect(view().phase).toBe("live");
    await decodes[0]?.end();
    expect(bitmaps()).toBe(0);
    expect(drawn.length).toBe(1);
  });
});

describe("looking back", () => {
  it("shows the past and keeps acknowledging the present", async () => {
    const socket = start();
    socket.open();
    for (let seq = 0; seq < 10; seq++) {
      await show(socket, seq);
      await vi.advanceTimersByTimeAsync(30);
    }
    engine.lookBack(150);
    await decodes.at(-1)?.end();
    expect(socket.of("ack").length).toBe(10);
    const past = engine.snapshot();
    const before = drawn.length;
    socket.frame(10);
    expect(drawn.length).toBe(before);
    expect(socket.of("ack").at(-1)).toEqual({ type: "ack", seq: 10 });
    expect(engine.snapshot()).toEqual(past);
    engine.lookBack(null);
    socket.frame(11);
    await decodes.at(-1)?.end();
    expect(drawn.length).toBe(before + 1);
    expect(engine.snapshot()).not.toEqual(past);
  });

  it("counts from the present, which goes on, and keeps what comes meanwhile", async () => {
    const socket = start();
    socket.open();
    const play = async (frames: number) => {
      for (let i = 0; i < frames; i++) {
        await show(socket, performance.now());
        await vi.advanceTimersByTimeAsync(100);
      }
    };
    await play(10);
    engine.lookBack(500);
    await decodes.at(-1)?.end();
    const looked = view();
    await play(200);
    expect(view().behindMs).toBeGreaterThan((looked.behindMs ?? 0) + 19_000);
    expect(view().shownTakenAt).toBe(looked.shownTakenAt);
    expect(view().phase).toBe("live");
    // What happened while one looked is there to look at.
    engine.lookBack(5_000);
    await decodes.at(-1)?.end();
    expect(view().behindMs).toBeGreaterThan(4_900);
    expect(view().behindMs).toBeLessThan(5_200);
  });
});

describe("a mark over the picture", () => {
  it("is drawn at once, again with every picture, and is no new picture", async () => {
    const socket = start();
    socket.open();
    await show(socket, 1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(view().phase).toBe("stalled");
    engine.mark("Stalled, 2.0 s old");
    await decodes.at(-1)?.end();
    await vi.advanceTimersByTimeAsync(600);
    expect(view().phase).toBe("stalled");
    expect(view().totals.drawn).toBe(1);
    await show(socket, 2);
    expect(written).toEqual(["Stalled, 2.0 s old", "Stalled, 2.0 s old"]);
    engine.mark(null);
    await decodes.at(-1)?.end();
    expect(drawn.length).toBe(4);
    expect(written.length).toBe(2);
  });
});
