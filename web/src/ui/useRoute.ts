/** The page's address as state: it follows Back and Forward, and going somewhere writes it. */

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { type Route, readRoute, withCameras } from "./route";

const MOVED_EVENT = "rero-moved";

const follow = (moved: () => void) => {
  addEventListener("popstate", moved);
  addEventListener(MOVED_EVENT, moved);
  return () => {
    removeEventListener("popstate", moved);
    removeEventListener(MOVED_EVENT, moved);
  };
};

/** The route, and a function that goes to other cameras; Back comes here again. */
export function useRoute(): [Route, (show: string[] | "wall" | "list") => void] {
  const search = useSyncExternalStore(follow, () => location.search);
  const route = useMemo(() => readRoute(search), [search]);
  const go = useCallback((show: string[] | "wall" | "list") => {
    const next = withCameras(location.search, show);
    if (next === location.search) return;
    history.pushState(null, "", location.pathname + next);
    dispatchEvent(new Event(MOVED_EVENT));
  }, []);
  return [route, go];
}
