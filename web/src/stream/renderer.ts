/**
 * JPEGs onto a canvas, one decode in flight: while one is decoded only the newest of those that came
 * waits. A slow device skips pictures instead of showing old ones.
 *
 * Of a frame whose difference to the one on the canvas is known only what changed is decoded, where
 * that is cheaper. A decoder whose smoothing reaches further than `pack.ts` reckons with may make a
 * pixel a shade off; a whole decode once a second, and as soon as nothing moves, takes that away.
 */

import { pack } from "./pack";
import type { Received } from "./rebuild";

/** So long a canvas may be made of parts. */
const WHOLE_EVERY_MS = 1_000;
/** Nothing was drawn for so long: the motion is over. */
const STILL_AFTER_MS = 300;

type Drawable = Pick<Received, "jpeg" | "nth" | "patch">;

export interface Rendered<T> {
  frame: T;
  /** Null where the bytes were no picture. */
  decodeMs: number | null;
}

export class Renderer<T extends Drawable> {
  /** The frame on the canvas. */
  frame: T | null = null;
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  readonly #done: (shown: Rendered<T>) => void;
  #decoding = false;
  #pending: T | null = null;
  /** The last frame to draw, drawn or skipped. */
  #newest = 0;
  /** The intervals of it that the canvas does not show; null is all of them. */
  #stale: Set<number> | null = null;
  /** Since when the canvas is made of parts, and when one was last drawn. */
  #mixed: { since: number; at: number } | null = null;

  /** `done` is told of every frame that was decoded; not of those that a newer one replaced. */
  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, done: (shown: Rendered<T>) => void) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.#done = done;
  }

  get size(): { width: number; height: number } {
    const { width, height } = this.#canvas;
    return this.frame ? { width, height } : { width: 0, height: 0 };
  }

  draw(frame: T): void {
    if (!frame.patch || frame.nth !== this.#newest + 1) this.#stale = null;
    else for (const nth of frame.patch.changed) this.#stale?.add(nth);
    this.#newest = frame.nth;
    this.#pending = frame;
    this.#next();
  }

  /** For a stream that pauses: nothing that is a shade off stays on the canvas. */
  settle(): void {
    if (!this.#isDue() || this.#decoding || !this.frame) return;
    void this.#paint(this.frame, null).then(() => this.#next());
  }

  /** Whether a whole decode is due. */
  #isDue(): boolean {
    if (!this.#mixed) return false;
    const now = performance.now();
    return now - this.#mixed.since >= WHOLE_EVERY_MS || now - this.#mixed.at >= STILL_AFTER_MS;
  }

  async #show(frame: T): Promise<void> {
    const stale = this.#isDue() ? null : this.#stale;
    const began = performance.now();
    const painted = stale?.size === 0 || (await this.#paint(frame, stale));
    if (painted) this.frame = frame;
    this.#done({ frame, decodeMs: painted ? performance.now() - began : null });
    this.#next();
  }

  /** Shows what waits, unless something is decoded now. */
  #next(): void {
    const frame = this.#pending;
    if (this.#decoding || !frame) return;
    this.#pending = null;
    void this.#show(frame);
  }

  /** All of a frame, or these intervals of it. False where the bytes are no picture. */
  async #paint(frame: T, stale: Set<number> | null): Promise<boolean> {
    this.#decoding = true;
    // What comes meanwhile is not on the canvas afterwards.
    this.#stale = new Set();
    try {
      if (!(stale && (await this.#paintParts(frame, stale)))) await this.#paintWhole(frame);
      return true;
    } catch {
      this.#stale = null;
      return false;
    } finally {
      this.#decoding = false;
    }
  }

  async #paintWhole({ jpeg }: T): Promise<void> {
    const picture = await decode(jpeg);
    // Setting a size clears the canvas, even to the same one.
    if (this.#canvas.width !== picture.width) this.#canvas.width = picture.width;
    if (this.#canvas.height !== picture.height) this.#canvas.height = picture.height;
    this.#context.drawImage(picture, 0, 0);
    picture.close();
    this.#mixed = null;
  }

  /** False where the whole is cheaper or the only way. */
  async #paintParts({ patch }: T, stale: Set<number>): Promise<boolean> {
    const packed =
      patch &&
      pack(
        patch.picture,
        [...stale].sort((a, b) => a - b),
      );
    if (!packed) return false;
    const parts = await decode(packed.jpeg);
    for (const { fromX, fromY, toX, toY, width, height } of packed.draws)
      this.#context.drawImage(parts, fromX, fromY, width, height, toX, toY, width, height);
    parts.close();
    const at = performance.now();
    this.#mixed = { since: this.#mixed?.since ?? at, at };
    return true;
  }
}

const decode = (jpeg: BlobPart): Promise<ImageBitmap> =>
  createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
