/**
 * A bad network between browser and gateway: a TCP proxy with a rate, a delay and a small buffer,
 * so that the gateway feels the back pressure. Where it is long a connection takes a round trip to be
 * made, and begins with as little as TCP does. With several targets it is a load balancer too.
 */

import { connect, createServer, type Server, type Socket } from "node:net";

/** Like the buffer of a home router. */
const BUFFER_BYTES = 64 * 1024;
const PUMP_EVERY_MS = 2;
/** Bytes are let through in bursts no longer than this. */
const MAX_BURST_MS = 20;
const PACKET_BYTES = 1460;
/** What a connection begins with before the first answer. Source: RFC 6928. */
const FIRST_WINDOW_BYTES = 10 * PACKET_BYTES;

interface Flow {
  client: Socket;
  server: Socket;
  queue: Buffer[];
  queued: number;
  /** Sent, and not yet answered by the browser's side of a link that is long. */
  onWay: number;
  /** How much that may be: as TCP does, it grows by what is answered. */
  window: number;
}

export class Link {
  /** Megabits a second towards the browser; 0 is as fast as it goes. */
  rate = 0;
  /** One way, both ways. */
  delayMs = 0;
  /** While set, nothing passes, and no connection is closed. */
  cut = false;
  /** Bytes that reached the browser. */
  bytes = 0;
  /** Ports; the first that listens gets the connection. */
  targets: number[];
  /** What a browser's request becomes on its way. */
  asking: (request: string) => string = (request) => request;
  readonly #flows = new Set<Flow>();
  readonly #server: Server;
  readonly #timer: ReturnType<typeof setInterval>;
  #tokens = 0;
  #last = performance.now();

  private constructor(targets: number[]) {
    this.targets = targets;
    this.#server = createServer((client) => this.#accept(client, [...this.targets]));
    this.#timer = setInterval(() => this.#pump(), PUMP_EVERY_MS);
  }

  static async to(...targets: number[]): Promise<Link> {
    const link = new Link(targets);
    await new Promise<void>((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the link is closed");
    return `http://127.0.0.1:${address.port}/`;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#server.close();
    for (const flow of this.#flows) flow.client.destroy();
  }

  #accept(client: Socket, targets: number[]): void {
    const target = targets.shift();
    if (target === undefined) {
      client.destroy();
      return;
    }
    client.on("error", () => client.destroy());
    const server = connect(target, "127.0.0.1");
    server.once("error", () => {
      server.destroy();
      this.#accept(client, targets);
    });
    server.once("connect", () => {
      server.removeAllListeners("error");
      const sent = { onWay: 0, window: FIRST_WINDOW_BYTES };
      this.#join({ client, server, queue: [], queued: 0, ...sent });
    });
  }

  #join(flow: Flow): void {
    const { client, server } = flow;
    this.#flows.add(flow);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
    }
    server.on("data", (data: Buffer) => {
      flow.queue.push(data);
      flow.queued += data.length;
      if (flow.queued >= BUFFER_BYTES) server.pause();
    });
    const listen = () => {
      client.once("data", (data: Buffer) => {
        const request = Buffer.from(this.asking(data.toString("latin1")), "latin1");
        this.#later(() => server.write(request));
        client.on("data", (data: Buffer) => this.#later(() => server.write(data)));
      });
    };
    this.#later(() => this.#later(listen));
    const end = () => {
      this.#flows.delete(flow);
      client.destroy();
      server.destroy();
    };
    client.on("close", end);
    // What the gateway said last, such as why it closes, must still arrive.
    server.on("close", () => setTimeout(end, 200 + this.delayMs));
  }

  #later(act: () => void): void {
    if (this.delayMs === 0) act();
    else setTimeout(act, this.delayMs);
  }

  #pump(): void {
    const now = performance.now();
    const perMs = this.rate === 0 ? Number.POSITIVE_INFINITY : (this.rate * 1e6) / 8 / 1000;
    const earned = this.rate === 0 ? perMs : perMs * (now - this.#last);
    this.#tokens = Math.min(
      this.#tokens + earned,
      Math.max(perMs * MAX_BURST_MS, 2 * PACKET_BYTES),
    );
    this.#last = now;
    if (this.cut) return;
    let moved = true;
    while (moved && this.#tokens > 0) {
      moved = false;
      for (const flow of this.#flows) {
        if (this.#tokens <= 0) break;
        moved = this.#send(flow) || moved;
      }
    }
    if (this.rate === 0) this.#tokens = 0;
  }

  /** One packet, so that several flows share the link fairly. */
  #send(flow: Flow): boolean {
    const head = flow.queue[0];
    const long = this.delayMs > 0;
    if (!head || (long && flow.onWay >= flow.window)) return false;
    const whole = this.rate === 0 && !long;
    const size = whole ? head.length : Math.min(PACKET_BYTES, head.length);
    if (size === head.length) flow.queue.shift();
    else flow.queue[0] = head.subarray(size);
    flow.queued -= size;
    this.#tokens -= size;
    this.bytes += size;
    const piece = head.subarray(0, size);
    this.#later(() => flow.client.writable && flow.client.write(piece));
    if (long) {
      flow.onWay += size;
      setTimeout(() => {
        flow.onWay -= size;
        flow.window += size;
      }, 2 * this.delayMs);
    }
    if (flow.queued < BUFFER_BYTES && flow.server.isPaused()) flow.server.resume();
    return true;
  }
}
