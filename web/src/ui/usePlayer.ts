/** A player as long as a component lives, paused while the page is hidden. */

import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Player } from "../stream/player";
import type { EngineConfig, View } from "../stream/view_model";
import { listen } from "./listen";
import { isFloating, PIP_LEFT_EVENT } from "./pip";
import { leaveScreen, takeScreen } from "./players";
import { useStore } from "./useStore";
import { words } from "./words/words";

/** Before there is a player. */
const NONE = { subscribe: () => () => {}, view: () => null };

export const TRY_AGAIN_EVENT = "rero-try-again";

/** Every player of the page that waits or was refused tries now. */
export const tryAgain = () => dispatchEvent(new Event(TRY_AGAIN_EVENT));

/** A player that draws into `host` as long as the component lives; it may be one that already plays. */
export function usePlayer(
  host: RefObject<HTMLElement | null>,
  config: (box: HTMLElement | null) => EngineConfig,
): [Player | null, View | null] {
  const [player, setPlayer] = useState<Player | null>(null);
  const first = useRef(config);
  // Before what is told of it: words that change the page around it would have it begin anew.
  useLayoutEffect(() => {
    const wanted = first.current(host.current);
    const screen = takeScreen(wanted);
    screen.canvas.setAttribute("aria-label", words.page.livePicture);
    host.current?.append(screen.canvas);
    const stop = followPage(screen.player);
    setPlayer(screen.player);
    return () => {
      stop();
      leaveScreen(wanted.camera, screen);
      setPlayer(null);
    };
  }, [host]);
  const view = useStore((player ?? NONE).subscribe, (player ?? NONE).view);
  return [player, view];
}

/**
 * A hidden page pauses. One that comes back, also from the back/forward cache, opens a new connection
 * at once: after sleep or in a frozen tab the old one may be dead and no event tells.
 */
function followPage(player: Player): () => void {
  const seen = () => player.hold("unseen", document.hidden && !isFloating());
  const left = () => player.hold("unseen", true);
  const online = () => player.retry();
  seen();
  const heard = {
    ...{ visibilitychange: seen, [PIP_LEFT_EVENT]: seen, pageshow: seen, pagehide: left },
    ...{ online, [TRY_AGAIN_EVENT]: online },
  };
  return listen(window, heard, true);
}
