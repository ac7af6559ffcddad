/** The page's address as state: it follows Back and Forward, and going somewhere writes it. */

import { useCallback, useMemo } from "react";
import { listen } from "./listen";
import { type Route, readRoute, withCameras } from "./route";
import { useStore } from "./useStore";

const MOVED_EVENT = "rero-moved";

const follow = (moved: () => void) => listen(window, { popstate: moved, [MOVED_EVENT]: moved });

const addressed = () => location.search;

/** Goes to other cameras; Back comes here again, unless the address is `replaced`. */
export type Go = (show: string[] | "wall" | "list", replaced?: boolean) => void;

export function useRoute(): [Route, Go] {
  const search = useStore(follow, addressed);
  const route = useMemo(() => readRoute(search), [search]);
  const go = useCallback<Go>((show, replaced) => {
    const next = withCameras(location.search, show);
    if (next === location.search) return;
    history[replaced ? "replaceState" : "pushState"](null, "", location.pathname + next);
    dispatchEvent(new Event(MOVED_EVENT));
  }, []);
  return [route, go];
}
