/**
 * The stream that the page will show, known from its address and from what this device remembers, and
 * begun before anything of the page is drawn. Not where that is not one camera, where who watches has yet
 * to be said, or where nobody sees it.
 */

import type { EngineConfig } from "../stream/view_model";
import { stageConfig } from "./engine_config";
import { needsOf, stageLie } from "./lie";
import { loadPrefs, rememberedCameras } from "./prefs";
import { linkToken, readRoute, sceneOf } from "./route";

type Page = Pick<Location, "search" | "hash"> & Pick<Document, "hidden">;
/** What the picture will nearly fill. */
type Box = Pick<HTMLElement, "clientWidth" | "clientHeight">;

/** What a stage of this page will ask of its engine; null where there is none. */
export function configAhead(base: string, page: Page, box: Box): EngineConfig | null {
  if (page.hidden || linkToken(page.hash) !== null) return null;
  const route = readRoute(page.search);
  const scene = sceneOf(route, route.cameras.length === 0 ? rememberedCameras() : null);
  if (scene.kind !== "camera") return null;
  const { camera } = scene;
  const { fit, turns } = loadPrefs(camera);
  const lie = stageLie(route.options.fit ?? fit, turns, 1);
  return stageConfig({ base, camera, options: route.options }, needsOf(box, lie));
}
