/**
 * One camera's stream, from the socket to the screen. Knows no DOM, so that it runs in a worker,
 * where a busy page cannot hold it up, and on the main thread where workers cannot draw.
 *
 * A frame is acknowledged when it is decoded, not when it came, so that the server knows what this
 * viewer can really take.
 */

import { Adapt } from "./adapt";
import { type Connection, type ConnectionEvent, initial, reduce } from "./connection";
import { FrameAge } from "./frame_age";
import { askStatus } from "./gateway_status";
import { streamUrl } from "./gateway_urls";
import type { CameraStatus, ClientMessage, Hello, ServerMessage } from "./protocol";
import { type Rendered, Renderer } from "./renderer";
import { Rewind } from "./rewind";
import { Socket } from "./socket";
import { readStamp, type Stamp } from "./stamp";
import { Stats } from "./stats";
import type { EngineConfig, Snapshot, View } from "./view_model";

const TICK_MS = 250;
const VIEW_EVERY_MS = 500;
const ASK_EVERY_MS = 1_000;
const REPORT_EVERY_MS = 5_000;
const CLOCK_EVERY_MS = 10_000;

interface Frame extends Snapshot {
  stamp: Stamp | null;
  acknowledged: boolean;
}

export class Engine {
  readonly #config: EngineConfig;
  readonly #renderer: Renderer<Frame>;
  readonly #publish: (view: View) => void;
  readonly #adapt: Adapt;
  readonly #stats = new Stats();
  readonly #frameAge = new FrameAge();
  readonly #rewind: Rewind<Frame>;
  readonly #timer: ReturnType<typeof setInterval>;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #connection: Connection = initial;
  readonly #socket: Socket = new Socket({
    opened: () => this.#dispatch({ type: "opened" }),
    message: (message) => this.#heard(message),
    frame: (jpeg) => this.#received(jpeg),
    closed: (code, reason) =>
      this.#dispatch({ type: "closed", code, reason, online: navigator.onLine }),
  });
  #hello: Hello | null = null;
  #status: CameraStatus | null = null;
  #behindMs: number | null = null;
  #run: string | null = null;
  #viewAt = 0;
  /** The next picture drawn is the first of a live stream, which is told at once. */
  #announce = false;
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
    this.#config = config;
    this.#publish = publish;
    this.#renderer = new Renderer(canvas, (shown) => this.#drawn(shown));
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
      if (frame) this.#renderer.draw(frame);
    } else this.#stats.interrupted();
    this.#show();
  }

  /** The picture on screen. */
  snapshot(): Snapshot | null {
    const { frame } = this.#renderer;
    return frame && { jpeg: frame.jpeg, takenAt: frame.takenAt };
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
      else if (effect === "close") this.#socket.drop();
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
      // What made it live is not drawn yet, and what is on screen until then is as old as it looks.
      if (state.phase === "live") this.#announce = true;
      else this.#show();
    }
  }

  #open(): void {
    this.#hello = null;
    this.#asked = this.#adapt.quality;
    this.#socket.open(streamUrl(this.#config.base, this.#asked, this.#config.camera));
  }

  /** Says it to a server that has greeted us; another would not understand. */
  #send(message: ClientMessage): void {
    if (this.#hello) this.#socket.send(message);
  }

  async #ask(): Promise<void> {
    const answer = await askStatus(this.#config.base);
    this.#dispatch({ type: "answer", ...answer });
  }

  #heard(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        this.#hello = message;
        this.#adapt.announce(message.fps);
        this.#frameAge.reset();
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
        this.#frameAge.replied(message.t, steadyEpochMs(), message.nowMs);
        break;
    }
  }

  #askClock(): void {
    this.#clockAt = performance.now();
    this.#send({ type: "clock", t: steadyEpochMs() });
  }

  #received(jpeg: ArrayBuffer): void {
    const now = performance.now();
    const stamp = readStamp(jpeg);
    const takenAt = stamp?.capturedAtMs ?? Date.now();
    const frame: Frame = { jpeg, stamp, takenAt, acknowledged: false };
    this.#dispatch({ type: "frame" });
    // A picture proves that its host answers, whatever was said before; its own words follow within a second.
    if (this.#status?.state === "offline") {
      this.#status = null;
      this.#dispatch({ type: "camera", up: true });
    }
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
    this.#renderer.draw(frame);
  }

  #drawn({ frame, decodeMs }: Rendered<Frame>): void {
    this.#acknowledge(frame);
    if (decodeMs === null) this.#stats.totals.corrupt++;
    else if (this.#behindMs === null) {
      const age = frame.stamp && this.#frameAge.ageMs(frame.stamp.capturedAtMs, steadyEpochMs());
      this.#stats.drawn(age, decodeMs, performance.now());
    }
    if (this.#announce) {
      this.#announce = false;
      this.#show();
    }
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
    // Not connected: the next connection asks for it.
    if (!this.#connection.opened) return;
    this.#stats.totals.switches++;
    if (this.#hello?.inband) {
      this.#asked = quality;
      this.#send({ type: "quality", quality });
    }
    // A plain server: a new connection; the picture on screen and the window of arrivals stay.
    else this.#open();
  }

  #show(): void {
    const now = performance.now();
    this.#viewAt = now;
    const c = this.#connection;
    const live = c.phase === "live";
    this.#publish({
      phase: c.phase,
      attempt: c.opened ? 0 : c.attempt,
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
      silentMs: c.lastFrameAt === null ? null : now - c.lastFrameAt,
      ...this.#renderer.size,
      decodeMs: this.#stats.decodeMs,
      behindMs: this.#behindMs,
      rewindMs: this.#rewind.lengthMs,
      history: this.#stats.history,
      totals: { ...this.#stats.totals },
    });
  }
}

/**
 * Milliseconds since the epoch that no step of this device's clock moves (a time server, a virtual
 * machine that wakes): with such a step every picture would be older or younger all at once.
 */
const steadyEpochMs = () => performance.timeOrigin + performance.now();
const seconds = () => performance.now() / 1000;
const round = (x: number) => Math.round(x * 10) / 10;
