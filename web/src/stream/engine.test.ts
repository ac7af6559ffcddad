import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Engine } from "./engine";
import type { EngineConfig, View } from "./view_model";

/** The browser's WebSocket as far as the engine uses it; a test plays the server. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  static get last(): Socket {
    return Socket.all.at(-1) as Socket;
  }
  readyState = 0;
  binaryType = "";
  readonly sent: Record<string, unknown>[] = [];
  closedBy: number | null = null;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((e: { code: number; reason: string }) => void) | null = null;
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    Socket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close(code: number) {
    this.readyState = 3;
    this.closedBy = code;
  }
  open(hello = true) {
    this.readyState = 1;
    this.onopen?.();
    if (hello) this.say({ type: "hello", quality: 95, fps: 34, acks: true, inband: true });
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  frame(seq: number, madeAt = Date.now()) {
    this.onmessage?.({ data: jpeg(seq, madeAt) });
  }
  of(type: string) {
    return this.sent.filter((m) => m.type === type);
  }
}

function jpeg(seq: number, madeAt: number): ArrayBuffer {
  const time = String(Math.round(madeAt * 1_000)).padStart(16, "0");
  const text = `RERO1 run=00000001 seq=${String(seq).padStart(12, "0")} t=${time}`;
  const bytes = [...text].map((c) => c.charCodeAt(0));
  return new Uint8Array([0xff, 0xd8, 0xff, 0xfe, 0, text.length + 2, ...bytes, 0xff, 0xda]).buffer;
}

/** Decodes that wait until the test lets them end. */
const decodes: { end: (ok?: boolean) => Promise<void> }[] = [];
let bitmaps = 0;
const drawn: unknown[] = [];
const views: View[] = [];
let engine: Engine;

const CONFIG: EngineConfig = {
  base: "http://gateway/",
  camera: null,
  quality: 95,
  auto: true,
  cap: 95,
  rewindBytes: 1e6,
};
const start = (config: Partial<EngineConfig> = {}) => {
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({ drawImage: (picture: unknown) => drawn.push(picture) }),
  };
  engine = new Engine(canvas as unknown as OffscreenCanvas, { ...CONFIG, ...config }, (view) =>
    views.push(view),
  );
  return Socket.last;
};
const view = () => views.at(-1) as View;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("fetch", () =>
    Promise.resolve({ ok: false, status: 401, text: async () => "token" }),
  );
  vi.stubGlobal("createImageBitmap", () => {
    const bitmap = { width: 640, height: 480, close: () => bitmaps-- };
    return new Promise((resolve, reject) => {
      decodes.push({
        end: async (ok = true) => {
          if (ok) bitmaps++;
          if (ok) resolve(bitmap);
          else reject(new Error("no picture"));
          await vi.advanceTimersByTimeAsync(0);
        },
      });
    });
  });
});
afterEach(() => {
  engine.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  Socket.all = [];
  views.length = decodes.length = drawn.length = 0;
});

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
    expect(bitmaps).toBe(0);
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
  });
});

describe("quality", () => {
  it("changes on the same connection where the server can", () => {
    const socket = start();
    socket.open();
    engine.setQuality(60);
    expect(socket.of("quality")).toEqual([{ type: "quality", quality: 60 }]);
    expect(Socket.all.length).toBe(1);
    engine.setQuality(60);
    expect(socket.of("quality").length).toBe(1);
  });

  it("opens a new connection at a plain server, and is live throughout", () => {
    const socket = start();
    socket.open(false);
    socket.frame(1);
    engine.setQuality(60);
    expect(socket.closedBy).toBe(1000);
    expect(Socket.last.url).toBe("ws://gateway/websocket/60?v=2");
    expect(view().phase).toBe("live");
    Socket.last.open(false);
    Socket.last.frame(2);
    expect(view().phase).toBe("live");
    expect(Socket.last.sent).toEqual([]);
  });

  it("is taken along to the next connection", () => {
    const socket = start();
    socket.open();
    engine.setQuality(45);
    engine.pause(true);
    engine.pause(false);
    expect(Socket.last.url).toContain("/websocket/45");
  });

  it("falls on a slow link, but not while the camera is away", () => {
    const socket = start();
    socket.open();
    const play = (ms: number) => {
      for (let t = 0; t < ms; t += 100) {
        socket.frame(t);
        vi.advanceTimersByTime(100);
      }
    };
    play(8_000);
    const { quality } = view();
    expect(quality).toBeLessThan(95);
    socket.say({ type: "status", state: "error", reason: "unplugged" });
    vi.advanceTimersByTime(20_000);
    expect(view().quality).toBe(quality);
  });
});

describe("looking back", () => {
  it("shows the past and keeps acknowledging the present", async () => {
    const socket = start();
    socket.open();
    for (let seq = 0; seq < 10; seq++) {
      socket.frame(seq);
      await decodes.at(-1)?.end();
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
});

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
    socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(0);
    expect(view().refusal).toEqual({ kind: "login", words: "token" });
  });

  it("is closed while paused and opened again at once", () => {
    const socket = start();
    socket.open();
    engine.pause(true);
    expect(socket.closedBy).toBe(1000);
    vi.advanceTimersByTime(60_000);
    expect(Socket.all.length).toBe(1);
    engine.pause(false);
    expect(Socket.all.length).toBe(2);
  });

  it("believes a picture more than a status that came before it", () => {
    const socket = start();
    socket.open();
    socket.say({ type: "status", state: "offline" });
    socket.frame(1);
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
    Socket.last.open();
    Socket.last.frame(200);
    await decodes[1]?.end();
    expect(view().phase).toBe("live");
    const ages = views.filter((v) => v.phase === "live").map((v) => v.ageMs ?? 0);
    expect(Math.max(...ages)).toBeLessThan(1_000);
  });

  it("reports every five seconds, with what was skipped since", () => {
    const socket = start();
    socket.open();
    for (let seq = 0; seq < 200; seq += 2) {
      socket.frame(seq);
      vi.advanceTimersByTime(60);
    }
    const reports = socket.of("report") as { skipped: number }[];
    expect(reports.length).toBeGreaterThanOrEqual(1);
    expect(reports[0]?.skipped).toBeGreaterThan(0);
  });
});
