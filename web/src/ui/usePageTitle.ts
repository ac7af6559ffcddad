/** The tab's title and icon say which camera it shows and how that is: a tab that went dark looks it. */

import { useEffect } from "react";
import type { Pill } from "./presentation";
import type { Scene } from "./route";
import { words } from "./words/words";

export function usePageTitle(scene: Scene, { label, tone }: Pill): void {
  const title = titleOf(scene, label);
  const icon = scene.kind === "camera" ? `./icon-${tone}.svg` : "./icon.svg";
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    document.querySelector("link[rel=icon]")?.setAttribute("href", icon);
  }, [icon]);
}

function titleOf(scene: Scene, label: string): string {
  switch (scene.kind) {
    case "camera":
      return `${label} · ${scene.camera ?? "ReRo CCTV"}`;
    case "wall":
      return `${words.list.titleOfWall(scene.cameras.length)} · ReRo CCTV`;
    case "list":
      return `${words.list.title} · ReRo CCTV`;
    case "unknown":
      return `${words.list.titleOfUnknown(scene.camera)} · ReRo CCTV`;
  }
}
