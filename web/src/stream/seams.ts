/**
 * Whether this browser's decoder makes of packed intervals the very pixels that it makes of the whole
 * frame: decoders smooth chroma over the edges of an interval, and one that reaches further than
 * `pack.ts` reckons with would leave seams. Looked at on the frames that are shown, a few times at the
 * begin; until it was seen once, and where it is not so or cannot be seen, frames are decoded whole.
 */

import type { Draw } from "./pack";

/** Of 255: no eye sees less. */
const MAX_DIFFERENCE = 2;
/** A first frame may be grey at its seams. */
const LOOKS = 5;
/** The rectangles of a frame that are compared, at most. */
const MAX_DRAWS = 16;

export class Seams {
  #left = LOOKS;
  #verdict: "unknown" | "none" | "seams" = "unknown";
  readonly #context: OffscreenCanvasRenderingContext2D | null;

  constructor() {
    const canvas = typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(1, 1);
    this.#context = canvas?.getContext("2d", { alpha: false, willReadFrequently: true }) ?? null;
  }

  /** Whether parts may be drawn. */
  get none(): boolean {
    return this.#verdict === "none";
  }

  /** Whether the next frame that is decoded whole is to be compared. */
  get looks(): boolean {
    return this.#context !== null && this.#verdict !== "seams" && this.#left > 0;
  }

  /**
   * `whole` and the parts of it, decoded alone. The frame's outermost pixels are not looked at: their
   * chroma may have a neighbour too many, which is a shade on the rim until the next whole decode.
   */
  compare(whole: ImageBitmap, parts: ImageBitmap, draws: readonly Draw[]): void {
    this.#left--;
    const same = draws.slice(0, MAX_DRAWS).every((draw) => {
      const [left, top] = [draw.toX === 0 ? 1 : 0, draw.toY === 0 ? 1 : 0];
      const right = draw.toX + draw.width === whole.width ? 1 : 0;
      const bottom = draw.toY + draw.height === whole.height ? 1 : 0;
      const [width, height] = [draw.width - left - right, draw.height - top - bottom];
      const alone = this.#pixels(parts, [draw.fromX + left, draw.fromY + top, width, height]);
      return !differ(alone, this.#pixels(whole, [draw.toX + left, draw.toY + top, width, height]));
    });
    if (!same) this.#verdict = "seams";
    else if (this.#verdict === "unknown") this.#verdict = "none";
  }

  #pixels(from: ImageBitmap, [x, y, width, height]: [number, number, number, number]) {
    const context = this.#context as OffscreenCanvasRenderingContext2D;
    Object.assign(context.canvas, { width, height });
    context.drawImage(from, x, y, width, height, 0, 0, width, height);
    return context.getImageData(0, 0, width, height).data;
  }
}

/** Whether a channel of a pixel is another by more than an eye may see. Pure. */
export function differ(a: Uint8ClampedArray, b: Uint8ClampedArray): boolean {
  return a.some((value, at) => Math.abs(value - (b[at] ?? 0)) > MAX_DIFFERENCE);
}
