/**
 * The frames of one connection: whole ones as they came, and those that came as a delta put together
 * again, byte for byte what was published. Every delta is applied when it comes, drawn or not, or the
 * next one would have nothing to stand on.
 */

import { applyDelta, isDelta } from "./delta";
import { inOnePiece, jpegOf, type Picture, readPicture } from "./intervals";
import { readStamp, type Stamp } from "./stamp";

/**
 * A frame that came as a delta keeps the messages in memory that its intervals came with. After so many of
 * them, about two seconds, one is put together and keeps none: a picture in which something never changes
 * would keep each of its messages for the one interval that is still the newest.
 */
const IN_ONE_PIECE_EVERY = 64;
/** Where an interval is: what holds it, from and up to. */
const PLACE_BYTES = 12;

/** A frame, however it came. */
export interface Received {
  /** All of it, byte for byte what was published; put together anew each time where it came as a delta. */
  jpeg: () => ArrayBuffer;
  /** Bytes of that. */
  size: number;
  /** Bytes that came for it. */
  bytes: number;
  /** Bytes of memory that it takes and those before it do not. */
  keeps: number;
  stamp: Stamp | null;
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
  /** The last frame that came whole, read only when a delta wants it. */
  #whole: Uint8Array<ArrayBuffer> | null = null;
  #picture: Picture | null = null;
  /** A whole frame was asked for; deltas until then are against one that we do not have. */
  #asked = false;
  #nth = 0;
  /** Deltas since a frame was in one piece. */
  #apart = 0;

  constructor(askWhole: () => void) {
    this.#askWhole = askWhole;
  }

  /** Another connection. */
  reset(): void {
    this.#whole = this.#picture = null;
    this.#asked = false;
  }

  /** Null where no frame comes of it. */
  take(message: ArrayBuffer): Received | null {
    const bytes = new Uint8Array(message);
    return isDelta(bytes) ? this.#takeDelta(bytes) : this.#takeWhole(bytes);
  }

  #takeWhole(bytes: Uint8Array<ArrayBuffer>): Received {
    this.#asked = false;
    this.#whole = bytes;
    this.#picture = null;
    this.#apart = 0;
    const { length } = bytes;
    return {
      ...{ jpeg: () => bytes.buffer, size: length, bytes: length, keeps: length },
      ...{ stamp: readStamp(bytes), nth: ++this.#nth, patch: null },
    };
  }

  #takeDelta(bytes: Uint8Array<ArrayBuffer>): Received | null {
    if (this.#asked) return null;
    if (this.#whole) this.#picture ??= readPicture(this.#whole);
    const applied = this.#picture && applyDelta(this.#picture, bytes);
    if (!applied || typeof applied === "string") {
      this.#asked = true;
      this.#askWhole();
      return null;
    }
    const { changed } = applied;
    const isDue = ++this.#apart === IN_ONE_PIECE_EVERY;
    if (isDue) this.#apart = 0;
    const jpeg = isDue ? jpegOf(applied.picture) : null;
    const picture = jpeg ? inOnePiece(applied.picture, jpeg) : applied.picture;
    this.#picture = picture;
    const own = jpeg || !changed ? picture.length : bytes.length;
    const places = picture.header.length + PLACE_BYTES * picture.ends.length;
    return {
      jpeg: () => (jpeg ?? jpegOf(picture)).buffer,
      ...{ size: picture.length, bytes: bytes.length, keeps: places + own },
      ...{ stamp: picture.stamp, nth: ++this.#nth, patch: changed && { picture, changed } },
    };
  }
}
