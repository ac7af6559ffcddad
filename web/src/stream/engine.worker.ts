/**
 * The engine in a worker of its own: a busy page cannot hold the picture up. This is a part of the
 * page's first script; the engine itself comes while the connection is made.
 */

import { openEarly } from "./early_socket";
import type { Engine } from "./engine";
import { firstStream } from "./first";
import { type Command, execute, handedOver, type Notice, type Start } from "./worker_port";

const tell = (notice: Notice) => postMessage(notice, { transfer: handedOver(notice) });

/** WebKit runs a worker's script once more for a module that imports it, and the engine does. */
const thread = globalThis as { works?: boolean };

/** Does what the page says, from now on. */
export function work(): void {
  if (thread.works) return;
  thread.works = true;
  const loaded = import("./engine");
  // Said to whoever begins something; until then nobody listens.
  loaded.catch(() => {});
  let engine: Engine | null = null;
  self.onmessage = ({ data }: MessageEvent<Start | Command>) => {
    const start = data.type === "start" ? data : null;
    const first = start && firstStream(start.config);
    if (first) openEarly(first);
    const obey = ({ Engine }: Awaited<typeof loaded>) => {
      if (start)
        engine = new Engine(start.canvas, start.config, (view) => tell({ type: "view", view }));
      else if (engine) execute(engine, data as Command, tell);
      if (data.type === "close") self.close();
    };
    const lost = () => {
      if (start) tell({ type: "lost" });
    };
    // What goes wrong is an error of this thread, and not of a promise, of which the page would not hear.
    loaded.then(obey, lost).catch(reportError);
  };
  tell({ type: "ready" });
}
