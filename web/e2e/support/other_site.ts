/** A page of somebody else's, from another origin, that shows an address in a frame of 640 × 360. */

import { createServer, type Server } from "node:http";

export class OtherSite {
  readonly #server: Server;
  #framed = "";

  static async open(): Promise<OtherSite> {
    const site = new OtherSite();
    await new Promise<void>((resolve) => site.#server.listen(0, "127.0.0.1", resolve));
    return site;
  }

  private constructor() {
    this.#server = createServer((_, answer) => {
      const frame = `<iframe src="${this.#framed}" width="640" height="360" frameborder="0"></iframe>`;
      answer.setHeader("Content-Type", "text/html");
      answer.end(`<!doctype html><title>Another site</title>${frame}`);
    });
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the site is closed");
    return `http://127.0.0.1:${address.port}`;
  }

  /** The same under another name, which is another site to a browser, and not only another origin. */
  get foreign(): string {
    return this.origin.replace("127.0.0.1", "localhost");
  }

  frames(url: string): void {
    this.#framed = url.replaceAll("&", "&amp;");
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
