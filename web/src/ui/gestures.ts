/**
 * What fingers and the mouse mean on a picture: tap, double tap, swipe, drag and pinch. Pure: fed with
 * pointer events, positions from the middle of the box; times in milliseconds.
 */

import type { Point } from "./zoom";

export type Gesture =
  | { type: "tap" }
  | { type: "doubleTap"; at: Point }
  | { type: "drag"; by: Point }
  | { type: "pinch"; factor: number; at: Point; by: Point }
  /** To the next (1) or the one before (-1), as pages are turned. */
  | { type: "swipe"; to: 1 | -1 };

interface PointerAt extends Point {
  id: number;
  time: number;
}

/** A finger that moves less has not moved. */
const SLOP_PX = 10;
const TAP_MS = 300;
const DOUBLE_TAP_MS = 350;
/** Two taps of a double tap lie so near to each other. */
const DOUBLE_TAP_PX = 40;
const SWIPE_PX = 60;
const SWIPE_MS = 500;
/** A swipe is so much more across than down. */
const SWIPE_RATIO = 2;

interface Finger extends PointerAt {
  began: PointerAt;
}

export class Gestures {
  readonly #fingers = new Map<number, Finger>();
  #lastTap: PointerAt | null = null;
  /** Since the first finger came: more than one was down, or one moved. */
  #several = false;
  #moved = false;

  down(pointer: PointerAt): Gesture[] {
    if (this.#fingers.size === 0) this.#several = this.#moved = false;
    this.#fingers.set(pointer.id, { ...pointer, began: pointer });
    this.#several ||= this.#fingers.size > 1;
    return [];
  }

  move(pointer: PointerAt): Gesture[] {
    const finger = this.#fingers.get(pointer.id);
    if (!finger) return [];
    const before = [...this.#fingers.values()];
    const next = { ...pointer, began: finger.began };
    this.#moved ||= distance(pointer, finger.began) > SLOP_PX;
    this.#fingers.set(pointer.id, next);
    const after = [...this.#fingers.values()];
    if (after.length === 2) return [pinch(before, after)];
    if (after.length !== 1 || !this.#moved) return [];
    return [{ type: "drag", by: minus(pointer, finger) }];
  }

  up(pointer: PointerAt): Gesture[] {
    const finger = this.#fingers.get(pointer.id);
    this.#fingers.delete(pointer.id);
    if (!finger || this.#several || this.#fingers.size > 0) return [];
    return this.#moved ? swipe(finger.began, pointer) : this.#tap(finger.began, pointer);
  }

  /** The browser took the finger for something of its own. */
  cancel(id: number): void {
    this.#fingers.delete(id);
    this.#several = true;
  }

  #tap(began: PointerAt, pointer: PointerAt): Gesture[] {
    if (pointer.time - began.time > TAP_MS) return [];
    const last = this.#lastTap;
    const second = last !== null && pointer.time - last.time <= DOUBLE_TAP_MS;
    if (second && distance(last, pointer) <= DOUBLE_TAP_PX) {
      this.#lastTap = null;
      // The first tap is taken back by another one.
      return [{ type: "tap" }, { type: "doubleTap", at: { x: pointer.x, y: pointer.y } }];
    }
    this.#lastTap = pointer;
    return [{ type: "tap" }];
  }
}

function swipe(began: PointerAt, ended: PointerAt): Gesture[] {
  const { x, y } = minus(ended, began);
  const quick = ended.time - began.time <= SWIPE_MS;
  if (!quick || Math.abs(x) < SWIPE_PX || Math.abs(x) < SWIPE_RATIO * Math.abs(y)) return [];
  return [{ type: "swipe", to: x < 0 ? 1 : -1 }];
}

function pinch(before: Finger[], after: Finger[]): Gesture {
  const spread = ([a, b]: Finger[]) => (a && b ? Math.max(1, distance(a, b)) : 1);
  const middle = ([a, b]: Finger[]): Point =>
    a && b ? { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : { x: 0, y: 0 };
  const at = middle(after);
  return {
    type: "pinch",
    factor: spread(after) / spread(before),
    at,
    by: minus(at, middle(before)),
  };
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
const minus = (a: Point, b: Point): Point => ({ x: a.x - b.x, y: a.y - b.y });
