/** The bus as it is: every payload of one subject, by NATS' own protocol, without a library. */

import { connect, type Socket } from "node:net";

const END_OF_LINE = Buffer.from("\r\n");

type Heard = (payload: Buffer, subject: string) => void;

export class BusListener {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);

  /** Of the protocol this needs CONNECT, SUB, MSG and PONG. */
  constructor(nats: string, subject: string, heard: Heard) {
    const { hostname, port } = new URL(nats);
    this.#socket = connect(Number(port), hostname);
    this.#socket.on("data", (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      for (let next = this.#next(); next; next = this.#next()) heard(next.payload, next.subject);
    });
    this.#socket.write(`CONNECT {"verbose":false}\r\nSUB ${subject} 1\r\n`);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The next payload that is there whole. */
  #next(): { payload: Buffer; subject: string } | null {
    for (;;) {
      const end = this.#bytes.indexOf(END_OF_LINE);
      if (end < 0) return null;
      const line = this.#bytes.toString("latin1", 0, end);
      const start = end + 2;
      // MSG <subject> <sid> [reply-to] <bytes>
      const length = line.startsWith("MSG ") ? Number(line.split(" ").at(-1)) : null;
      const until = length === null ? start : start + length + 2;
      if (this.#bytes.length < until) return null;
      const payload = length === null ? null : this.#bytes.subarray(start, start + length);
      this.#bytes = this.#bytes.subarray(until);
      if (line === "PING") this.#socket.write("PONG\r\n");
      if (payload) return { payload, subject: line.split(" ")[1] ?? "" };
    }
  }
}
