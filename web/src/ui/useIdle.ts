import { type RefObject, useEffect, useState } from "react";

/** A pointer that has not moved for so long rests. */
const IDLE_AFTER_MS = 3_000;

/** True when the pointer has rested: then the controls and the pointer leave the picture alone. */
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
