/** What something outside of the page's components is now, and again at each of its changes. */

import { useLayoutEffect, useState } from "react";

/** `follow` is told whom to tell of a change, and gives what ends that. Neither may be a new one each time. */
export function useStore<T>(follow: (changed: () => void) => () => void, now: () => T): T {
  const [value, set] = useState(now);
  useLayoutEffect(() => {
    const changed = () => set(now);
    // It may have changed since it was drawn.
    changed();
    return follow(changed);
  }, [follow, now]);
  return value;
}
