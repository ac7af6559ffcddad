/** Tests only: the browser as far as an engine uses it, its WebSocket, its decoder and its canvas. */

import { vi } from "vitest";
import { RENDITIONS } from "./rendition";

/** The browser's WebSocket as far as the engine uses it; a test plays the server. */
export class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1) as FakeSocket;
  }
  readyState = 0;
  binaryType = "";
  readonly sent: Record<string, unknown>[] = [];
  closedBy: number | null = null;
  onopen: ((e: { type: "open" }) => void) | null = null;
  onmessage: ((e: { type: "message"; data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((e: { type: "close"; code: number; reason: string }) => void) | null = null;
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close(code: number) {
    this.readyState = 3;
    this.closedBy = code;
  }
  /** As a gateway of today, as one that knows no sizes, or as a server that says nothing. */
  open(hello: "sizes" | "plain" | false = "sizes") {
    this.readyState = 1;
    this.onopen?.({ type: "open" });
    if (!hello) return;
    const { pathname, searchParams } = new URL(this.url);
    const said = { quality: Number(pathname.split("/").at(-1)), fps: 34, acks: true, inband: true };
    const size = hello === "sizes" ? { size: searchParams.get("size") ?? "full" } : {};
    this.say({ type: "hello", ...said, ...size, ...(hello === "sizes" && { ladder: RENDITIONS }) });
  }
  say(message: object) {
    this.onmessage?.({ type: "message", data: JSON.stringify(message) });
  }
  frame(seq: number, madeAt = Date.now(), run?: string) {
    this.onmessage?.({ type: "message", data: jpeg(seq, madeAt, run) });
  }
  closes(code: number, reason = "") {
    this.readyState = 3;
    this.onclose?.({ type: "close", code, reason });
  }
  /** What was told before is told again. */
  dispatchEvent(event: { type: "open" | "message" | "close" }) {
    this[`on${event.type}`]?.(event as never);
  }
  of(type: string) {
    return this.sent.filter((m) => m.type === type);
  }
}

function jpeg(seq: number, madeAt: number, run = "00000001"): ArrayBuffer {
  const time = String(Math.round(madeAt * 1_000)).padStart(16, "0");
  const text = `RERO1 run=${run} seq=${String(seq).padStart(12, "0")} t=${time}`;
  const bytes = [...text].map((c) => c.charCodeAt(0));
  return new Uint8Array([0xff, 0xd8, 0xff, 0xfe, 0, text.length + 2, ...bytes, 0xff, 0xda]).buffer;
}

/** Decodes that wait until the test lets them end. */
export const decodes: { end: (ok?: boolean) => Promise<void> }[] = [];
/** Of every picture that is decoded. */
export const pictureSize = { width: 640, height: 480 };
/** What was drawn on the canvas. */
export const drawn: unknown[] = [];
/** Words that were drawn over pictures. */
export const written: string[] = [];
let openBitmaps = 0;
/** Decoded pictures that nobody has closed. */
export const bitmaps = () => openBitmaps;

export const fakeCanvas = () =>
  ({
    width: 0,
    height: 0,
    getContext: () => ({
      drawImage: (picture: unknown) => drawn.push(picture),
      fillText: (words: string) => written.push(words),
      fillRect: () => {},
      save: () => {},
      restore: () => {},
    }),
  }) as unknown as OffscreenCanvas;

export function installFakeBrowser(): void {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("fetch", () =>
    Promise.resolve({ ok: false, status: 401, text: async () => "token" }),
  );
  vi.stubGlobal("createImageBitmap", decode);
}

export function removeFakeBrowser(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  FakeSocket.all = [];
  Object.assign(pictureSize, { width: 640, height: 480 });
  decodes.length = drawn.length = written.length = 0;
}

function decode(): Promise<unknown> {
  const bitmap = { ...pictureSize, close: () => openBitmaps-- };
  return new Promise((resolve, reject) => {
    decodes.push({
      end: async (ok = true) => {
        if (ok) openBitmaps++;
        if (ok) resolve(bitmap);
        else reject(new Error("no picture"));
        await vi.advanceTimersByTimeAsync(0);
      },
    });
  });
}
