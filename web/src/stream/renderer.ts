/**
 * JPEGs onto a canvas, one decode in flight: while one is decoded only the newest of those that came
 * waits. A slow device skips pictures instead of showing old ones.
 */

/** A decode that takes longer will never end: the browser's graphics process is gone. */
const DECODE_TIMEOUT_MS = 3_000;

export interface Rendered<T> {
  frame: T;
  /** Null where the bytes were no picture, or none in time. */
  decodeMs: number | null;
}

export class Renderer<T extends { jpeg: ArrayBuffer }> {
  /** The frame on the canvas. */
  frame: T | null = null;
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  readonly #done: (shown: Rendered<T>) => void;
  #decoding = false;
  #mark: string | null = null;
  #pending: T | null = null;

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
    if (this.#decoding) this.#pending = frame;
    else void this.#decode(frame, true);
  }

  /** From now on pictures are greyed and these words stand over them; null shows them as they are. */
  mark(words: string | null): void {
    if (words === this.#mark) return;
    this.#mark = words;
    // One that is being decoded gets the mark as it is drawn.
    if (this.frame && !this.#decoding) void this.#decode(this.frame, false);
  }

  /** `anew`: not only for the sake of another mark, which nobody is to take for a new picture. */
  async #decode(frame: T, anew: boolean): Promise<void> {
    this.#decoding = true;
    const began = performance.now();
    let decodeMs: number | null = null;
    try {
      const picture = await decodeInTime(frame.jpeg);
      // Setting a size clears the canvas, even to the same one.
      if (this.#canvas.width !== picture.width) this.#canvas.width = picture.width;
      if (this.#canvas.height !== picture.height) this.#canvas.height = picture.height;
      this.#context.drawImage(picture, 0, 0);
      if (this.#mark !== null) drawMark(this.#context, picture, this.#mark);
      picture.close();
      this.frame = frame;
      decodeMs = performance.now() - began;
    } catch {
      // No picture; `done` tells.
    }
    this.#decoding = false;
    if (anew) this.#done({ frame, decodeMs });
    const next = this.#pending;
    this.#pending = null;
    if (next) this.draw(next);
  }
}

/** The decoded picture; rejects where there is none, also when the decoder never says so. */
function decodeInTime(jpeg: ArrayBuffer): Promise<ImageBitmap> {
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

/** Greys and darkens the picture by blending, which every browser has, and writes over it. */
function drawMark(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  words: string,
): void {
  context.save();
  context.globalCompositeOperation = "saturation";
  context.fillStyle = "#808080";
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "source-over";
  context.fillStyle = "rgb(0 0 0 / 55%)";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#fff";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `600 ${Math.round(height / 12)}px system-ui, sans-serif`;
  context.fillText(words, width / 2, height / 2, width * 0.9);
  context.restore();
}
