/** Whether the controls are to be hidden: the mouse does not move, or a tap sent them away. */

import { type RefObject, useEffect, useRef, useState } from "react";
import { listen } from "./listen";

/** Without a movement for so long the pointer is idle. */
const IDLE_AFTER_MS = 3_000;

/** `toggle` is a tap on the picture: it brings the controls, or sends them away. `wake` brings them for a while. */
export function useIdle(
  stage: RefObject<HTMLElement | null>,
): [idle: boolean, toggle: () => void, wake: () => void] {
  const [idle, setIdle] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wake = useRef(() => {
    setIdle(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIdle(true), IDLE_AFTER_MS);
  });
  useEffect(() => {
    const element = stage.current;
    const moved = (e: PointerEvent) => {
      // A finger on the picture is a tap or a gesture; on the controls it uses them.
      const uses = (e.target as HTMLElement).closest(".bar, .rewind") !== null;
      if (e.pointerType === "mouse" || uses) wake.current();
    };
    wake.current();
    const stop = listen(element, { pointermove: moved, pointerdown: moved });
    return () => {
      clearTimeout(timer.current);
      stop();
    };
  }, [stage]);
  const toggle = () => {
    if (idle) wake.current();
    else {
      clearTimeout(timer.current);
      setIdle(true);
    }
  };
  return [idle, toggle, wake.current];
}
