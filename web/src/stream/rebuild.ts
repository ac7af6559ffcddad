/**
 * The frames of one connection: whole ones as they came, and those that came as a delta put together
 * again, byte for byte what was published. Every delta is applied when it comes, drawn or not, or the
 * next one would have nothing to stand on.
 */

import { applyDelta, isDelta } from "./delta";
import { type Picture, readPicture } from "./intervals";

/** A frame, however it came. */
export interface Received {
  jpeg: ArrayBuffer;
  /** Bytes that came for it. */
  bytes: number;
  /** Counts the frames of this page. */
  nth: number;
  /** How it differs from the frame before it; null where nobody knows. */
  patch: Patch | null;
}

export interface Patch {
  picture: Picture;
  /** The intervals that are others than in the frame before, in their order. */
  changed: Uint16Array;
}

export class Rebuild {
  readonly #askWhole: () => void;
  /** The last frame, read only when a delta wants it. */
  #last: ArrayBuffer | null = null;
  #picture: Picture | null = null;
  /** A whole frame was asked for; deltas until then are against one that we do not have. */
  #asked = false;
  #nth = 0;

  constructor(askWhole: () => void) {
    this.#askWhole = askWhole;
  }

  /** Another connection. */
  reset(): void {
    this.#last = this.#picture = null;
    this.#asked = false;
  }

  /** Null where no frame comes of it. */
  take(message: ArrayBuffer): Received | null {
    const bytes = new Uint8Array(message);
    if (!isDelta(bytes)) {
      this.#asked = false;
      this.#last = message;
      this.#picture = null;
      return { jpeg: message, bytes: message.byteLength, nth: ++this.#nth, patch: null };
    }
    if (this.#asked) return null;
    if (this.#last) this.#picture ??= readPicture(new Uint8Array(this.#last));
    const applied = this.#picture && applyDelta(this.#picture, bytes);
    if (!applied || typeof applied === "string") {
      this.#asked = true;
      this.#askWhole();
      return null;
    }
    const { picture, changed } = applied;
    this.#picture = picture;
    this.#last = picture.bytes.buffer;
    const patch = changed && { picture, changed };
    return { jpeg: this.#last, bytes: message.byteLength, nth: ++this.#nth, patch };
  }
}
