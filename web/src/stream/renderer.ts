/**
 * JPEGs onto a canvas, one decode in flight: while one is decoded only the newest of those that came
 * waits. A slow device skips pictures instead of showing old ones.
 *
 * Of a frame whose difference to the one on the canvas is known only what changed is decoded, where
 * that is cheaper and `seams.ts` has seen that it does not show. Should a pixel be a shade off all the
 * same, a whole decode once a second, and as soon as nothing moves, takes that away.
 */

import type { Dimensions, Shown } from "./needs";
import { pack } from "./pack";
import type { Patch, Received } from "./rebuild";
import { Seams } from "./seams";
import { Surface } from "./surface";

/** A decode that takes longer will never end: the browser's graphics process is gone. */
const DECODE_TIMEOUT_MS = 3_000;
/** So long a canvas may be made of parts. */
const WHOLE_EVERY_MS = 1_000;
/** Nothing was drawn for so long: the motion is over. */
const STILL_AFTER_MS = 300;

type Drawable = Pick<Received, "jpeg" | "nth" | "patch">;

export interface Rendered<T> {
  frame: T;
  /** Null where the bytes were no picture, or none in time. */
  decodeMs: number | null;
}

export class Renderer<T extends Drawable> {
  /** The frame on the canvas. */
  frame: T | null = null;
  /** Is shown the next decoded picture, for which all of it is decoded; null: nobody looks. */
  look: ((picture: ImageBitmap) => void) | null = null;
  readonly #surface: Surface;
  readonly #seams = new Seams();
  readonly #done: (shown: Rendered<T>) => void;
  #decoding = false;
  #mark: string | null = null;
  #pending: T | null = null;
  /** The last frame to draw, drawn or skipped. */
  #newest = 0;
  /** The intervals of it that the canvas does not show; null is all of them. */
  #stale: Set<number> | null = null;
  /** Since when the canvas is made of parts, and when one was last drawn. */
  #mixed: { since: number; at: number } | null = null;

  /** `done` is told of every frame that was decoded; not of those that a newer one replaced. */
  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, done: (shown: Rendered<T>) => void) {
    this.#surface = new Surface(canvas);
    this.#done = done;
  }

  /** Of the picture as it came. */
  get size(): Dimensions {
    return this.#surface.picture;
  }

  /** How large it is shown, and how large the camera's own picture is. */
  fit(shown: Shown | null, full: Dimensions | null): void {
    this.#surface.fit(shown, full);
  }

  draw(frame: T): void {
    if (!frame.patch || frame.nth !== this.#newest + 1) this.#stale = null;
    else for (const nth of frame.patch.changed) this.#stale?.add(nth);
    this.#newest = frame.nth;
    this.#pending = frame;
    this.#next();
  }

  /** From now on pictures are greyed and these words stand over them; null shows them as they are. */
  mark(words: string | null): void {
    if (words === this.#mark) return;
    this.#mark = words;
    // One that is being decoded gets the mark as it is drawn.
    this.#repaint();
  }

  /** For a stream that pauses: nothing that is a shade off stays on the canvas. */
  settle(): void {
    if (this.#isDue()) this.#repaint();
  }

  /** The picture on the canvas once more, which nobody is to take for a new one. */
  #repaint(): void {
    if (this.#decoding || !this.frame) return;
    void this.#paint(this.frame, null).then(() => this.#next());
  }

  /** Whether a whole decode is due. */
  #isDue(): boolean {
    if (!this.#mixed) return false;
    const now = performance.now();
    return now - this.#mixed.since >= WHOLE_EVERY_MS || now - this.#mixed.at >= STILL_AFTER_MS;
  }

  async #show(frame: T): Promise<void> {
    const whole = this.#mark !== null || this.#isDue();
    const stale = whole || (this.look && this.#stale?.size !== 0) ? null : this.#stale;
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
    // What comes meanwhile is not on the canvas afterwards; of a frame before the last nobody knows what is.
    this.#stale = frame.nth === this.#newest ? new Set() : null;
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

  async #paintWhole({ jpeg, patch }: T): Promise<void> {
    const picture = await decodeInTime(jpeg);
    this.#surface.drawWhole(picture);
    if (this.#mark !== null) this.#surface.mark(this.#mark);
    this.look?.(picture);
    this.#mixed = null;
    try {
      if (patch && this.#seams.looks) await this.#compare(picture, patch);
    } finally {
      picture.close();
    }
  }

  /** What changed, decoded alone, with the same pixels of the whole. */
  async #compare(picture: ImageBitmap, { picture: frame, changed }: Patch): Promise<void> {
    const packed = pack(frame, [...changed]);
    if (!packed) return;
    const parts = await decodeInTime(packed.jpeg);
    this.#seams.compare(picture, parts, packed.draws);
    parts.close();
  }

  /** False where the whole is cheaper or the only way, as under a mark that came meanwhile. */
  async #paintParts({ patch }: T, stale: Set<number>): Promise<boolean> {
    const packed =
      patch &&
      this.#seams.none &&
      this.#surface.holds(patch.picture.layout) &&
      pack(
        patch.picture,
        [...stale].sort((a, b) => a - b),
      );
    if (!packed) return false;
    const parts = await decodeInTime(packed.jpeg);
    if (this.#mark !== null) {
      parts.close();
      return false;
    }
    this.#surface.drawParts(parts, packed.draws);
    parts.close();
    const at = performance.now();
    this.#mixed = { since: this.#mixed?.since ?? at, at };
    return true;
  }
}

/** The decoded picture; rejects where there is none, also when the decoder never says so. */
function decodeInTime(jpeg: BlobPart): Promise<ImageBitmap> {
  const decoded = createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error("the decoder does not answer"));
    }, DECODE_TIMEOUT_MS);
    decoded.then(
      (picture) => {
        clearTimeout(timer);
        if (late) picture.close();
        else resolve(picture);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
