/**
 * How much a picture is enlarged by a person, and which part of it is seen. Pure: the middle of the box is
 * the origin, moves are in its pixels, and the picture never leaves a gap at the box's edge.
 */

export interface Zoom {
  scale: number;
  /** By how many pixels the picture's middle lies right of and below the box's. */
  x: number;
  y: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Box {
  width: number;
  height: number;
}

export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
/** Beyond it one sees nothing but blocks. */
const MAX_SCALE = 8;
/** Of a key press and of a double tap. */
export const ZOOM_STEP = 1.5;
export const ZOOM_DOUBLE_TAP = 2.5;
/** Of the box, for each key press. */
export const PAN_STEP = 0.15;
/** So much of a wheel makes it twice as large. */
const WHEEL_TO_DOUBLE = 400;

/** Enlarges by a factor, and what is at `point` stays there. */
export function zoomAt(zoom: Zoom, factor: number, point: Point, box: Box): Zoom {
  const scale = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
  const grown = scale / zoom.scale;
  const x = point.x - (point.x - zoom.x) * grown;
  const y = point.y - (point.y - zoom.y) * grown;
  return within({ scale, x, y }, box);
}

export const panBy = (zoom: Zoom, by: Point, box: Box): Zoom =>
  within({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, box);

export const wheelFactor = (deltaY: number): number => 2 ** (-deltaY / WHEEL_TO_DOUBLE);

/** A little more than whole is whole: fingers do not meet it. */
const ALMOST_WHOLE = 1.02;

function within({ scale, x, y }: Zoom, { width, height }: Box): Zoom {
  if (scale < ALMOST_WHOLE) return WHOLE;
  const most = (size: number) => ((scale - 1) * size) / 2;
  const clamp = (value: number, limit: number) => Math.min(limit, Math.max(-limit, value));
  return { scale, x: clamp(x, most(width)), y: clamp(y, most(height)) };
}
