/**
 * Tells of a camera that goes off or comes back to somebody who wished it and looks at another tab. A hidden
 * page has no picture and keeps no camera awake; it asks the gateway now and then how the camera is.
 */

import { useEffect } from "react";
import type { Commands } from "./commands";
import { listen } from "./listen";
import { isThere, noticeOf } from "./notices";
import type { Prefs } from "./prefs";
import { askCameras } from "./useCameras";
import { words } from "./words/words";

const LOOK_EVERY_MS = 10_000;

export function useNotices(
  { base, camera: named }: { base: string; camera: string | null },
  { notify }: Prefs,
  change: (more: Partial<Prefs>) => void,
  say: (text: string) => void,
): Commands {
  const camera = named ?? "default";
  const wanted = notify && mayNotify();
  useEffect(() => (wanted ? watch(base, camera) : undefined), [base, camera, wanted]);
  // iPhones have notifications only for pages that were installed.
  if (!("Notification" in window)) return {};
  const run = async () => {
    if (wanted) change({ notify: false });
    else if ((await Notification.requestPermission()) !== "granted")
      return say(words.notice.denied);
    else change({ notify: true });
    say(wanted ? words.notice.no : words.notice.yes);
  };
  return { notify: { run: () => void run(), pressed: wanted } };
}

const mayNotify = () => "Notification" in window && Notification.permission === "granted";

/** Looks while the page is hidden; the function ends it. */
function watch(base: string, camera: string): () => void {
  let stopped = false;
  let before: boolean | null = null;
  const look = async () => {
    if (!document.hidden) return;
    const told = await askCameras(base);
    const now = isThere(told.cameras ?? null, camera);
    const notice = noticeOf(before, now);
    before = now ?? before;
    if (notice && document.hidden && !stopped) show(words.notice[notice](camera));
  };
  const turned = () => {
    before = null;
    void look();
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  const deaf = listen(window, { visibilitychange: turned }, true);
  return () => {
    stopped = true;
    clearInterval(timer);
    deaf();
  };
}

function show(text: string): void {
  try {
    // One after the other in the same place, so that nobody comes back to a heap of them.
    const notice = new Notification(text, { tag: "rero", icon: "./icon.svg" });
    notice.onclick = () => {
      focus();
      notice.close();
    };
  } catch {
    // Android shows none of a page's own.
  }
}
