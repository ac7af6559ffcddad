/**
 * One camera's stream: the socket, one decode in flight, the canvas. Knows no DOM, so that it runs
 * in a worker, where a busy page cannot hold it up, and on the main thread where workers cannot draw.
 *
 * The newest frame wins: while one is decoded only the latest of those that came waits. A frame is
 * acknowledged when it is decoded, so that the server knows what this viewer can really take.
 */

import { Adapt, type Reason } from "./adapt";
import { apiUrl, streamUrl } from "./backend";
import { Clock } from "./clock";
import {
  type Connection,
  type ConnectionEvent,
  initial,
  type Phase,
  type Refusal,
  reduce,
} from "./connection";
import { readStamp, type Stamp } from "./frame";
import {
  type CameraStatus,
  type ClientMessage,
  encode,
  type Hello,
  parseServerMessage,
  type ServerMessage,
} from "./protocol";
import { Rewind } from "./rewind";
import { type Sample, Stats, type Totals } from "./stats";

const TICK_MS = 250;
const VIEW_EVERY_MS = 500;
const ASK_EVERY_MS = 1_000;
const REPORT_EVERY_MS = 5_000;
const CLOCK_EVERY_MS = 10_000;
const ANSWER_TIMEOUT_MS = 4_000;

export interface EngineConfig {
  /** The gateway's address, with a slash at its end. */
  base: string;
  /** Null is the gateway's default camera. */
  camera: string | null;
  quality: number;
  auto: boolean;
  /** The highest quality worth asking for. */
  cap: number;
  rewindBytes: number;
}

/** What the page may show; made anew twice a second and at every change of state. */
export interface View {
  phase: Phase;
  /** When the next try is due, milliseconds since the epoch. */
  retryAt: number | null;
  words: string;
  full: boolean;
  refusal: Refusal | null;
  camera: CameraStatus | null;
  quality: number;
  auto: boolean;
  reason: Reason;
  fps: number;
  shownFps: number;
  sourceFps: number;
  kbps: number;
  /** Age of the picture on screen, now; null where no frame carries a stamp. */
  ageMs: number | null;
  /** Since the last picture came; null before the first. */
  silentMs: number | null;
  width: number;
  height: number;
  decodeMs: number;
  /** How far back the picture on screen is; null is live. */
  behindMs: number | null;
  rewindMs: number;
  history: readonly Sample[];
  totals: Totals;
}

/** A picture as received. */
export interface Saved {
  jpeg: ArrayBuffer;
  /** Milliseconds since the epoch: capture time, or arrival where no stamp tells. */
  takenAt: number;
}

interface Frame extends Saved {
  stamp: Stamp | null;
  acknowledged: boolean;
}

export class Engine {
  readonly #config: EngineConfig;
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  readonly #publish: (view: View) => void;
  readonly #adapt: Adapt;
  readonly #stats = new Stats();
  readonly #clock = new Clock();
  readonly #rewind: Rewind<Frame>;
  readonly #timer: ReturnType<typeof setInterval>;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #connection: Connection = initial;
  #socket: WebSocket | null = null;
  #hello: Hello | null = null;
  #status: CameraStatus | null = null;
  #decoding = false;
  #pending: Frame | null = null;
  #shown: Frame | null = null;
  #behindMs: number | null = null;
  #run: string | null = null;
  #viewAt = 0;
  #askAt = 0;
  #reportAt = 0;
  #clockAt = 0;
  /** The quality that the server was last asked for. */
  #asked = 0;

  constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    config: EngineConfig,
    publish: (view: View) => void,
  ) {
    this.#canvas = canvas;
    this.#config = config;
    this.#publish = publish;
    this.#context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.#rewind = new Rewind(config.rewindBytes);
    this.#adapt = new Adapt(config.quality);
    this.#adapt.cap = config.cap;
    if (!config.auto) this.#adapt.choose(config.quality);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#dispatch({ type: "start" });
  }

  setQuality(quality: number | "auto"): void {
    if (quality === "auto") this.#adapt.auto(seconds());
    else this.#adapt.choose(quality);
    this.#apply();
    if (this.#connection.refusal?.kind === "quality") this.#dispatch({ type: "retry" });
    this.#show();
  }

  /** A tile that grows or shrinks asks for more or less. */
  setCap(quality: number): void {
    this.#adapt.cap = quality;
  }

  pause(paused: boolean): void {
    this.#dispatch({ type: paused ? "pause" : "resume" });
  }

  retry(): void {
    this.#dispatch({ type: "retry" });
  }

  /** Shows the picture of so long ago; null goes back to live. Looking back keeps what is kept. */
  lookBack(behindMs: number | null): void {
    this.#behindMs =
      behindMs === null ? null : Math.min(Math.max(0, behindMs), this.#rewind.lengthMs);
    if (this.#behindMs !== null) {
      const frame = this.#rewind.at(this.#behindMs);
      if (frame) this.#draw(frame);
    } else this.#stats.interrupted();
    this.#show();
  }

  /** The picture on screen. */
  snapshot(): Saved | null {
    return this.#shown && { jpeg: this.#shown.jpeg, takenAt: this.#shown.takenAt };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#dispatch({ type: "pause" });
    this.#rewind.clear();
  }

  #dispatch(event: ConnectionEvent): void {
    const before = this.#connection;
    const { state, effects } = reduce(before, event, performance.now(), Math.random());
    this.#connection = state;
    for (const effect of effects) {
      if (effect === "open") this.#open();
      else if (effect === "close") this.#drop();
      else void this.#ask();
    }
    if (state.retryAt !== before.retryAt) {
      clearTimeout(this.#retry);
      if (state.retryAt !== null)
        this.#retry = setTimeout(
          () => this.#dispatch({ type: "tick" }),
          state.retryAt - performance.now() + 1,
        );
    }
    if (state.phase !== before.phase) {
      if (before.phase === "live" && state.phase !== "stalled") this.#stats.interrupted();
      if (state.phase === "connecting" || state.phase === "paused") this.#adapt.reset();
      this.#show();
    }
  }

  #open(): void {
    this.#drop();
    this.#hello = null;
    this.#asked = this.#adapt.quality;
    const socket = new WebSocket(streamUrl(this.#config.base, this.#asked, this.#config.camera));
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#dispatch({ type: "opened" });
    socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => {
      if (typeof message.data !== "string") return this.#received(message.data);
      const told = parseServerMessage(message.data);
      if (told) this.#told(told);
    };
    socket.onclose = ({ code, reason }) => {
      this.#drop();
      this.#dispatch({ type: "closed", code, reason, online: navigator.onLine });
    };
  }

  /** Lets go of the socket; what it still says is not heard. */
  #drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #send(message: ClientMessage): void {
    if (this.#hello && this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(encode(message));
  }

  async #ask(): Promise<void> {
    let status: number | null = null;
    let words = "";
    try {
      const answer = await fetch(apiUrl(this.#config.base, "status"), {
        credentials: "include",
        cache: "no-store",
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      status = answer.status;
      if (!answer.ok) words = (await answer.text()).slice(0, 300);
    } catch {
      // Nobody there, or not for this page: the next try will tell.
    }
    this.#dispatch({ type: "answer", status, words });
  }

  #told(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        this.#hello = message;
        this.#adapt.announce(message.fps);
        this.#clock.reset();
        this.#askClock();
        this.#reportAt = performance.now();
        break;
      case "status":
        this.#status = message;
        if (message.fps !== null) this.#adapt.announce(message.fps);
        if (message.state !== "live") this.#adapt.reset();
        this.#dispatch({ type: "camera", up: message.state === "live" });
        this.#show();
        break;
      case "quality":
        break;
      case "clock":
        this.#clock.replied(message.t, Date.now(), message.nowMs);
        break;
    }
  }

  #askClock(): void {
    this.#clockAt = performance.now();
    this.#send({ type: "clock", t: Date.now() });
  }

  #received(jpeg: ArrayBuffer): void {
    const now = performance.now();
    const stamp = readStamp(jpeg);
    const takenAt = stamp?.capturedAtMs ?? Date.now();
    const frame: Frame = { jpeg, stamp, takenAt, acknowledged: false };
    this.#dispatch({ type: "frame" });
    this.#stats.received(jpeg.byteLength, stamp, now);
    if (stamp && stamp.run !== this.#run) {
      this.#run = stamp.run;
      this.#adapt.reset();
    }
    this.#adapt.arrived(
      stamp
        ? { at: now / 1000, seq: stamp.seq, capturedAt: stamp.capturedAtMs / 1000 }
        : { at: now / 1000 },
    );
    if (this.#behindMs !== null) {
      this.#acknowledge(frame);
      return;
    }
    this.#rewind.push(frame, jpeg.byteLength, now);
    this.#draw(frame);
  }

  #draw(frame: Frame): void {
    if (this.#decoding) this.#pending = frame;
    else void this.#decode(frame);
  }

  async #decode(frame: Frame): Promise<void> {
    this.#decoding = true;
    const began = performance.now();
    try {
      const picture = await createImageBitmap(new Blob([frame.jpeg], { type: "image/jpeg" }));
      const { width, height } = picture;
      if (this.#canvas.width !== width) this.#canvas.width = width;
      if (this.#canvas.height !== height) this.#canvas.height = height;
      this.#context.drawImage(picture, 0, 0);
      picture.close();
      this.#shown = frame;
      const now = performance.now();
      const age = frame.stamp && this.#clock.ageMs(frame.stamp.capturedAtMs, Date.now());
      if (this.#behindMs === null) this.#stats.drawn(age, now - began, now);
    } catch {
      this.#stats.totals.corrupt++;
    }
    this.#acknowledge(frame);
    this.#decoding = false;
    const next = this.#pending;
    this.#pending = null;
    if (next) this.#draw(next);
  }

  #acknowledge(frame: Frame): void {
    if (!this.#hello?.acks || !frame.stamp || frame.acknowledged) return;
    frame.acknowledged = true;
    this.#send({ type: "ack", seq: frame.stamp.seq });
  }

  #tick(): void {
    const now = performance.now();
    this.#dispatch({ type: "tick" });
    const live = this.#connection.phase === "live";
    if (live && now - this.#askAt >= ASK_EVERY_MS - TICK_MS / 2) {
      this.#askAt = now;
      this.#adapt.ask(now / 1000);
      this.#apply();
    }
    if (live && now - this.#reportAt >= REPORT_EVERY_MS) {
      this.#reportAt = now;
      this.#send({
        type: "report",
        fps: round(this.#adapt.fps),
        age_ms: this.#stats.ageMs === null ? null : Math.round(this.#stats.ageMs),
        skipped: this.#stats.takeSkipped(),
      });
    }
    if (live && now - this.#clockAt >= CLOCK_EVERY_MS) this.#askClock();
    if (now - this.#viewAt >= VIEW_EVERY_MS - TICK_MS / 2) {
      if (this.#connection.phase !== "paused")
        this.#stats.remember({
          fps: this.#stats.shownFps(now),
          ageMs: this.#stats.ageNow(now),
          quality: this.#adapt.quality,
        });
      this.#show();
    }
  }

  /** Makes the stream have the quality that `adapt` decided on. */
  #apply(): void {
    const quality = this.#adapt.quality;
    if (quality === this.#asked) return;
    this.#stats.totals.switches++;
    if (this.#hello?.inband) {
      this.#asked = quality;
      this.#send({ type: "quality", quality });
    }
    // A plain server: a new connection; the picture on screen and the window of arrivals stay.
    else if (this.#connection.opened) this.#open();
  }

  #silentMs(now: number): number | null {
    return this.#connection.lastFrameAt === null ? null : now - this.#connection.lastFrameAt;
  }

  #show(): void {
    const now = performance.now();
    this.#viewAt = now;
    const c = this.#connection;
    const live = c.phase === "live";
    this.#publish({
      phase: c.phase,
      retryAt: c.retryAt === null ? null : Date.now() + c.retryAt - now,
      words: c.words,
      full: c.full,
      refusal: c.refusal,
      camera: this.#status,
      quality: this.#adapt.quality,
      auto: !this.#adapt.manual,
      reason: this.#adapt.reason,
      fps: live ? this.#adapt.fps : 0,
      shownFps: this.#stats.shownFps(now),
      sourceFps: this.#adapt.sourceFps,
      kbps: this.#stats.kbps(now),
      ageMs: this.#stats.ageNow(now),
      silentMs: this.#silentMs(now),
      width: this.#shown ? this.#canvas.width : 0,
      height: this.#shown ? this.#canvas.height : 0,
      decodeMs: this.#stats.decodeMs,
      behindMs: this.#behindMs,
      rewindMs: this.#rewind.lengthMs,
      history: this.#stats.history,
      totals: { ...this.#stats.totals },
    });
  }
}

const seconds = () => performance.now() / 1000;
const round = (x: number) => Math.round(x * 10) / 10;
