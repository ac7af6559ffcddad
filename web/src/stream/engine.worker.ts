/** The engines of a page, in a worker: a busy page cannot hold the picture up. */

import { Engine } from "./engine";
import type { View } from "./view_model";
import { execute, type FromThread, handedOver, type Notice, type ToThread } from "./worker_port";

const engines = new Map<number, Engine>();

self.onmessage = ({ data: { id, message } }: MessageEvent<ToThread>) => {
  const tell = (notice: Notice) => {
    const told: FromThread = { id, notice };
    postMessage(told, { transfer: handedOver(notice) });
  };
  const engine = engines.get(id);
  if (message.type === "start") {
    const show = (view: View) => tell({ type: "view", view });
    engines.set(id, new Engine(message.canvas, message.config, show));
  } else if (engine) execute(engine, message, tell);
  if (message.type !== "close") return;
  engines.delete(id);
  if (engines.size === 0) self.close();
};
