/** Whether the pointer does not move: then the controls and the pointer are hidden. */

import { type RefObject, useEffect, useState } from "react";

/** Without a movement for so long the pointer is idle. */
const IDLE_AFTER_MS = 3_000;

export function useIdle(stage: RefObject<HTMLElement | null>): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const element = stage.current;
    let timer: ReturnType<typeof setTimeout>;
    const moved = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), IDLE_AFTER_MS);
    };
    moved();
    element?.addEventListener("pointermove", moved);
    element?.addEventListener("pointerdown", moved);
    return () => {
      clearTimeout(timer);
      element?.removeEventListener("pointermove", moved);
      element?.removeEventListener("pointerdown", moved);
    };
  }, [stage]);
  return idle;
}
