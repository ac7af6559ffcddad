/**
 * Full screen for one element; on iPhones, which give it to videos only, the element covers the
 * page instead. While it is full and `live`, the screen stays awake where the browser lets us, and a phone
 * turns it as the picture lies.
 */

import { type RefObject, useCallback, useEffect, useState } from "react";

import { listen } from "./listen";

export type Shape = "landscape" | "portrait";

/** On phones; the browser's own list of types has lost it. */
type Lockable = ScreenOrientation & { lock?: (shape: Shape) => Promise<void> };

/** In a page that gives its frames none, there is none; on its own the element can always cover the page. */
export const canFullscreen = (): boolean => document.fullscreenEnabled || window.top === window;

export function useFullscreen(
  element: RefObject<HTMLElement | null>,
  live: boolean,
  shape: Shape | null,
): [full: boolean, toggle: () => void] {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null);
    return listen(window, { fullscreenchange: changed });
  }, []);
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
  const toggle = useCallback(() => {
    if (!canFullscreen()) return;
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (element.current?.requestFullscreen) void element.current.requestFullscreen();
    else setFull((f) => !f);
  }, [element]);
  return [full, toggle];
}
