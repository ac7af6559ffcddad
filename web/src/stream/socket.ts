/** The one place that talks to a WebSocket: bytes and known messages in, messages out. */

import { type ClientMessage, encode, parseServerMessage, type ServerMessage } from "./protocol";

export interface Heard {
  opened(): void;
  told(message: ServerMessage): void;
  received(jpeg: ArrayBuffer): void;
  closed(code: number, reason: string): void;
}

export class Socket {
  readonly #heard: Heard;
  #socket: WebSocket | null = null;

  constructor(heard: Heard) {
    this.#heard = heard;
  }

  /** Opens a connection in place of the present one. */
  open(url: string): void {
    this.drop();
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#heard.opened();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== "string") return this.#heard.received(data);
      const message = parseServerMessage(data);
      if (message) this.#heard.told(message);
    };
    socket.onclose = ({ code, reason }) => {
      this.drop();
      this.#heard.closed(code, reason);
    };
  }

  /** Lets go of the connection; what it still says is not heard. */
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
