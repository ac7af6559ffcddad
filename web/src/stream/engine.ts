/**
 * One camera's stream, from the socket to the screen. Knows no DOM, so that it runs in a worker,
 * where a busy page cannot hold it up, and on the main thread where workers cannot draw.
 *
 * A frame is acknowledged when it is decoded, not when it came, so that the server knows what this
 * viewer can really take.
 */

import { type Connection, type ConnectionEvent, initial, reduce, viewOf } from "./connection";
import { askStatus } from "./gateway_status";
import { Motion } from "./motion";
import type { Needs } from "./needs";
import type { CameraStatus, ServerMessage } from "./protocol";
import type { Received } from "./rebuild";
import { type Rendered, Renderer } from "./renderer";
import type { Rendition } from "./rendition";
import { Rewind } from "./rewind";
import { Session } from "./session";
import { Stats } from "./stats";
import { Steering, steeringView } from "./steering";
import { ALL_TILES } from "./together";
import type { Adopted, Clip, EngineConfig, Snapshot, View } from "./view_model";

const TICK_EVERY_MS = 250;
const VIEW_EVERY_MS = 500;
const ADAPT_EVERY_MS = 1_000;

interface Frame extends Received, Pick<Snapshot, "takenAt"> {
  acknowledged: boolean;
}

export class Engine {
  readonly #config: EngineConfig;
  readonly #renderer: Renderer<Frame>;
  readonly #publish: (view: View) => void;
  readonly #steering: Steering;
  readonly #motion = new Motion();
  readonly #stats = new Stats();
  readonly #rewind: Rewind<Frame>;
  readonly #timer: ReturnType<typeof setInterval>;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #connection: Connection = initial;
  readonly #session: Session;
  #status: CameraStatus | null = null;
  /** When the picture that a person looks back at came; null is live. */
  #lookingAt: number | null = null;
  #viewAt = 0;
  /** The next picture drawn is the first of a live stream: the view is published with it. */
  #announce = false;
  #askAt = 0;

  constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    config: EngineConfig,
    publish: (view: View) => void,
    together = ALL_TILES,
  ) {
    this.#config = config;
    this.#publish = publish;
    this.#renderer = new Renderer(canvas, together, {
      decoded: (frame) => this.#acknowledge(frame),
      drawn: (shown) => this.#drawn(shown),
    });
    this.#rewind = new Rewind(config.rewindBytes);
    this.#session = new Session(config.base, config.camera, {
      opened: () => this.#dispatch({ type: "opened" }),
      message: (message) => this.#heard(message),
      frame: (received) => this.#received(received),
      closed: (code, reason) =>
        this.#dispatch({ type: "closed", code, reason, online: navigator.onLine }),
    });
    this.#steering = new Steering(this.#session, config, performance.now());
    this.need(config.needs);
    this.#timer = setInterval(() => this.#tick(), TICK_EVERY_MS);
    this.#dispatch({ type: "start" });
  }

  choose(rendition: Rendition | "auto"): void {
    if (rendition === "auto") this.#steering.adapt.auto(performance.now() / 1000);
    else this.#steering.adapt.choose(rendition);
    this.#apply();
    if (this.#connection.refusal?.kind === "quality") this.#dispatch({ type: "retry" });
    this.#show();
  }

  /** A picture that is shown larger, or looked at, asks for more. */
  need(needs: Needs): void {
    this.#steering.need(needs, performance.now());
    // Only a tile asks for few pictures until something moves.
    if (needs.attended) this.#motion.forget();
    this.#apply();
  }

  /** Another part of the page shows this stream from now on: the connection and the picture stay. */
  adopt(config: Adopted): void {
    this.#rewind.bound(config.rewindBytes);
    this.need(config.needs);
    this.#steering.begin(config, performance.now());
    if (this.#lookingAt !== null) this.lookBack(null);
    this.mark(null);
    this.#apply();
    this.#show();
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
    return frame && { jpeg: frame.jpeg(), takenAt: frame.takenAt };
  }

  /** What can be looked back at, as a film; null where there is nothing. */
  async clip(): Promise<Clip | null> {
    const kept = [...this.#rewind.all()];
    // Seldom wanted, and nobody waits for a picture because of it.
    const { writeAvi } = await import("./avi");
    const avi = writeAvi(kept.map(({ frame, at }) => ({ jpeg: frame.jpeg(), at })));
    return avi && { avi, takenAt: kept[0]?.frame.takenAt ?? Date.now() };
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
      if (effect === "open") this.#steering.open();
      else if (effect === "close") this.#session.close();
      else
        void askStatus(this.#config.base).then((said) =>
          this.#dispatch({ type: "answer", ...said }),
        );
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

  #entered(phase: Connection["phase"], before: Connection["phase"]): void {
    if (before === "live" && phase !== "stalled") this.#stats.interrupted();
    if (phase === "connecting" || phase === "paused") this.#steering.adapt.reset();
    // The picture that made it live is not drawn yet; until it is, an old one is on screen.
    if (phase === "live") this.#announce = true;
    else this.#show();
  }

  #heard(message: ServerMessage): void {
    const now = performance.now();
    this.#steering.heard(message, now);
    this.#apply();
    if (message.type === "clock") this.#compared(now);
    if (message.type !== "status") return;
    this.#status = message;
    this.#dispatch({ type: "camera", up: message.state === "live" });
    this.#show();
  }

  /** Clocks were compared: what is on screen may be older than it seemed. */
  #compared(now: number): void {
    if (this.#lookingAt === null) this.#stats.aged(this.#ageOf(this.#renderer.frame), now);
    this.#show();
  }

  #received(received: Received): void {
    const now = performance.now();
    const { stamp } = received;
    const takenAt = stamp?.capturedAtMs ?? Date.now();
    const frame: Frame = { ...received, takenAt, acknowledged: false };
    this.#dispatch({ type: "frame" });
    // A picture proves that the camera's host answers; its next status follows within a second.
    if (this.#status?.state === "offline") {
      this.#status = null;
      this.#dispatch({ type: "camera", up: true });
    }
    this.#stats.received(received, now);
    this.#steering.arrived(stamp, now);
    this.#rewind.push(frame, received.keeps, now);
    this.#renderer.look = this.#steering.looks(now) ? (picture) => this.#look(picture) : null;
    if (this.#lookingAt === null) this.#renderer.draw(frame);
    else {
      this.#acknowledge(frame);
      this.#dispatch({ type: "drawn" });
    }
  }

  #drawn({ frame, decodeMs }: Rendered<Frame>): void {
    this.#acknowledge(frame);
    this.#stats.decoded(decodeMs !== null);
    if (decodeMs === null) return;
    this.#steering.drew(this.#renderer.size, performance.now());
    if (this.#lookingAt === null)
      this.#stats.drawn(this.#ageOf(frame), decodeMs, performance.now());
    else this.#show();
    this.#dispatch({ type: "drawn" });
    if (this.#announce) {
      this.#announce = false;
      this.#show();
    }
  }

  #ageOf(frame: Frame | null): number | null {
    return frame?.stamp ? this.#session.ageMs(frame.stamp.capturedAtMs) : null;
  }

  #look(picture: CanvasImageSource): void {
    if (!this.#motion.look(picture) || this.#lookingAt !== null) return;
    this.#steering.moved(performance.now());
    this.#apply();
  }

  #acknowledge(frame: Frame): void {
    if (!frame.stamp || frame.acknowledged) return;
    frame.acknowledged = true;
    this.#session.acknowledge(frame.stamp.seq);
  }

  #tick(): void {
    const now = performance.now();
    this.#dispatch({ type: "tick" });
    this.#renderer.settle();
    const live = this.#connection.phase === "live";
    if (live) {
      const due = now - this.#askAt >= ADAPT_EVERY_MS - TICK_EVERY_MS / 2;
      if (due) this.#askAt = now;
      this.#steering.tick(now, due);
      this.#apply();
      this.#session.tick(now, () => this.#stats.report(this.#steering.adapt.arrivals.fps));
    }
    if (now - this.#viewAt < VIEW_EVERY_MS - TICK_EVERY_MS / 2) return;
    if (this.#connection.phase !== "paused")
      this.#stats.remember(this.#steering.adapt.rendition.quality, now);
    this.#show();
  }

  /** Makes the stream be what was decided; where there is no connection, the next one asks for it. */
  #apply(): void {
    this.#renderer.fit(this.#steering.needs, this.#steering.camera);
    const { every, rate } = this.#steering.adapt;
    this.#stats.pace(every, rate);
    if (this.#connection.opened && this.#steering.apply()) this.#stats.totals.switches++;
  }

  #show(): void {
    const now = performance.now();
    this.#viewAt = now;
    const unknown = this.#stats.ageMs !== null && !this.#session.knowsAge;
    this.#publish({
      madeAt: now,
      ...viewOf(this.#connection, now),
      camera: this.#status,
      ...steeringView(this.#steering),
      fps: this.#connection.phase === "live" ? this.#steering.adapt.arrivals.fps : 0,
      ...this.#stats.view(now),
      ...(unknown && { ageMs: null }),
      ageKnown: !unknown,
      ...this.#renderer.size,
      shownTakenAt: this.#renderer.frame?.takenAt ?? null,
      behindMs: this.#lookingAt === null ? null : now - this.#lookingAt,
      rewindMs: this.#rewind.reachMs(now),
      // Nobody reads it in a tile, and to carry a minute of it to the page is most of a view's cost.
      history: this.#steering.needs.attended ? this.#stats.history : [],
    });
  }
}
