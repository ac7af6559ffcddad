/**
 * The canvas that pictures are drawn on: as they are, or, where they are smaller than they are shown,
 * enlarged by the browser's best smoothing. What a browser makes of a canvas that is too small is
 * coarser. Never larger than the camera's own picture: no tile costs more than a whole one.
 */

import { type Decoded, isPixels } from "./decoded";
import { type Dimensions, type Shown, scaleOf } from "./needs";
import type { Draw } from "./pack";

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Enlarged by less nobody sees a difference. */
const MIN_SCALE = 1.1;

export class Surface {
  /** Of the picture on it, before it was enlarged. */
  picture: Dimensions = { width: 0, height: 0 };
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #context: Context;
  /** Holds the picture in its own size while the canvas shows it enlarged. */
  #small: Context | null = null;
  #shown: Shown | null = null;
  #full: Dimensions | null = null;

  constructor(canvas: HTMLCanvasElement | OffscreenCanvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
  }

  /** How large it is shown, and how large the camera's own picture is; null where that is not known. */
  fit(shown: Shown | null, full: Dimensions | null): void {
    this.#shown = shown;
    this.#full = full;
  }

  /** Whether the next parts find the picture that they belong to as it was drawn. */
  holds({ width, height }: Dimensions): boolean {
    const { picture } = this;
    const same = picture.width === width && picture.height === height;
    return same && (this.#enlarged(picture) !== null) === (this.#small !== null);
  }

  drawWhole({ source, width, height }: Decoded): void {
    this.picture = { width, height };
    const enlarged = this.#enlarged(this.picture);
    if (!enlarged) {
      this.#small = null;
      resize(this.#canvas, this.picture);
      put(this.#context, source);
      return;
    }
    this.#small ??= newContext(this.picture);
    if (this.#small) {
      resize(this.#small.canvas, this.picture);
      put(this.#small, source);
    }
    this.#enlarge(isPixels(source) ? this.#small?.canvas : source, enlarged);
  }

  drawParts({ source }: Decoded, parts: readonly Draw[]): void {
    const context = this.#small ?? this.#context;
    for (const { fromX, fromY, toX, toY, width, height } of parts)
      if (isPixels(source))
        context.putImageData(source, toX - fromX, toY - fromY, fromX, fromY, width, height);
      else context.drawImage(source, fromX, fromY, width, height, toX, toY, width, height);
    const enlarged = this.#enlarged(this.picture);
    if (this.#small && enlarged) this.#enlarge(this.#small.canvas, enlarged);
  }

  /** As it was last drawn. */
  get canvas(): CanvasImageSource {
    return this.#canvas;
  }

  /** Greys and darkens the picture by blending, which every browser has, and writes over it. */
  mark(words: string): void {
    const { width, height } = this.#canvas;
    const context = this.#context;
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

  #enlarge(from: CanvasImageSource | undefined, { width, height }: Dimensions): void {
    if (!from) return;
    resize(this.#canvas, { width, height });
    // A new size forgets it.
    this.#context.imageSmoothingQuality = "high";
    this.#context.drawImage(from, 0, 0, width, height);
  }

  /** The size to draw it in; null is its own. */
  #enlarged(picture: Dimensions): Dimensions | null {
    if (!this.#shown || !this.#full || typeof OffscreenCanvas === "undefined") return null;
    const most = this.#full.width / picture.width;
    const scale = Math.min(scaleOf(this.#shown, picture), most);
    if (scale < MIN_SCALE) return null;
    return {
      width: Math.round(picture.width * scale),
      height: Math.round(picture.height * scale),
    };
  }
}

function put(context: Context, source: Decoded["source"]): void {
  if (isPixels(source)) context.putImageData(source, 0, 0);
  else context.drawImage(source, 0, 0);
}

const newContext = ({ width, height }: Dimensions): Context | null =>
  new OffscreenCanvas(width, height).getContext("2d", { alpha: false });

/** Setting a size clears a canvas, even to the same one. */
function resize(canvas: Dimensions, { width, height }: Dimensions): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
