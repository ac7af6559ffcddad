/** Zoom and pan of the picture on a stage, by wheel, mouse, fingers and keys, and what else fingers mean there. */

import { type RefObject, useEffect, useRef, useState } from "react";
import { type Gesture, Gestures } from "./gestures";
import {
  PAN_STEP,
  panBy,
  WHOLE,
  wheelFactor,
  ZOOM_DOUBLE_TAP,
  ZOOM_STEP,
  type Zoom,
  zoomAt,
} from "./zoom";

/** Over these a finger or the wheel does what it does everywhere. */
const NOT_THE_PICTURE = "button, select, input, label, .bar, .rewind, .stats, dialog";

/** Firefox counts a wheel in lines. */
const LINE_PX = 20;

export interface Zooming {
  scale: number;
  in(): void;
  out(): void;
  whole(): void;
  /** By a part of the box, where something is out of sight. */
  pan(right: -1 | 0 | 1, down: -1 | 0 | 1): void;
}

interface Touched {
  tap(): void;
  swipe(to: 1 | -1): void;
  /** In a page of others the wheel alone is theirs. */
  wheelNeedsCtrl: boolean;
}

const MIDDLE = { x: 0, y: 0 };

export function useZoom(
  stage: RefObject<HTMLElement | null>,
  host: RefObject<HTMLElement | null>,
  touched: Touched,
): Zooming {
  const [zoom, setZoom] = useState<Zoom>(WHOLE);
  const latest = useRef({ ...touched, scale: zoom.scale });
  useEffect(() => {
    latest.current = { ...touched, scale: zoom.scale };
  });
  const box = () => ({
    width: stage.current?.clientWidth ?? 0,
    height: stage.current?.clientHeight ?? 0,
  });
  useEffect(() => {
    const { style } = host.current ?? {};
    style?.setProperty("--zoom", String(zoom.scale));
    style?.setProperty("--pan-x", `${zoom.x}px`);
    style?.setProperty("--pan-y", `${zoom.y}px`);
  }, [host, zoom]);
  useEffect(() => {
    const element = stage.current;
    return element ? listen(element, setZoom, latest) : undefined;
  }, [stage]);
  const by = (factor: number) => setZoom((z) => zoomAt(z, factor, MIDDLE, box()));
  return {
    scale: zoom.scale,
    in: () => by(ZOOM_STEP),
    out: () => by(1 / ZOOM_STEP),
    whole: () => setZoom(WHOLE),
    pan: (right, down) => {
      const { width, height } = box();
      const move = { x: -right * PAN_STEP * width, y: -down * PAN_STEP * height };
      setZoom((z) => panBy(z, move, box()));
    },
  };
}

/** Until the function that it gives is called. */
function listen(
  stage: HTMLElement,
  setZoom: (next: (zoom: Zoom) => Zoom) => void,
  touched: RefObject<Touched & Pick<Zoom, "scale">>,
): () => void {
  const gestures = new Gestures();
  const stop = new AbortController();
  const size = () => ({ width: stage.clientWidth, height: stage.clientHeight });
  const at = (e: MouseEvent) => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return { x: e.clientX - left - width / 2, y: e.clientY - top - height / 2 };
  };
  const pointer = (e: PointerEvent) => ({ ...at(e), id: e.pointerId, time: e.timeStamp });
  const obey = (gesture: Gesture, byFinger: boolean) => {
    if (gesture.type === "drag") setZoom((z) => panBy(z, gesture.by, size()));
    else if (gesture.type === "pinch")
      setZoom((z) => panBy(zoomAt(z, gesture.factor, gesture.at, size()), gesture.by, size()));
    else if (!byFinger) return;
    else if (gesture.type === "tap") touched.current.tap();
    else if (gesture.type === "doubleTap")
      setZoom((z) => (z.scale > 1 ? WHOLE : zoomAt(z, ZOOM_DOUBLE_TAP, gesture.at, size())));
    // Enlarged, a finger that moves quickly looks at another part of the same picture.
    else if (touched.current.scale === 1) touched.current.swipe(gesture.to);
  };
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    heard: (e: HTMLElementEventMap[K]) => void,
  ) => stage.addEventListener(type, heard, { signal: stop.signal, passive: false });
  on("pointerdown", (e) => {
    if ((e.target as HTMLElement).closest(NOT_THE_PICTURE) || e.button !== 0) return;
    gestures.down(pointer(e));
    // So that a drag goes on outside the stage.
    stage.setPointerCapture(e.pointerId);
  });
  on("pointermove", (e) => {
    for (const gesture of gestures.move(pointer(e))) obey(gesture, e.pointerType !== "mouse");
  });
  on("pointerup", (e) => {
    for (const gesture of gestures.up(pointer(e))) obey(gesture, e.pointerType !== "mouse");
  });
  // Or the click that follows would hit what the tap has just brought.
  on("touchend", (e) => {
    if (!(e.target as HTMLElement).closest(NOT_THE_PICTURE)) e.preventDefault();
  });
  on("pointercancel", (e) => gestures.cancel(e.pointerId));
  on("wheel", (e) => {
    const theirs = touched.current.wheelNeedsCtrl && !e.ctrlKey;
    if (theirs || (e.target as HTMLElement).closest(NOT_THE_PICTURE)) return;
    e.preventDefault();
    // A pinch on a touch pad comes as a wheel with Ctrl, in small steps.
    const pixels = e.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX * e.deltaY : e.deltaY;
    const factor = wheelFactor(e.ctrlKey ? 4 * pixels : pixels);
    setZoom((z) => zoomAt(z, factor, at(e), size()));
  });
  return () => stop.abort();
}
