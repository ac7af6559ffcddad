/**
 * The threads that engines run in. Each is a worker that runs the page's first script once more: the
 * browser has it already, so that one starts while everything else still loads.
 */

let script = "";

/** Where that script is; said once, by itself. */
export const threadsRun = (url: string): void => {
  script = url;
};

/** Drawing in a worker: Chromium 69, Firefox 105, Safari 16.4; the main thread for all others. */
export const canUseThreads = (canvas: object): boolean =>
  typeof Worker === "function" && "transferControlToOffscreen" in canvas;

export const newThread = (): Worker => new Worker(script, { type: "module" });
