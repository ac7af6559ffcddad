/**
 * The last ten seconds, to look back at. Every frame is a whole picture, so the newest ones are kept
 * as they came, bounded in time and in bytes.
 */

export const MAX_REWIND_MS = 10_000;

interface Kept<T> {
  frame: T;
  at: number;
  bytes: number;
}

export class Rewind<T> {
  #limit: number;
  #kept: Kept<T>[] = [];
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** From the next frame on so many bytes are kept. */
  bound(limitBytes: number): void {
    this.#limit = limitBytes;
  }

  push(frame: T, bytes: number, at: number): void {
    this.#kept.push({ frame, bytes, at });
    this.#bytes += bytes;
    let drop = 0;
    while (drop < this.#kept.length - 1) {
      const oldest = this.#kept[drop] as Kept<T>;
      if (at - oldest.at <= MAX_REWIND_MS && this.#bytes <= this.#limit) break;
      this.#bytes -= oldest.bytes;
      drop++;
    }
    if (drop > 0) this.#kept.splice(0, drop);
  }

  /** How long ago the oldest frame came that one can look back at, in milliseconds. */
  reachMs(now: number): number {
    const oldest = this.#kept[0];
    return oldest ? now - oldest.at : 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** All that is kept, the oldest first. */
  all(): readonly { frame: T; at: number }[] {
    return this.#kept;
  }

  /** The frame that was the newest at `when`, with the time it came; the oldest where that is gone. */
  at(when: number): { frame: T; at: number } | null {
    let low = 0;
    let high = this.#kept.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#kept[middle] as Kept<T>).at <= when) low = middle;
      else high = middle - 1;
    }
    return this.#kept[low] ?? null;
  }

  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
  }
}
