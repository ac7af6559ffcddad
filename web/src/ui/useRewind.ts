/** Looking back: a held key plays backwards, a slider seeks, reaching the end is live again. */

import { useCallback, useEffect, useRef, useState } from "react";
import type { Player } from "../stream/player";
import type { View } from "../stream/view_model";

/** About the rate at which the pictures came. */
const REWIND_STEP_MS = 33;

export interface Rewinding {
  open: boolean;
  toggle: () => void;
  /** Shows the picture of so many milliseconds ago. */
  seek: (behindMs: number) => void;
  /** Plays backwards (-1) or forwards (1) until `stop`. */
  play: (direction: -1 | 1) => void;
  stop: () => void;
  live: () => void;
}

export function useRewind(player: Player | null, view: View | null): Rewinding {
  const [open, setOpen] = useState(false);
  const behind = useRef(0);
  const longest = useRef(0);
  const timer = useRef<ReturnType<typeof setInterval>>(undefined);
  useEffect(() => {
    longest.current = view?.rewindMs ?? 0;
  }, [view]);

  const stop = useCallback(() => clearInterval(timer.current), []);
  const live = useCallback(() => {
    stop();
    setOpen(false);
    behind.current = 0;
    player?.lookBack(null);
  }, [player, stop]);
  const seek = useCallback(
    (behindMs: number) => {
      behind.current = Math.min(Math.max(0, behindMs), longest.current);
      setOpen(true);
      player?.lookBack(behind.current);
    },
    [player],
  );
  const play = useCallback(
    (direction: -1 | 1) => {
      stop();
      if (direction === 1 && behind.current === 0) return;
      timer.current = setInterval(() => {
        const next = behind.current - direction * REWIND_STEP_MS;
        if (next <= 0) live();
        else seek(next);
      }, REWIND_STEP_MS);
    },
    [live, seek, stop],
  );
  useEffect(() => stop, [stop]);
  return { open, toggle: () => (open ? live() : seek(0)), seek, play, stop, live };
}
