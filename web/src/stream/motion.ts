/**
 * Whether anything moves from one picture to the next, seen on a few hundred averaged points: noise and the
 * traces of the JPEG vanish in them, a person far away does not. For tiles, which ask for few pictures
 * until something moves.
 *
 * Not by the `changed_ratio` of the camera's status: that is a mean of a second, told once a second, of
 * what noise and refreshing changed too, and a tile is to be live with the first picture that shows
 * something. A delta in which nothing changed is not even decoded, and so not looked at.
 */

const COLUMNS = 32;
const ROWS = 18;
/** Of 255; the mean of a hundred pixels stays within it while nothing moves. */
const MIN_DIFFERENCE = 8;
/** One alone may be a lamp that flickers. */
const MIN_POINTS = 2;

/** Whether enough points of two pictures differ. Pure. */
export function moved(before: Uint8Array, after: Uint8Array): boolean {
  let points = 0;
  for (const [i, luma] of after.entries())
    if (Math.abs(luma - (before[i] ?? 0)) > MIN_DIFFERENCE) points++;
  return points >= MIN_POINTS;
}

/** The brightness of pixels in R, G, B, A. Pure. */
export function lumaOf(rgba: Uint8ClampedArray): Uint8Array {
  const luma = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < luma.length; i++) {
    const [r = 0, g = 0, b = 0] = rgba.subarray(4 * i, 4 * i + 3);
    luma[i] = (2 * r + 5 * g + b) >> 3;
  }
  return luma;
}

export class Motion {
  readonly #context: OffscreenCanvasRenderingContext2D | null;
  #before: Uint8Array | null = null;

  constructor() {
    // A browser without one draws on the page's thread, where this would cost more than it saves.
    const canvas =
      typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(COLUMNS, ROWS);
    this.#context = canvas?.getContext("2d", { alpha: false, willReadFrequently: true }) ?? null;
    // Averages what lies between two points; without it noise would pass.
    if (this.#context) this.#context.imageSmoothingQuality = "medium";
  }

  /** Whether something moved since the last picture; not by the first one. */
  look(picture: CanvasImageSource): boolean {
    if (!this.#context) return false;
    this.#context.drawImage(picture, 0, 0, COLUMNS, ROWS);
    const after = lumaOf(this.#context.getImageData(0, 0, COLUMNS, ROWS).data);
    const before = this.#before;
    this.#before = after;
    return before !== null && moved(before, after);
  }

  /** The next picture is the first one. */
  forget(): void {
    this.#before = null;
  }
}
