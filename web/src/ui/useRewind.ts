/**
 * Looking back: a held key plays backwards, a slider seeks, reaching the present is live again.
 *
 * What is looked at is a moment, not a distance: the present goes on meanwhile, and so the picture
 * gets older as long as it stays.
 */

import { useCallback, useEffect, useRef, useState } from "react";
import type { Player } from "../stream/player";
import type { View } from "../stream/view_model";

/** About the rate at which the pictures came. */
const REWIND_STEP_MS = 33;
/** Forwards it must be faster than time itself to arrive at the present. */
const FORWARD_SPEED = 3;

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
  /** The moment looked at, by this page's clock; null is live. */
  const moment = useRef<number | null>(null);
  const longest = useRef(0);
  const timer = useRef<ReturnType<typeof setInterval>>(undefined);
  useEffect(() => {
    longest.current = view?.rewindMs ?? 0;
  }, [view]);

  const stop = useCallback(() => clearInterval(timer.current), []);
  const live = useCallback(() => {
    stop();
    setOpen(false);
    moment.current = null;
    player?.lookBack(null);
  }, [player, stop]);
  const seek = useCallback(
    (behindMs: number) => {
      const behind = Math.min(Math.max(0, behindMs), longest.current);
      moment.current = performance.now() - behind;
      setOpen(true);
      player?.lookBack(behind);
    },
    [player],
  );
  const play = useCallback(
    (direction: -1 | 1) => {
      stop();
      if (direction === 1 && moment.current === null) return;
      timer.current = setInterval(() => {
        const now = performance.now();
        const step = direction === 1 ? FORWARD_SPEED * REWIND_STEP_MS : -REWIND_STEP_MS;
        const next = (moment.current ?? now) + step;
        if (next >= now) live();
        else seek(now - next);
      }, REWIND_STEP_MS);
    },
    [live, seek, stop],
  );
  useEffect(() => stop, [stop]);
  return { open, toggle: () => (open ? live() : seek(0)), seek, play, stop, live };
}
