/**
 * Pictures of several streams put on the screen together. A browser composes all of the window for each picture
 * that is drawn; nine tiles that draw when each has one make it do so as often as the screen can show, nine
 * that draw together as often as one camera delivers.
 *
 * None is lost for that: a picture waits until the next one of its own stream is there, and no longer than
 * `WAIT_FOR_TILES_MS`.
 */

/** Beside the tenth of a second between two pictures of a tile nobody sees it. */
const WAIT_FOR_TILES_MS = 75;

export class Together {
  readonly #waiting = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Resolves when it is time to draw: with the others. */
  wait(): Promise<void> {
    if (this.#waiting.size === 0) this.#timer = setTimeout(() => this.now(), WAIT_FOR_TILES_MS);
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** One cannot wait any longer, and so nobody does. */
  now(): void {
    clearTimeout(this.#timer);
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const draw of all) draw();
  }
}

/** Those of a page, or of its worker. */
export const ALL_TILES = new Together();
