/**
 * A viewer's session with the gateway, on one WebSocket after another: what is asked and told there
 * beside the pictures. When to connect is decided by `connection.ts`, which rendition by `adapt.ts`.
 *
 * A server that sends no `hello` does not speak `?v=2` and is sent nothing.
 */

import { FrameAge } from "./frame_age";
import { streamUrl } from "./gateway_urls";
import type { ClientMessage, Hello, Report, ServerMessage } from "./protocol";
import { Rebuild, type Received } from "./rebuild";
import { BEST, type Rendition } from "./rendition";
import { Socket, type SocketEvents } from "./socket";

export interface SessionEvents extends Omit<SocketEvents, "frame"> {
  /** A frame, put together where it came as a delta. */
  frame(received: Received): void;
}

/** The part of a rate by which another must differ. */
const MIN_RATE_CHANGE = 0.1;
const REPORT_EVERY_MS = 5_000;
const ASK_CLOCK_EVERY_MS = 10_000;

export class Session {
  readonly #base: string;
  readonly #camera: string | null;
  readonly #socket: Socket;
  readonly #frameAge = new FrameAge();
  readonly #rebuild = new Rebuild(() => this.#send({ type: "whole" }));
  #hello: Hello | null = null;
  #rendition: Rendition = BEST;
  #fps: number | null = null;
  #reportAt = 0;
  #clockAt = 0;

  /** `camera` null is the gateway's default one. */
  constructor(base: string, camera: string | null, events: SessionEvents) {
    this.#base = base;
    this.#camera = camera;
    this.#socket = new Socket({
      ...events,
      message: (message) => {
        this.#heard(message);
        events.message(message);
      },
      frame: (bytes) => {
        const received = this.#rebuild.take(bytes);
        if (received) events.frame(received);
      },
    });
  }

  /** Opens a connection in place of the present one; `fps` null is every picture. */
  open(rendition: Rendition, fps: number | null): void {
    this.#hello = null;
    this.#rebuild.reset();
    this.#rendition = rendition;
    this.#fps = fps;
    this.#socket.open(streamUrl(this.#base, rendition, this.#camera, fps));
  }

  close(): void {
    this.#socket.drop();
  }

  /** What the server was last asked for. */
  get rendition(): Rendition {
    return this.#rendition;
  }

  /** In place, or at a plain server by a new connection. */
  switchTo(rendition: Rendition): void {
    const { quality, size } = rendition;
    if (this.#hello?.inband) {
      this.#rendition = rendition;
      this.#send({ type: "quality", quality, ...(this.#hello.sizes && { size }) });
    } else this.open(rendition, this.#fps);
  }

  /** From now on so many pictures a second at most. A small difference is not worth a message. */
  pace(fps: number | null): void {
    if (fps === this.#fps || !this.#hello?.sizes) return;
    const [asked, next] = [this.#fps ?? 0, fps ?? 0];
    if (Math.abs(asked - next) <= MIN_RATE_CHANGE * Math.min(asked, next)) return;
    this.#fps = fps;
    this.#send({ type: "rate", fps });
  }

  /** This frame is decoded: the server learns what this viewer can really take. */
  acknowledge(seq: number): void {
    if (this.#hello?.acks) this.#send({ type: "ack", seq });
  }

  /** Asks for the gateway's clock and reports, each when it is due. `now` in milliseconds. */
  tick(now: number, report: () => Report): void {
    if (now - this.#reportAt >= REPORT_EVERY_MS) {
      this.#reportAt = now;
      this.#send({ type: "report", ...report() });
    }
    if (now - this.#clockAt >= ASK_CLOCK_EVERY_MS) this.#askClock(now);
  }

  /** How old something is now that was captured then, milliseconds since the epoch by its stamp. */
  ageMs(capturedAtMs: number): number {
    return this.#frameAge.ageMs(capturedAtMs, steadyEpochMs());
  }

  /** Whether that is more than a guess. A server that does not speak of clocks leaves it at that. */
  get knowsAge(): boolean {
    return !this.#hello || this.#frameAge.isKnown(steadyEpochMs());
  }

  #heard(message: ServerMessage): void {
    if (message.type === "hello") {
      const now = performance.now();
      this.#hello = message;
      // A server without sizes has begun with a full picture; another may not give what was asked for.
      this.#rendition = message.rendition;
      this.#frameAge.reset();
      this.#reportAt = now;
      this.#askClock(now);
    } else if (message.type === "clock")
      this.#frameAge.replied(message.t, steadyEpochMs(), message.nowMs);
  }

  #askClock(now: number): void {
    this.#clockAt = now;
    this.#send({ type: "clock", t: steadyEpochMs() });
  }

  #send(message: ClientMessage): void {
    if (this.#hello) this.#socket.send(message);
  }
}

/**
 * Milliseconds since the epoch that no step of this device's clock moves (a time server, a virtual
 * machine that wakes): with such a step every picture would be older or younger all at once.
 */
const steadyEpochMs = () => performance.timeOrigin + performance.now();
