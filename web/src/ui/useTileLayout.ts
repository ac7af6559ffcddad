/** Lays out a wall's tiles whenever its size or their number changes. */

import { type RefObject, useEffect } from "react";
import { tileLayout } from "./tile_layout";

export function useTileLayout(wall: RefObject<HTMLElement | null>, count: number): void {
  useEffect(() => {
    const element = wall.current;
    if (!element) return;
    const layout = () => {
      const gap = Number.parseFloat(getComputedStyle(element).columnGap) || 0;
      // With the width of a scroll bar taken away only where there is one.
      const { clientWidth, clientHeight } = element;
      const { columns, width } = tileLayout(count, clientWidth, clientHeight, gap);
      element.style.setProperty("--columns", String(columns));
      element.style.setProperty("--tile", `${Math.floor(width)}px`);
    };
    const size = new ResizeObserver(layout);
    size.observe(element);
    layout();
    return () => size.disconnect();
  }, [wall, count]);
}
