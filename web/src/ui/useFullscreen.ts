/**
 * Full screen for one element; on iPhones, which give it to videos only, the element covers the
 * page instead. While it is full and `live`, the screen stays awake where the browser lets us.
 */

import { type RefObject, useCallback, useEffect, useState } from "react";

/** In a page that gives its frames none, there is none; on its own the element can always cover the page. */
export const canFullscreen = (): boolean => document.fullscreenEnabled || window.top === window;

export function useFullscreen(
  element: RefObject<HTMLElement | null>,
  live: boolean,
): [full: boolean, toggle: () => void] {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  useEffect(() => {
    if (!full || !live || !("wakeLock" in navigator)) return;
    const lock = navigator.wakeLock.request("screen").catch(() => null);
    return () => void lock.then((held) => held?.release());
  }, [full, live]);
  const toggle = useCallback(() => {
    if (!canFullscreen()) return;
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (element.current?.requestFullscreen) void element.current.requestFullscreen();
    else setFull((f) => !f);
  }, [element]);
  return [full, toggle];
}
