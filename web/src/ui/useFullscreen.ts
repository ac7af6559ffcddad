/**
 * Full screen: the page has it, and the stage covers the page, so that it stays from one camera to the
 * next. On iPhones, which give it to videos only, covering the page is all there is. While it is full and
 * `live` the screen stays awake where the browser lets us, and a phone turns it as the picture lies.
 */

import { useEffect } from "react";
import { listen } from "./listen";
import { useStore } from "./useStore";

export type Shape = "landscape" | "portrait";

/** On phones; the browser's own list of types has lost it. */
type Lockable = ScreenOrientation & { lock?: (shape: Shape) => Promise<void> };

/** In a page that gives its frames none, there is none; on its own the stage can always cover the page. */
export const canFullscreen = (): boolean => document.fullscreenEnabled || window.top === window;

const COVERS_EVENT = "rero-covers";
let covers = false;

function cover(wanted: boolean): void {
  covers = wanted;
  dispatchEvent(new Event(COVERS_EVENT));
}

const isFull = () => document.fullscreenElement !== null || covers;
const follow = (changed: () => void) =>
  listen(window, { fullscreenchange: changed, [COVERS_EVENT]: changed }, true);

export function leaveFullscreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  cover(false);
}

export function toggleFullscreen(): void {
  const page = document.documentElement;
  if (isFull()) leaveFullscreen();
  else if (!canFullscreen()) return;
  else if (page.requestFullscreen) void page.requestFullscreen();
  else cover(true);
}

export function useFullscreen(live: boolean, shape: Shape | null): boolean {
  const full = useStore(follow, isFull);
  useEffect(() => {
    if (!full || !live || !("wakeLock" in navigator)) return;
    const lock = navigator.wakeLock.request("screen").catch(() => null);
    return () => void lock.then((held) => held?.release());
  }, [full, live]);
  useEffect(() => {
    const orientation: Lockable | undefined = screen.orientation;
    if (!full || shape === null || !document.fullscreenElement || !orientation?.lock) return;
    // A screen that stands on a desk cannot turn, and says so.
    orientation.lock(shape).catch(() => {});
    return () => orientation.unlock();
  }, [full, shape]);
  return full;
}
