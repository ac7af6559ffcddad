/** Everything for a test: nats-server, capture and gateways on free ports of this machine. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifact } from "./artifacts";
import { BusListener } from "./bus_listener";
import { CameraHost } from "./camera_host";
import { eventually } from "./eventually";
import type { Gateway } from "./gateway";
import { Program } from "./program";

type Settings = Record<string, string>;

/** Any that is free: one that was free a moment ago may be somebody's by now. */
const ANY_PORT = "127.0.0.1:0";

/** Where a service listens, as it says itself. */
const listening = (program: Program): Promise<{ public: string; admin: string }> =>
  eventually(`"listening" in ${program.log}`, () => {
    const line = readFileSync(program.log, "utf8")
      .split("\n")
      .find((said) => said.includes('"message":"listening"'));
    return line ? JSON.parse(line).fields : null;
  });

export class Stack {
  readonly #programs: Program[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "rero-e2e-"));
  #nats = "";
  #natsServer: Program | null = null;
  readonly captures: Program[] = [];

  /** NATS, one capture and one gateway, ready. */
  static async start(capture: Settings = {}, gateway: Settings = {}): Promise<[Stack, Gateway]> {
    const stack = new Stack();
    try {
      await stack.nats();
      await stack.capture(capture);
      return [stack, await stack.gateway(gateway)];
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** As when its host falls over. */
  async endNats(): Promise<void> {
    await this.#natsServer?.end("SIGKILL");
  }

  async nats(): Promise<void> {
    const nats = this.#run("nats", artifact("NATS_SERVER_BIN"), [
      ...["-js", "-sd", join(this.#folder, "js"), "-a", "127.0.0.1", "-p", "-1"],
      ...["--ports_file_dir", this.#folder],
    ]);
    this.#natsServer = nats;
    this.#nats = await eventually(`nats-server's port (${nats.log})`, () => {
      const file = readdirSync(this.#folder).find((name) => name.endsWith(".ports"));
      if (!file) return null;
      const ports = JSON.parse(readFileSync(join(this.#folder, file), "utf8"));
      return (ports.nats?.[0] as string | undefined) ?? null;
    });
  }

  /** A camera's host that only publishes its status; the caller closes it. */
  cameraHost(camera: string): CameraHost {
    return new CameraHost(this.#nats, camera);
  }

  /** Every payload of a subject, until it is closed. */
  listen(subject: string, heard: (payload: Buffer, subject: string) => void): BusListener {
    return new BusListener(this.#nats, subject, heard);
  }

  async capture(settings: Settings = {}): Promise<Program> {
    const program = this.#run("capture", artifact("CAPTURE_BIN"), [], {
      NATS_URL: this.#nats,
      CAPTURE_SOURCE: "pattern",
      CAPTURE_LINGER: "1s",
      CAPTURE_ADMIN_LISTEN: ANY_PORT,
      ...settings,
    });
    await this.#ready(program, `http://${(await listening(program)).admin}/readyz`);
    this.captures.push(program);
    return program;
  }

  /** Sets the privacy switch as an operator does. */
  async privacy(state: "on" | "off"): Promise<void> {
    const env = { NATS_URL: this.#nats };
    await this.#run("privacy", artifact("CAPTURE_BIN"), ["privacy", state], env).ended;
  }

  async gateway(settings: Settings = {}): Promise<Gateway> {
    const program = this.#run("gateway", artifact("GATEWAY_BIN"), [], {
      NATS_URL: this.#nats,
      GATEWAY_LISTEN: ANY_PORT,
      GATEWAY_ADMIN_LISTEN: ANY_PORT,
      GATEWAY_WEB_ROOT: artifact("WEB_DIST"),
      ...settings,
    });
    const at = await listening(program);
    const url = `http://${at.public}/`;
    await this.#ready(program, `${url}readyz`);
    return { port: Number(new URL(url).port), url, admin: `http://${at.admin}/`, program };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#programs.reverse().map((program) => program.end()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(name: string, path: string, args: string[], env: Settings = {}): Program {
    const program = new Program(name, path, args, env);
    this.#programs.push(program);
    return program;
  }

  async #ready(program: Program, url: string): Promise<void> {
    await eventually(`${url} (its log is ${program.log})`, async () => (await fetch(url)).ok);
  }
}
