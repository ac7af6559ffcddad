/** What is shown. Where the address leaves that open it is decided once: cameras come and go before people's eyes. */

import { useEffect, useRef } from "react";
import { isOpen, type Route, type Scene, sceneOf } from "./route";
import type { Go } from "./useRoute";

/** `names` are those of the cameras, as far as they are known; `told`: by the gateway, and not from last time. */
export function useScene(route: Route, names: string[] | null, told: boolean, go: Go): Scene {
  const decided = useRef<[Route, Scene] | null>(null);
  const open = isOpen(route);
  if (open && told && names?.length && decided.current?.[0] !== route)
    decided.current = [route, sceneOf(route, names)];
  const scene = decided.current?.[0] === route ? decided.current[1] : sceneOf(route, names);
  // A camera that was alone stays before who watches it; from now on the address without a name is the list's.
  const stays = open && scene.kind === "camera" && decided.current && (names?.length ?? 0) > 1;
  const camera = stays ? (scene.camera ?? "default") : null;
  useEffect(() => {
    if (camera !== null) go([camera], true);
  }, [camera, go]);
  return scene;
}
