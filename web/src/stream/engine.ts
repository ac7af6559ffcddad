/**
 * One camera's stream, from the socket to the screen. Knows no DOM, so that it runs in a worker,
 * where a busy page cannot hold it up, and on the main thread where workers cannot draw.
 *
 * A frame is acknowledged when it is decoded, not when it came, so that the server knows what this
 * viewer can really take.
 */

import { Adapt } from "./adapt";
import { type Connection, type ConnectionEvent, initial, type Phase, reduce } from "./connection";
import { askStatus } from "./gateway_status";
import type { CameraStatus, Report, ServerMessage } from "./protocol";
import { type Rendered, Renderer } from "./renderer";
import { Rewind } from "./rewind";
import { Session } from "./session";
import { readStamp, type Stamp } from "./stamp";
import { Stats } from "./stats";
import type { EngineConfig, Snapshot, View } from "./view_model";

const TICK_EVERY_MS = 250;
const VIEW_EVERY_MS = 500;
const ADAPT_EVERY_MS = 1_000;

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
  readonly #rewind: Rewind<Frame>;
  readonly #timer: ReturnType<typeof setInterval>;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #connection: Connection = initial;
  readonly #session: Session;
  #status: CameraStatus | null = null;
  /** When the picture that a person looks back at came; null is live. */
  #lookingAt: number | null = null;
  /** Frames in a row that were no picture. */
  #corruptInARow = 0;
  #run: string | null = null;
  #viewAt = 0;
  /** The next picture drawn is the first of a live stream: the view is published with it. */
  #announce = false;
  #askAt = 0;

  constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    config: EngineConfig,
    publish: (view: View) => void,
  ) {
    this.#config = config;
    this.#publish = publish;
    this.#renderer = new Renderer(canvas, (shown) => this.#drawn(shown));
    this.#rewind = new Rewind(config.rewindBytes);
    this.#session = new Session(config.base, config.camera, {
      opened: () => this.#dispatch({ type: "opened" }),
      message: (message) => this.#heard(message),
      frame: (jpeg) => this.#received(jpeg),
      closed: (code, reason) =>
        this.#dispatch({ type: "closed", code, reason, online: navigator.onLine }),
    });
    this.#adapt = new Adapt(config.quality);
    this.#adapt.cap = config.cap;
    if (!config.auto) this.#adapt.choose(config.quality);
    this.#timer = setInterval(() => this.#tick(), TICK_EVERY_MS);
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

  /** Shows the picture of so long ago, and it stays; null goes back to live. What comes is kept meanwhile. */
  lookBack(behindMs: number | null): void {
    const kept = behindMs === null ? null : this.#rewind.at(performance.now() - behindMs);
    this.#lookingAt = kept?.at ?? null;
    // Until the picture of then is drawn the words of now are right.
    if (kept) this.#renderer.draw(kept.frame);
    else {
      this.#stats.interrupted();
      this.#show();
    }
  }

  mark(words: string | null): void {
    this.#renderer.mark(words);
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
      if (effect === "open") this.#session.open(this.#adapt.quality);
      else if (effect === "close") this.#session.close();
      else void this.#ask();
    }
    if (state.retryAt !== before.retryAt) this.#retryAt(state.retryAt);
    if (state.phase !== before.phase) this.#entered(state.phase, before.phase);
  }

  #retryAt(at: number | null): void {
    clearTimeout(this.#retry);
    if (at === null) return;
    const wait = at - performance.now() + 1;
    this.#retry = setTimeout(() => this.#dispatch({ type: "tick" }), wait);
  }

  #entered(phase: Phase, before: Phase): void {
    if (before === "live" && phase !== "stalled") this.#stats.interrupted();
    if (phase === "connecting" || phase === "paused") this.#adapt.reset();
    // The picture that made it live is not drawn yet; until it is, an old one is on screen.
    if (phase === "live") this.#announce = true;
    else this.#show();
  }

  async #ask(): Promise<void> {
    const answer = await askStatus(this.#config.base);
    this.#dispatch({ type: "answer", ...answer });
  }

  #heard(message: ServerMessage): void {
    if (message.type === "hello") {
      this.#adapt.announce(message.fps);
      this.#adapt.permit(message.best);
    }
    if (message.type !== "status") return;
    this.#status = message;
    if (message.fps !== null) this.#adapt.announce(message.fps);
    if (message.state !== "live") this.#adapt.reset();
    this.#dispatch({ type: "camera", up: message.state === "live" });
    this.#show();
  }

  #received(jpeg: ArrayBuffer): void {
    const now = performance.now();
    const stamp = readStamp(jpeg);
    const takenAt = stamp?.capturedAtMs ?? Date.now();
    const frame: Frame = { jpeg, stamp, takenAt, acknowledged: false };
    this.#dispatch({ type: "frame" });
    // A picture proves that the camera's host answers; its next status follows within a second.
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
    this.#rewind.push(frame, jpeg.byteLength, now);
    if (this.#lookingAt === null) this.#renderer.draw(frame);
    else {
      this.#acknowledge(frame);
      this.#dispatch({ type: "drawn" });
    }
  }

  #drawn({ frame, decodeMs }: Rendered<Frame>): void {
    this.#acknowledge(frame);
    if (decodeMs === null) {
      this.#stats.totals.corrupt++;
      this.#corruptInARow++;
      return;
    }
    this.#corruptInARow = 0;
    if (this.#lookingAt === null) {
      const age = frame.stamp && this.#session.ageMs(frame.stamp.capturedAtMs);
      this.#stats.drawn(age, decodeMs, performance.now());
    } else this.#show();
    this.#dispatch({ type: "drawn" });
    if (this.#announce) {
      this.#announce = false;
      this.#show();
    }
  }

  #acknowledge(frame: Frame): void {
    if (!frame.stamp || frame.acknowledged) return;
    frame.acknowledged = true;
    this.#session.acknowledge(frame.stamp.seq);
  }

  #tick(): void {
    const now = performance.now();
    this.#dispatch({ type: "tick" });
    const live = this.#connection.phase === "live";
    if (live && now - this.#askAt >= ADAPT_EVERY_MS - TICK_EVERY_MS / 2) {
      this.#askAt = now;
      this.#adapt.ask(now / 1000);
      this.#apply();
    }
    if (live) this.#session.tick(now, () => this.#report());
    if (now - this.#viewAt >= VIEW_EVERY_MS - TICK_EVERY_MS / 2) {
      if (this.#connection.phase !== "paused")
        this.#stats.remember({
          fps: this.#stats.shownFps(now),
          ageMs: this.#stats.ageNow(now),
          quality: this.#adapt.quality,
        });
      this.#show();
    }
  }

  #report(): Report {
    return {
      fps: round(this.#adapt.fps),
      age_ms: this.#stats.ageMs === null ? null : Math.round(this.#stats.ageMs),
      skipped: this.#stats.takeSkipped(),
    };
  }

  /** Makes the stream have the quality that `adapt` decided on. */
  #apply(): void {
    const { quality } = this.#adapt;
    // Not connected: the next connection asks for it.
    if (quality === this.#session.quality || !this.#connection.opened) return;
    this.#stats.totals.switches++;
    // At a plain server by a new connection; the picture on screen and the window of arrivals stay.
    this.#session.switchTo(quality);
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
      best: this.#adapt.best,
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
      corruptInARow: this.#corruptInARow,
      shownTakenAt: this.#renderer.frame?.takenAt ?? null,
      behindMs: this.#lookingAt === null ? null : now - this.#lookingAt,
      rewindMs: this.#rewind.reachMs(now),
      history: this.#stats.history,
      totals: { ...this.#stats.totals },
    });
  }
}

const seconds = () => performance.now() / 1000;
const round = (x: number) => Math.round(x * 10) / 10;
