/** Several cameras side by side, a worker each. */

import { type RefObject, useEffect, useRef } from "react";
import type { Player } from "../stream/player";
import { MAX_QUALITY } from "../stream/quality";
import { Icon } from "./icons";
import { present } from "./presentation";
import { usePlayer } from "./usePlayer";
import { useTileLayout } from "./useTileLayout";

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
  const [player, view] = usePlayer(host, {
    base: p.base,
    camera: p.camera,
    quality: tileQuality(0),
    auto: true,
    cap: tileQuality(0),
    rewindBytes: 0,
  });
  useTileSize(tile, player);
  const { label, tone, trust, card } = present(view);
  return (
    <button
      type="button"
      ref={tile}
      className="stage tile"
      data-phase={view?.phase ?? "connecting"}
      data-trust={trust}
      // Begins with what the tile shows, in that order: voice control goes by what is seen.
      aria-label={`${p.camera}, ${card?.title ?? label}. Show it alone.`}
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

/** The highest quality worth asking for at a width in device pixels: on a small tile nobody sees more. */
function tileQuality(pixels: number): number {
  if (pixels <= 480) return 50;
  return pixels <= 900 ? 70 : MAX_QUALITY;
}

/** A small tile asks for less, one outside the window for nothing. */
function useTileSize(tile: RefObject<HTMLElement | null>, player: Player | null) {
  useEffect(() => {
    const element = tile.current;
    if (!element || !player) return;
    const size = new ResizeObserver(([entry]) => {
      player.setCap(tileQuality((entry?.contentRect.width ?? 0) * devicePixelRatio));
    });
    const seen = new IntersectionObserver(([entry]) => {
      player.hold("outside", entry ? !entry.isIntersecting : false);
    });
    size.observe(element);
    seen.observe(element);
    return () => {
      size.disconnect();
      seen.disconnect();
    };
  }, [tile, player]);
}
