import { describe, expect, it, vi } from "vitest";
import { engine, inFakeBrowser, show, start, view, views } from "./engine_harness";
import { bitmaps, decodes, drawn, FakeSocket } from "./fake_browser";

inFakeBrowser();

describe("frames", () => {
  it("are decoded one at a time, and of those that came meanwhile only the newest", async () => {
    const socket = start();
    socket.open();
    for (let seq = 1; seq <= 5; seq++) socket.frame(seq);
    expect(decodes.length).toBe(1);
    await decodes[0]?.end();
    expect(decodes.length).toBe(2);
    await decodes[1]?.end();
    expect(decodes.length).toBe(2);
    expect(socket.of("ack")).toEqual([
      { type: "ack", seq: 1 },
      { type: "ack", seq: 5 },
    ]);
  });

  it("are acknowledged when decoded, not before", async () => {
    const socket = start();
    socket.open();
    socket.frame(7);
    expect(socket.of("ack")).toEqual([]);
    await decodes[0]?.end();
    expect(socket.of("ack")).toEqual([{ type: "ack", seq: 7 }]);
  });

  it("leave no decoded picture behind", async () => {
    const socket = start();
    socket.open();
    for (let i = 0; i < 5; i++) {
      socket.frame(i);
      await decodes.at(-1)?.end();
    }
    expect(drawn.length).toBe(5);
    expect(bitmaps()).toBe(0);
  });

  it("that are no picture are counted and do not stop the stream", async () => {
    const socket = start();
    socket.open();
    socket.frame(1);
    await decodes[0]?.end(false);
    socket.frame(2);
    await decodes[1]?.end();
    vi.advanceTimersByTime(1_000);
    expect(view().totals).toMatchObject({ corrupt: 1, drawn: 1 });
    expect(view().corruptInARow).toBe(0);
  });
});

describe("quality", () => {
  it("changes on the same connection where the server can", () => {
    const socket = start();
    socket.open();
    engine.choose({ quality: 60, size: "half" });
    expect(socket.of("quality")).toEqual([{ type: "quality", quality: 60, size: "half" }]);
    expect(FakeSocket.all.length).toBe(1);
    engine.choose({ quality: 60, size: "half" });
    expect(socket.of("quality").length).toBe(1);
  });

  it("is of full size at a gateway that knows no other, and no size is told to it", () => {
    const socket = start({ start: { quality: 60, size: "half" } });
    expect(socket.url).toBe("ws://gateway/websocket/60?size=half&v=2&delta=1");
    socket.open("plain");
    vi.advanceTimersByTime(1_000);
    expect(view().ladder.every(({ size }) => size === "full")).toBe(true);
    expect(socket.of("quality")).toEqual([{ type: "quality", quality: 30 }]);
    expect(socket.of("rate")).toEqual([]);
  });

  it("opens a new connection at a plain server, and is live throughout", async () => {
    const socket = start();
    socket.open(false);
    socket.frame(1);
    await decodes[0]?.end();
    engine.choose({ quality: 60, size: "full" });
    expect(socket.closedBy).toBe(1000);
    expect(FakeSocket.last.url).toBe("ws://gateway/websocket/60?v=2&delta=1");
    expect(view().phase).toBe("live");
    FakeSocket.last.open(false);
    FakeSocket.last.frame(2);
    expect(view().phase).toBe("live");
    expect(FakeSocket.last.sent).toEqual([]);
  });

  it("is taken along to the next connection", () => {
    const socket = start();
    socket.open();
    engine.choose({ quality: 45, size: "full" });
    engine.pause(true);
    engine.pause(false);
    expect(FakeSocket.last.url).toContain("/websocket/45");
  });

  it("falls on a slow link, but not while the camera is away", async () => {
    const socket = start();
    socket.open();
    for (let t = 0; t < 8_000; t += 100) {
      await show(socket, t);
      vi.advanceTimersByTime(100);
    }
    const { quality } = view();
    expect(quality).toBeLessThan(95);
    socket.say({ type: "status", state: "error", reason: "unplugged" });
    vi.advanceTimersByTime(20_000);
    expect(view().quality).toBe(quality);
  });
});

it.each([
  ["the server says so", (socket) => socket.say({ type: "status", state: "offline" })],
  ["it counts anew", (socket) => socket.frame(0, Date.now(), "0badcafe")],
] satisfies [string, (socket: FakeSocket) => void][])(
  "after a silence that was the camera's the quality is what it was: %s",
  async (_, tell) => {
    const socket = start({ start: { quality: 60, size: "full" }, by: "guess" });
    socket.open();
    vi.advanceTimersByTime(100);
    await show(socket, 7);
    vi.advanceTimersByTime(1_400);
    expect(view().quality).toBe(30);
    tell(socket);
    vi.advanceTimersByTime(500);
    expect(view().quality).toBe(60);
  },
);

describe("a step of this device's clock", () => {
  it.each([5_000, -5_000, 3_600_000])("of %i ms makes no picture older", async (step) => {
    /** The gateway's and capture's clock, which agree and do not step. */
    const theirs = () => 1_800_000_000_000 + performance.now();
    const socket = start();
    socket.open();
    const play = async (ms: number) => {
      for (let t = 0; t < ms; t += 100) {
        for (const { t } of socket.of("clock").splice(0))
          socket.say({ type: "clock", t, now_us: theirs() * 1_000 });
        socket.sent.length = 0;
        socket.frame(performance.now(), theirs());
        await decodes.at(-1)?.end();
        await vi.advanceTimersByTimeAsync(100);
      }
    };
    await play(30_000);
    vi.setSystemTime(Date.now() + step);
    views.length = 0;
    await play(30_000);
    expect(views.length).toBeGreaterThan(50);
    expect(Math.max(...views.map((v) => v.ageMs ?? Number.NaN))).toBeLessThan(500);
  });
});

describe("a connection", () => {
  it("that is not let in asks by HTTP and shows the login", async () => {
    const socket = start();
    socket.closes(1006);
    await vi.advanceTimersByTimeAsync(0);
    expect(view().refusal).toEqual({ kind: "login", words: "token" });
  });

  it("is closed while paused and opened again at once", () => {
    const socket = start();
    socket.open();
    engine.pause(true);
    expect(socket.closedBy).toBe(1000);
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all.length).toBe(1);
    engine.pause(false);
    expect(FakeSocket.all.length).toBe(2);
  });

  it("believes a picture more than a status that came before it", async () => {
    const socket = start();
    socket.open();
    socket.say({ type: "status", state: "offline" });
    await show(socket, 1);
    vi.advanceTimersByTime(2_000);
    expect(view().phase).toBe("stalled");
    expect(view().camera).toBeNull();
    socket.say({ type: "status", state: "offline" });
    expect(view().camera?.state).toBe("offline");
  });

  it("that goes on after a pause is never called late for the picture from before it", async () => {
    const socket = start();
    socket.open();
    socket.frame(1);
    await decodes[0]?.end();
    engine.pause(true);
    await vi.advanceTimersByTimeAsync(5_000);
    engine.pause(false);
    views.length = 0;
    FakeSocket.last.open();
    FakeSocket.last.frame(200);
    await decodes[1]?.end();
    expect(view().phase).toBe("live");
    const ages = views.filter((v) => v.phase === "live").map((v) => v.ageMs ?? 0);
    expect(Math.max(...ages)).toBeLessThan(1_000);
  });

  it("reports every five seconds, with what was skipped since", async () => {
    const socket = start();
    socket.open();
    for (let seq = 0; seq < 200; seq += 2) {
      await show(socket, seq);
      vi.advanceTimersByTime(60);
    }
    const reports = socket.of("report") as { skipped: number }[];
    expect(reports.length).toBeGreaterThanOrEqual(1);
    expect(reports[0]?.skipped).toBeGreaterThan(0);
  });
});
