/**
 * A stand-in for a camera's host that publishes a status, and frames that a real one made, on the real
 * bus: so a test sees what the page says of a camera's trouble without a broken camera, and has nine
 * cameras on a machine that could not encode for nine.
 */

import { connect, type Socket } from "node:net";
import { jpegSize } from "../../src/stream/avi";
import { labelOf, RENDITIONS } from "../../src/stream/rendition";
import { BusListener } from "./bus_listener";
import { eventually } from "./eventually";
import type { Gateway } from "./gateway";
import type { Pictures } from "./snapshots";

/** The gateway calls a camera offline after three seconds without a status. */
const STATUS_EVERY_MS = 500;
/** Renewed every one and a half seconds. */
const LEASE_MS = 3_000;
const RUN = "00000001";

export class CameraHost {
  readonly #camera: string;
  readonly #socket: Socket;
  readonly #timer: ReturnType<typeof setInterval>;
  #status = "";
  #player: ReturnType<typeof setInterval> | undefined;
  #seq = 0;
  /** When each rendition was last asked for. */
  readonly #leases = new Map<string, number>();
  readonly #demand: BusListener;

  /** `nats` is the server's URL. Of its protocol this needs CONNECT, PUB and PONG. */
  constructor(nats: string, camera: string) {
    const { hostname, port } = new URL(nats);
    this.#camera = camera;
    this.#socket = connect(Number(port), hostname);
    this.#socket.on("data", (data: Buffer) => {
      if (data.includes("PING")) this.#socket.write("PONG\r\n");
    });
    this.#socket.write('CONNECT {"verbose":false}\r\n');
    this.#demand = new BusListener(nats, `$KV.demand.${camera}.>`, (_, subject) => {
      const label = subject.split(".")[3]?.slice(1) ?? "";
      this.#leases.set(label, performance.now());
    });
    this.#timer = setInterval(() => this.#publish(), STATUS_EVERY_MS);
  }

  says(state: string, reason: string | null = null, detail = ""): void {
    this.#say(state, { reason, detail });
  }

  /**
   * Plays these JPEGs again and again, with stamps as of now: of a size, under the name of each of its
   * renditions that somebody wants.
   */
  plays(pictures: Pictures, fps: number): void {
    clearInterval(this.#player);
    const { width, height } = jpegSize(pictures.full[0] as Buffer) ?? { width: 0, height: 0 };
    this.#say("live", { fps, nominal_fps: fps, width, height });
    this.#player = setInterval(() => {
      this.#seq++;
      const now = performance.now();
      for (const rendition of RENDITIONS) {
        if (now - (this.#leases.get(labelOf(rendition)) ?? 0) > LEASE_MS) continue;
        const all = pictures[rendition.size];
        const jpeg = stamped(all[this.#seq % all.length] as Buffer, this.#seq);
        const subject = `frames.${this.#camera}.q${labelOf(rendition)}`;
        this.#socket.write(`PUB ${subject} ${jpeg.length}\r\n`);
        this.#socket.write(jpeg);
        this.#socket.write("\r\n");
      }
    }, 1_000 / fps);
  }

  /** Ends when `gateway` calls the camera offline: until then every page would offer it. */
  async close(gateway: Gateway): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#player);
    this.#socket.destroy();
    this.#demand.close();
    await eventually(`${this.#camera} is offline`, async () => {
      const status = await (await fetch(`${gateway.url}api/status`)).json();
      const cameras: { camera: string; state: string }[] = status.cameras;
      return !cameras.some((c) => c.camera === this.#camera && c.state !== "offline");
    });
  }

  #say(state: string, more: object): void {
    this.#status = JSON.stringify({
      ...{ camera: this.#camera, state, reason: null, detail: "", fps: 0, width: 0, height: 0 },
      ...{ source: "webcam", format: "", run: RUN, qualities: [], renditions: [], ...more },
    });
    this.#publish();
  }

  #publish(): void {
    if (this.#status === "") return;
    const length = Buffer.byteLength(this.#status);
    this.#socket.write(`PUB status.${this.#camera} ${length}\r\n${this.#status}\r\n`);
  }
}

/** The same picture with the stamp of another frame, taken now. */
function stamped(jpeg: Buffer, seq: number): Buffer {
  const copy = Buffer.from(jpeg);
  const at = copy.indexOf("RERO1 run=");
  if (at < 0) throw new Error("a JPEG without a stamp");
  const [number, time] = [String(seq), String(Date.now() * 1_000)];
  copy.write(`RERO1 run=${RUN} seq=${number.padStart(12, "0")} t=${time.padStart(16, "0")}`, at);
  return copy;
}
