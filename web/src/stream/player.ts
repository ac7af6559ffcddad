/**
 * The page's handle on one engine, wherever it runs. A store for the page's `useStore`: a view
 * twice a second, never a frame.
 */

import { startInThread } from "./engine_thread";
import type { Needs } from "./needs";
import type { Rendition } from "./rendition";
import { canUseThreads } from "./thread";
import { ViewAge } from "./view_age";
import type { Adopted, Clip, EngineConfig, Snapshot, View } from "./view_model";
import { type Command, execute, type Notice, type Start } from "./worker_port";

/** The engine makes a view every half second. After so long without one the last is told again, with its age of now. */
const TELL_AGAIN_MS = 1_000;
/** A thread that takes longer to start is not waited for. */
const BEGIN_MAX_MS = 200;

export class Player {
  readonly #listeners = new Set<() => void>();
  readonly #command: (command: Command) => void;
  readonly #waiting: ((snapshot: Snapshot | null) => void)[] = [];
  readonly #clips: ((clip: Clip | null) => void)[] = [];
  readonly #lost: () => void;
  readonly #held = new Set<string>();
  readonly #viewAge = new ViewAge();
  /** The engine's thread runs, if it has one, or will not soon. */
  readonly begun: Promise<void>;
  #begin = () => {};
  #view: View | null = null;
  #closed = false;
  #again: ReturnType<typeof setTimeout> | undefined;

  /**
   * `canvas` must be fresh: it can be given to a worker once. `lost` is called where the engine cannot be
   * loaded, as after another version of the page took the place of this one on the server.
   */
  constructor(canvas: HTMLCanvasElement, config: EngineConfig, lost: () => void) {
    this.#lost = lost;
    this.begun = new Promise((begin) => {
      this.#begin = begin;
      setTimeout(begin, BEGIN_MAX_MS);
    });
    this.#command = canUseThreads(canvas)
      ? this.#startWorker(canvas, config)
      : this.#startHere(canvas, config);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly view = (): View | null => this.#view;

  choose(rendition: Rendition | "auto"): void {
    this.#command({ type: "rendition", rendition });
  }
  /** How large the picture is shown, and whether somebody looks at it. */
  need(needs: Needs): void {
    this.#command({ type: "needs", needs });
  }
  /** Another part of the page shows this stream from now on. */
  adopt(config: Adopted): void {
    this.#held.clear();
    this.#command({ type: "adopt", config });
    this.#command({ type: "pause", paused: false });
    // Somebody comes: a connection that waits, or was refused before a login, tries now.
    this.retry();
  }
  /** Pauses while any reason is held: wanted so, page unseen, tile scrolled out of the window. */
  hold(reason: "wanted" | "unseen" | "outside", held: boolean): void {
    if (held) this.#held.add(reason);
    else this.#held.delete(reason);
    this.#command({ type: "pause", paused: this.#held.size > 0 });
  }
  retry(): void {
    this.#command({ type: "retry" });
  }
  lookBack(behindMs: number | null): void {
    this.#command({ type: "lookBack", behindMs });
  }
  /** Draws words over a greyed picture, for where the page's own marks are not seen; null draws none. */
  mark(words: string | null): void {
    this.#command({ type: "mark", words });
  }
  snapshot(): Promise<Snapshot | null> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#command({ type: "snapshot" });
    });
  }
  clip(): Promise<Clip | null> {
    return new Promise((resolve) => {
      this.#clips.push(resolve);
      this.#command({ type: "clip" });
    });
  }
  close(): void {
    this.#listeners.clear();
    this.#closed = true;
    clearTimeout(this.#again);
    this.#command({ type: "close" });
  }

  #startWorker(canvas: HTMLCanvasElement, config: EngineConfig) {
    const start: Start = { type: "start", canvas: canvas.transferControlToOffscreen(), config };
    return startInThread(start, {
      ready: () => this.#begin(),
      tell: (notice) => this.#noticed(notice),
      // One that runs has said something; what goes wrong in it then is no reason to load it again.
      broken: () => {
        if (this.#view === null) this.#lost();
      },
    });
  }

  /** Loads the engine only here: where a worker draws, the page never needs it. */
  #startHere(canvas: HTMLCanvasElement, config: EngineConfig) {
    const tell = (notice: Notice) => this.#noticed(notice);
    const engine = import("./engine").then(
      ({ Engine }) => new Engine(canvas, config, (view) => tell({ type: "view", view })),
    );
    engine.catch(() => this.#lost());
    this.#begin();
    return (command: Command) =>
      void engine.then(
        (ready) => execute(ready, command, tell),
        () => {},
      );
  }

  #noticed(notice: Notice): void {
    if (notice.type === "snapshot") this.#waiting.shift()?.(notice.snapshot);
    else if (notice.type === "clip") this.#clips.shift()?.(notice.clip);
    else if (notice.type === "lost") this.#lost();
    else this.#tell(this.#viewAge.came(notice.view, performance.now()));
  }

  #tell(view: View | null): void {
    clearTimeout(this.#again);
    if (this.#closed) return;
    this.#view = view;
    for (const listener of this.#listeners) listener();
    this.#again = setTimeout(() => this.#tell(this.#viewAge.now(performance.now())), TELL_AGAIN_MS);
  }
}
