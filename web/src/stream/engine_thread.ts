/**
 * The worker that all engines of a page run in, as the page sees it: begun with the first of them, and over with
 * the last. One for each would have the browser compose the window for every tile by itself, and wake as
 * many threads.
 */

import { newThread } from "./thread";
import type { Command, FromThread, Notice, Start, ToThread } from "./worker_port";

interface Seat {
  /** The worker runs. */
  ready: () => void;
  tell: (notice: Notice) => void;
  /** Something went wrong in the worker itself. */
  broken: () => void;
}

class EngineThread {
  readonly #worker = newThread();
  readonly #seats = new Map<number, Seat>();
  #next = 0;
  #runs = false;

  constructor() {
    this.#worker.onerror = () => {
      for (const { broken } of this.#seats.values()) broken();
    };
    this.#worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if (data !== "ready") return this.#seats.get(data.id)?.tell(data.notice);
      this.#runs = true;
      for (const { ready } of this.#seats.values()) ready();
    };
  }

  start(start: Start, seat: Seat): (command: Command) => void {
    const id = this.#next++;
    this.#seats.set(id, seat);
    if (this.#runs) seat.ready();
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

export function startInThread(start: Start, seat: Seat): (command: Command) => void {
  thread ??= new EngineThread();
  return thread.start(start, seat);
}
