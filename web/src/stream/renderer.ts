/**
 * JPEGs onto a canvas, one decode in flight: while one is decoded only the newest of those that came
 * waits. A slow device skips pictures instead of showing old ones. A tile's picture that is decoded waits a
 * moment for those of the other tiles (`together.ts`), unless its successor is there.
 *
 * Of a frame whose difference to the one on the canvas is known only what changed is decoded, where
 * that is cheaper and `seams.ts` has seen that it does not show. Should a pixel be a shade off all the
 * same, a whole decode once a second, and as soon as nothing moves, takes that away.
 */

import { type Decoded, isPixels } from "./decoded";
import { decodeInTime } from "./decoder";
import type { Dimensions, Needs } from "./needs";
import { pack } from "./pack";
import type { Received } from "./rebuild";
import { Seams } from "./seams";
import { Surface } from "./surface";
import type { Together } from "./together";

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

export interface RendererEvents<T> {
  /** A frame is decoded, and perhaps waits to be drawn. */
  decoded(frame: T): void;
  /** Every frame that was drawn, or was no picture; none of those that a newer one replaced. */
  drawn(shown: Rendered<T>): void;
}

export class Renderer<T extends Drawable> {
  /** The frame on the canvas. */
  frame: T | null = null;
  /** Is shown the next decoded picture, for which all of it is decoded; null: nobody looks. */
  look: ((picture: CanvasImageSource) => void) | null = null;
  /** One of several that are seen at a glance: it is drawn together with them, and decoded the cheap way. */
  #glance = false;
  readonly #surface: Surface;
  readonly #seams = new Seams();
  readonly #events: RendererEvents<T>;
  readonly #together: Together;
  #decoding = false;
  /** What is decoded is not drawn yet. */
  #waits = false;
  #decodedAt = 0;
  #mark: string | null = null;
  #pending: T | null = null;
  /** The last frame to draw, drawn or skipped. */
  #newest = 0;
  /** The intervals of it that the canvas does not show; null is all of them. */
  #stale: Set<number> | null = null;
  /** Since when the canvas is made of parts, and when one was last drawn. */
  #mixed: { since: number; at: number } | null = null;

  constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    together: Together,
    events: RendererEvents<T>,
  ) {
    this.#surface = new Surface(canvas);
    this.#together = together;
    this.#events = events;
  }

  /** Of the picture as it came. */
  get size(): Dimensions {
    return this.#surface.picture;
  }

  /** How it is shown, and how large the camera's own picture is. */
  fit({ shown, attended }: Needs, full: Dimensions | null): void {
    // The other decoder smooths colours in another way: what it made is no base for parts.
    if (this.#glance === attended) this.#stale = null;
    this.#glance = !attended;
    // Smoothed by hand costs a tile more than all the rest of it: what the browser makes of it will do at a glance.
    this.#surface.fit(attended ? shown : null, full);
  }

  draw(frame: T): void {
    if (!frame.patch || frame.nth !== this.#newest + 1) this.#stale = null;
    else for (const nth of frame.patch.changed) this.#stale?.add(nth);
    this.#newest = frame.nth;
    this.#pending = frame;
    if (this.#waits) this.#together.now();
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
    this.#decodedAt = began;
    const painted = stale?.size === 0 || (await this.#paint(frame, stale));
    if (painted) this.frame = frame;
    this.#events.drawn({ frame, decodeMs: painted ? this.#decodedAt - began : null });
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

  async #paintWhole(frame: T): Promise<void> {
    const picture = await this.#decode(frame, frame.jpeg());
    this.#surface.drawWhole(picture);
    this.look?.(this.#surface.canvas);
    if (this.#mark !== null) this.#surface.mark(this.#mark);
    this.#mixed = null;
    try {
      await this.#compare(picture, frame.patch);
    } finally {
      picture.close();
    }
  }

  /** What changed, decoded alone, with the same pixels of the whole. */
  async #compare({ source }: Decoded, patch: T["patch"]): Promise<void> {
    if (!patch || !this.#seams.looks || isPixels(source)) return;
    const packed = pack(patch.picture, [...patch.changed]);
    if (!packed) return;
    const parts = await decodeInTime(packed.jpeg, false);
    this.#seams.compare(source, parts.source as ImageBitmap, packed.draws);
    parts.close();
  }

  /** False where the whole is cheaper or the only way, as under a mark that came meanwhile. */
  async #paintParts(frame: T, stale: Set<number>): Promise<boolean> {
    const { patch } = frame;
    const packed =
      patch &&
      this.#seams.none &&
      this.#surface.holds(patch.picture.layout) &&
      pack(
        patch.picture,
        [...stale].sort((a, b) => a - b),
      );
    if (!packed) return false;
    const parts = await this.#decode(frame, packed.jpeg);
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

  /** What is to be drawn now of a frame. */
  async #decode(frame: T, jpeg: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<Decoded> {
    const decoded = await decodeInTime(jpeg, this.#glance);
    this.#decodedAt = performance.now();
    this.#events.decoded(frame);
    if (this.#glance && this.#pending === null) {
      this.#waits = true;
      await this.#together.wait();
      this.#waits = false;
    }
    return decoded;
  }
}
