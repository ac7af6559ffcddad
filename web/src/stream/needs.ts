/**
 * What a viewer has use for: which renditions at most and how many pictures a second, by how large the
 * picture is shown, whether somebody looks at it above others, and whether anything moves in it. Pure.
 *
 * A tile that nobody attends to is for seeing that something happens, not what: there fewer pixels than
 * the screen has will do, and few pictures until something moves.
 */

import { MAX_QUALITY } from "./quality";
import { BEST, DIVISOR, type Rendition, SIZES, type Size, serving, sizeFor } from "./rendition";

/** The box that a picture is fitted into, in device pixels, as the picture itself is turned. */
export interface Shown {
  width: number;
  height: number;
  /** Fills the box and is cut, rather than fits into it. */
  cover: boolean;
}

export interface Needs {
  /** Null while that is not known. */
  shown: Shown | null;
  /** No tile, or one under the pointer or with the focus. */
  attended: boolean;
}

/** Width and height of a camera's full picture. */
export interface Dimensions {
  width: number;
  height: number;
}

export interface Wants {
  /** No rendition above this one is worth asking for. */
  top: Rendition;
  /** Null is all there are. */
  maxFps: number | null;
}

/** Pixels for each device pixel: more hide the traces of the JPEG, fewer are smoothed. */
const SHARPNESS_ATTENDED = 1.5;
const SHARPNESS_TILE = 1 / SHARPNESS_ATTENDED;
/** At a distance nobody sees more. */
const TILE_MAX_QUALITY = 60;
/** Often enough to see at once that something moves. */
export const TILE_FPS = 10;
/** Until the camera has told. */
const USUAL_CAMERA: Dimensions = { width: 1280, height: 720 };

export function wantsOf(needs: Needs, camera: Dimensions | null, moving: boolean): Wants {
  const { attended } = needs;
  const sharpness = attended ? SHARPNESS_ATTENDED : SHARPNESS_TILE;
  const full = camera ?? USUAL_CAMERA;
  const size = sizeFor(shownWidth(needs, full), full.width, sharpness);
  return {
    top: serving(attended ? MAX_QUALITY : TILE_MAX_QUALITY, size),
    maxFps: attended || moving ? null : TILE_FPS,
  };
}

/** The width in device pixels that all of the picture would have. */
function shownWidth({ shown, attended }: Needs, camera: Dimensions): number {
  if (shown === null) return attended ? camera.width : 0;
  return camera.width * scaleOf(shown, camera);
}

/** Device pixels for each pixel of a picture. */
export function scaleOf({ width, height, cover }: Shown, picture: Dimensions): number {
  const scales = [width / picture.width, height / picture.height];
  return cover ? Math.max(...scales) : Math.min(...scales);
}

/** The camera's full size: as its host says, else by a picture that came of it. */
export function fullSize(
  said: { width: number | null; height: number | null } | null,
  picture: Dimensions,
  size: Size,
): Dimensions | null {
  if (said?.width && said.height) return { width: said.width, height: said.height };
  if (picture.width === 0) return null;
  return { width: picture.width * DIVISOR[size], height: picture.height * DIVISOR[size] };
}

/** Whether one may ask for this where no more than `top` is wanted. */
export const isWithin = (rendition: Rendition, top: Rendition): boolean =>
  SIZES.indexOf(rendition.size) <= SIZES.indexOf(top.size) &&
  (rendition.size !== top.size || rendition.quality <= top.quality);

/** All there is. */
export const EVERYTHING: Wants = { top: BEST, maxFps: null };
