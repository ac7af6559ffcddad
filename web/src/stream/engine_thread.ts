/**
 * The worker that all engines of a page run in, as the page sees it: begun with the first of them, and over with
 * the last. One for each would have the browser compose the window for every tile by itself, and wake as
 * many threads.
 */

import type { Command, FromThread, Notice, Start, ToThread } from "./worker_port";

interface Seat {
  tell: (notice: Notice) => void;
  lost: () => void;
}

class EngineThread {
  readonly #worker: Worker;
  readonly #seats = new Map<number, Seat>();
  #next = 0;
  #spoke = false;

  constructor() {
    this.#worker = new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module" });
    // One that runs has said something; what goes wrong in it then is no reason to load it again.
    this.#worker.onerror = () => {
      if (!this.#spoke) for (const { lost } of this.#seats.values()) lost();
    };
    this.#worker.onmessage = ({ data: { id, notice } }: MessageEvent<FromThread>) => {
      this.#spoke = true;
      this.#seats.get(id)?.tell(notice);
    };
  }

  start(start: Start, seat: Seat): (command: Command) => void {
    const id = this.#next++;
    this.#seats.set(id, seat);
    this.#post({ id, message: start }, [start.canvas]);
    return (command) => {
      if (!this.#seats.has(id)) return;
      this.#post({ id, message: command });
      if (command.type !== "close") return;
      this.#seats.delete(id);
      // The worker ends itself with its last engine.
      if (this.#seats.size === 0 && thread === this) thread = null;
    };
  }

  #post(message: ToThread, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

let thread: EngineThread | null = null;

/** `lost` is called where the worker cannot be loaded. */
export function startInThread(start: Start, seat: Seat): (command: Command) => void {
  thread ??= new EngineThread();
  return thread.start(start, seat);
}
