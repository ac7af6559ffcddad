/** The tab's title and icon say which camera it shows and how that is: a tab that went dark looks it. */

import { useEffect } from "react";
import type { Pill } from "./presentation";
import type { Scene } from "./route";

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
      return `${scene.cameras.length} cameras · ReRo CCTV`;
    case "list":
      return "Cameras · ReRo CCTV";
    case "unknown":
      return `No camera ${scene.camera} · ReRo CCTV`;
  }
}
