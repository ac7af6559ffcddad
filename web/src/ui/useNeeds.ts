/** Tells a player how large its picture is shown, whenever that changes, and whether somebody looks at it. */

import { type RefObject, useEffect, useLayoutEffect, useState } from "react";
import type { Needs } from "../stream/needs";
import type { Player } from "../stream/player";

/** A pointer that only crosses a tile does not look at it. */
const LOOKED_AT_AFTER_MS = 200;

/** How a picture lies in its box. */
export interface Lie {
  cover: boolean;
  /** By a quarter: its width is the box's height. */
  turned: boolean;
  attended: boolean;
  /** How much it is enlarged by a person. */
  zoom: number;
}

export function needsOf(box: HTMLElement | null, { cover, turned, attended, zoom }: Lie): Needs {
  const [x, y] = [box?.clientWidth ?? 0, box?.clientHeight ?? 0];
  // A box that is not laid out yet.
  if (x === 0 || y === 0) return { shown: null, attended };
  const scale = devicePixelRatio * zoom;
  const [width, height] = turned ? [y, x] : [x, y];
  return { shown: { width: width * scale, height: height * scale, cover }, attended };
}

export function useNeeds(
  host: RefObject<HTMLElement | null>,
  player: Player | null,
  { cover, turned, attended, zoom }: Lie,
): void {
  // Over before another part of the page takes the player: a box that is gone would tell it one last size.
  useLayoutEffect(() => {
    const box = host.current;
    if (!box || !player) return;
    const tell = () => player.need(needsOf(box, { cover, turned, attended, zoom }));
    const size = new ResizeObserver(tell);
    size.observe(box);
    // The same box has other pixels on another screen, or at another zoom of the page.
    addEventListener("resize", tell);
    return () => {
      size.disconnect();
      removeEventListener("resize", tell);
    };
  }, [host, player, cover, turned, attended, zoom]);
}

/** Whether an element has the focus, or the pointer for a moment. */
export function useAttended(element: RefObject<HTMLElement | null>): boolean {
  const [attended, setAttended] = useState(false);
  useEffect(() => {
    const watched = element.current;
    let timer: ReturnType<typeof setTimeout>;
    const after = (ms: number) => () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => setAttended(watched?.matches(":hover, :focus-visible") ?? false),
        ms,
      );
    };
    const [soon, now] = [after(LOOKED_AT_AFTER_MS), after(0)];
    watched?.addEventListener("pointerenter", soon);
    watched?.addEventListener("pointerleave", now);
    watched?.addEventListener("focus", now);
    watched?.addEventListener("blur", now);
    return () => {
      clearTimeout(timer);
      watched?.removeEventListener("pointerenter", soon);
      watched?.removeEventListener("pointerleave", now);
      watched?.removeEventListener("focus", now);
      watched?.removeEventListener("blur", now);
    };
  }, [element]);
  return attended;
}
