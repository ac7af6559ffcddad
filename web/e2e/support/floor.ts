/**
 * What a stream costs a browser at the least: a page whose worker takes each message and acknowledges it, and draws
 * nothing, or a pixel. Below that no client of the same protocol can be, whatever it does with the bytes.
 */

import { createServer, type Server } from "node:http";

export type Floor = "nothing" | "a pixel";

export class FloorPage {
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const isScript = request.url === "/worker.js";
      response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? `(${work})();` : PAGE);
    });
  }

  static async open(): Promise<FloorPage> {
    const page = new FloorPage();
    await new Promise<void>((resolve) => page.#server.listen(0, "127.0.0.1", resolve));
    return page;
  }

  /** For a gateway's `GATEWAY_ALLOWED_ORIGINS`. */
  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the page is closed");
    return `http://127.0.0.1:${address.port}`;
  }

  /** The page with a stream of this address, drawn so. */
  url(stream: string, floor: Floor): string {
    return `${this.origin}/?${new URLSearchParams({ stream, floor })}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** In the page: how many messages were frames so far. */
export const framesSoFar = (): Promise<number> =>
  new Promise((resolve) => {
    const { worker } = window as unknown as { worker: Worker };
    worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
    worker.postMessage(null);
  });

/** The canvas is as wide as the stage of the page. */
const PAGE = `<!doctype html><body style="margin: 0"><canvas width="1280" height="720" style="width: 100%"></canvas>
<script>
  const asked = new URLSearchParams(location.search);
  const canvas = document.querySelector("canvas").transferControlToOffscreen();
  const worker = window.worker = new Worker("/worker.js");
  worker.postMessage({ canvas, stream: asked.get("stream"), draws: asked.get("floor") !== "nothing" }, [canvas]);
</script>`;

interface Task {
  canvas: OffscreenCanvas;
  stream: string;
  draws: boolean;
}

/** Runs in the worker, and so knows nothing of what stands around it here. */
function work(): void {
  let frames = 0;
  self.onmessage = ({ data: { canvas, stream, draws } }: MessageEvent<Task>) => {
    self.onmessage = () => postMessage(frames);
    const context = canvas.getContext("2d", { alpha: false });
    const socket = new WebSocket(stream);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") return;
      frames++;
      if (draws && context) {
        context.fillStyle = frames % 2 === 0 ? "#fff" : "#000";
        context.fillRect(0, 0, 1, 1);
      }
      // Of a whole frame and of a delta the stamp's number stands near the beginning.
      const head = String.fromCharCode(...new Uint8Array(data, 0, 200));
      const seq = Number(/(\d{12}) t=/.exec(head)?.[1]);
      socket.send(JSON.stringify({ type: "ack", seq }));
    };
  };
}
