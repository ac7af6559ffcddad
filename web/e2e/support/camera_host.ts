/**
 * A stand-in for a camera's host that publishes a status and no frames, on the real bus: so a test
 * sees what the page says of a camera's trouble without a broken camera.
 */

import { connect, type Socket } from "node:net";
import { eventually } from "./eventually";
import type { Gateway } from "./gateway";

/** The gateway calls a camera offline after three seconds without a status. */
const STATUS_EVERY_MS = 500;

export class CameraHost {
  readonly #camera: string;
  readonly #socket: Socket;
  readonly #timer: ReturnType<typeof setInterval>;
  #status = "";

  /** `nats` is the server's URL. Of its protocol this needs CONNECT, PUB and PONG. */
  constructor(nats: string, camera: string) {
    const { hostname, port } = new URL(nats);
    this.#camera = camera;
    this.#socket = connect(Number(port), hostname);
    this.#socket.on("data", (data: Buffer) => {
      if (data.includes("PING")) this.#socket.write("PONG\r\n");
    });
    this.#socket.write('CONNECT {"verbose":false}\r\n');
    this.#timer = setInterval(() => this.#publish(), STATUS_EVERY_MS);
  }

  says(state: string, reason: string | null = null, detail = ""): void {
    this.#status = JSON.stringify({
      ...{ camera: this.#camera, state, reason, detail, fps: 0, width: 0, height: 0 },
      ...{ source: "webcam", format: "", run: "00000001", qualities: [] },
    });
    this.#publish();
  }

  /** Ends when `gateway` calls the camera offline: until then every page would offer it. */
  async close(gateway: Gateway): Promise<void> {
    clearInterval(this.#timer);
    this.#socket.destroy();
    await eventually(`${this.#camera} is offline`, async () => {
      const status = await (await fetch(`${gateway.url}api/status`)).json();
      const cameras: { camera: string; state: string }[] = status.cameras;
      return !cameras.some((c) => c.camera === this.#camera && c.state !== "offline");
    });
  }

  #publish(): void {
    if (this.#status === "") return;
    const length = Buffer.byteLength(this.#status);
    this.#socket.write(`PUB status.${this.#camera} ${length}\r\n${this.#status}\r\n`);
  }
}
