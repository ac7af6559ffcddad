/**
 * A viewer's session with the gateway, on one WebSocket after another: what is asked and told there
 * beside the pictures. When to connect is decided by `connection.ts`, which quality by `adapt.ts`.
 *
 * A server that sends no `hello` does not speak `?v=2` and is sent nothing.
 */

import { FrameAge } from "./frame_age";
import { streamUrl } from "./gateway_urls";
import type { ClientMessage, Hello, Report, ServerMessage } from "./protocol";
import { Rebuild, type Received } from "./rebuild";
import { Socket, type SocketEvents } from "./socket";

export interface SessionEvents extends Omit<SocketEvents, "frame"> {
  /** A frame, put together where it came as a delta. */
  frame(received: Received): void;
}

const REPORT_EVERY_MS = 5_000;
const ASK_CLOCK_EVERY_MS = 10_000;

export class Session {
  readonly #base: string;
  readonly #camera: string | null;
  readonly #socket: Socket;
  readonly #frameAge = new FrameAge();
  readonly #rebuild = new Rebuild(() => this.#send({ type: "whole" }));
  #hello: Hello | null = null;
  #quality = 0;
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

  /** Opens a connection in place of the present one. */
  open(quality: number): void {
    this.#hello = null;
    this.#rebuild.reset();
    this.#quality = quality;
    this.#socket.open(streamUrl(this.#base, quality, this.#camera));
  }

  close(): void {
    this.#socket.drop();
  }

  /** The quality that the server was last asked for. */
  get quality(): number {
    return this.#quality;
  }

  /** In place, or at a plain server by a new connection. */
  switchTo(quality: number): void {
    if (this.#hello?.inband) {
      this.#quality = quality;
      this.#send({ type: "quality", quality, size: "full" });
    } else this.open(quality);
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

  #heard(message: ServerMessage): void {
    if (message.type === "hello") {
      const now = performance.now();
      this.#hello = message;
      this.#quality = Math.min(this.#quality, message.best);
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
