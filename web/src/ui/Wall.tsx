/** Several cameras side by side, a worker each. */

import { type RefObject, useLayoutEffect, useRef } from "react";
import type { Player } from "../stream/player";
import { BEST } from "../stream/rendition";
import { Icon } from "./icons";
import { needsOf } from "./lie";
import { present } from "./presentation";
import { useAttended, useNeeds } from "./useNeeds";
import { usePlayer } from "./usePlayer";
import { useTileLayout } from "./useTileLayout";
import { words } from "./words/words";

/** As much as a tile's size lets it ask for, which is little. */
const TILE_START = BEST;

interface WallProps {
  base: string;
  cameras: string[];
  choose: (camera: string) => void;
}

export function Wall({ base, cameras, choose }: WallProps) {
  const wall = useRef<HTMLElement>(null);
  useTileLayout(wall, cameras.length);
  return (
    <main ref={wall} className="wall">
      {cameras.map((camera) => (
        <Tile key={camera} base={base} camera={camera} choose={() => choose(camera)} />
      ))}
    </main>
  );
}

function Tile(p: { base: string; camera: string; choose: () => void }) {
  const tile = useRef<HTMLButtonElement>(null);
  const host = useRef<HTMLSpanElement>(null);
  const attended = useAttended(tile);
  const lie = { cover: false, turned: false, attended, zoom: 1 };
  const [player, view] = usePlayer(host, (box) => ({
    ...{ base: p.base, camera: p.camera, rewindBytes: 0 },
    ...{ start: TILE_START, by: "memory", needs: needsOf(box, lie) },
  }));
  useNeeds(host, player, lie);
  usePausedOutside(tile, player);
  const { label, tone, trust, card } = present(view);
  return (
    <button
      type="button"
      ref={tile}
      className="stage tile"
      data-phase={view?.phase ?? "connecting"}
      data-trust={trust}
      // Begins with what the tile shows, in that order: voice control goes by what is seen.
      aria-label={words.list.tile(p.camera, card?.title ?? label)}
      onClick={p.choose}
    >
      <span ref={host} className="host" />
      <span className="pill glass" data-tone={tone}>
        <i /> <span className="camera-name">{p.camera}</span>
      </span>{" "}
      {card && (
        <span className="veil" data-tone={tone}>
          <span className="card glass">
            <Icon name={card.icon} />
            <strong>{card.title}</strong>
          </span>
        </span>
      )}
    </button>
  );
}

/** A tile outside the window asks for nothing. */
function usePausedOutside(tile: RefObject<HTMLElement | null>, player: Player | null) {
  // Over before the stage takes the player: a tile that is gone would hold it as one outside the window.
  useLayoutEffect(() => {
    const element = tile.current;
    if (!element || !player) return;
    // The last of what is told at once is how it is now.
    const seen = new IntersectionObserver((entries) => {
      player.hold("outside", entries.at(-1)?.isIntersecting === false);
    });
    seen.observe(element);
    return () => seen.disconnect();
  }, [tile, player]);
}
