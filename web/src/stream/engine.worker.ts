/** The engine in a worker of its own: a busy page cannot hold the picture up. */

import { Engine } from "./engine";
import { type Command, execute, handedOver, type Notice, type Start } from "./worker_port";

let engine: Engine | null = null;
const tell = (notice: Notice) => postMessage(notice, { transfer: handedOver(notice) });

self.onmessage = ({ data }: MessageEvent<Start | Command>) => {
  if (data.type === "start")
    engine = new Engine(data.canvas, data.config, (view) => tell({ type: "view", view }));
  else if (engine) execute(engine, data, tell);
  if (data.type === "close") self.close();
};
