/**
 * The engines of a page in a worker: a busy page cannot hold the picture up. This is a part of the page's
 * first script; the engine itself comes while the connection is made.
 */

import { openEarly } from "./early_socket";
import type { Engine } from "./engine";
import { firstStream } from "./first";
import { execute, type FromThread, handedOver, type Notice, type ToThread } from "./worker_port";

/** WebKit runs a worker's script once more for a module that imports it, and the engine does. */
const thread = globalThis as { works?: boolean };

/** Does what the page says, from now on. */
export function work(): void {
  if (thread.works) return;
  thread.works = true;
  const loaded = import("./engine");
  // Said to whoever begins something; until then nobody listens.
  loaded.catch(() => {});
  const engines = new Map<number, Engine>();
  self.onmessage = ({ data: { id, message } }: MessageEvent<ToThread>) => {
    const tell = (notice: Notice) => say({ id, notice });
    const start = message.type === "start" ? message : null;
    const first = start && firstStream(start.config);
    if (first) openEarly(first);
    const obey = ({ Engine }: Awaited<typeof loaded>) => {
      const engine = engines.get(id);
      if (message.type === "start")
        engines.set(
          id,
          new Engine(message.canvas, message.config, (view) => tell({ type: "view", view })),
        );
      else if (engine) execute(engine, message, tell);
      if (message.type !== "close") return;
      engines.delete(id);
      if (engines.size === 0) self.close();
    };
    const lost = () => {
      if (start) tell({ type: "lost" });
    };
    // What goes wrong is an error of this thread, and not of a promise, of which the page would not hear.
    loaded.then(obey, lost).catch(reportError);
  };
  say("ready");
}

function say(told: FromThread): void {
  postMessage(told, { transfer: told === "ready" ? [] : handedOver(told.notice) });
}
