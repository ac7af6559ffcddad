/** Tells a player how large its picture is shown, whenever that changes, and whether somebody looks at it. */

import { type RefObject, useEffect, useLayoutEffect, useState } from "react";
import type { Player } from "../stream/player";
import { type Lie, needsOf } from "./lie";
import { listen } from "./listen";

/** A pointer that only crosses a tile does not look at it. */
const LOOKED_AT_AFTER_MS = 200;

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
    const heard = { pointerenter: soon, pointerleave: now, focus: now, blur: now };
    const stop = listen(watched, heard);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [element]);
  return attended;
}
