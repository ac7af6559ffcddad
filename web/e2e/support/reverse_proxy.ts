/** A reverse proxy in front of the gateway that changes the address of what it passes on. */

import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { Duplex } from "node:stream";

export class ReverseProxy {
  /** Addresses that were asked for, as the browser wrote them. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  /** `rewrite` gives the gateway's address for the browser's; null is 404. */
  static async to(port: number, rewrite: (url: string) => string | null): Promise<ReverseProxy> {
    const proxy = new ReverseProxy(port, rewrite);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  private constructor(port: number, rewrite: (url: string) => string | null) {
    // The gateway compares `Origin` with `Host`: both stay as the browser wrote them.
    const pass = ({ method, headers, url = "/" }: IncomingMessage) => {
      this.asked.push(url);
      const path = rewrite(url);
      return path === null ? null : request({ host: "127.0.0.1", port, method, headers, path });
    };
    this.#server = createServer((asked, answer) => {
      const onward = pass(asked);
      if (!onward) {
        answer.writeHead(404).end();
        return;
      }
      onward.on("error", () => answer.destroy());
      onward.on("response", (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      });
      asked.pipe(onward);
    });
    this.#server.on("upgrade", (asked, browser) => {
      const onward = pass(asked);
      if (!onward) {
        browser.destroy();
        return;
      }
      onward.on("error", () => browser.destroy());
      onward.on("response", () => browser.destroy());
      onward.on("upgrade", (got, gateway, first) => {
        const { rawHeaders } = got;
        const lines = rawHeaders.flatMap((name, i) =>
          i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : [],
        );
        browser.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
        browser.write(first);
        for (const [from, to] of [
          [browser, gateway],
          [gateway, browser],
        ] as const) {
          this.#sockets.add(from);
          from.on("error", () => to.destroy());
          from.on("close", () => to.destroy());
          from.pipe(to);
        }
      });
      onward.end();
    });
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy is closed");
    return `http://127.0.0.1:${address.port}/`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }
}
