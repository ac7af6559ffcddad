/** The one place that talks to a WebSocket: bytes and known messages in, messages out. */

import { openSocket } from "./early_socket";
import { type ClientMessage, encode, parseServerMessage, type ServerMessage } from "./protocol";

export interface SocketEvents {
  opened(): void;
  message(message: ServerMessage): void;
  frame(jpeg: ArrayBuffer): void;
  closed(code: number, reason: string): void;
}

export class Socket {
  readonly #events: SocketEvents;
  #socket: WebSocket | null = null;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  /** Opens a connection in place of the present one. */
  open(url: string): void {
    this.drop();
    const socket = openSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.#events.opened();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== "string") return this.#events.frame(data);
      const message = parseServerMessage(data);
      if (message) this.#events.message(message);
    };
    socket.onclose = ({ code, reason }) => {
      this.drop();
      this.#events.closed(code, reason);
    };
  }

  /** Closes the connection; what still arrives on it is ignored. */
  drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encode(message));
  }
}
