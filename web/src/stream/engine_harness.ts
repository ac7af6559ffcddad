/** Tests only: an engine in the fake browser, and the views it publishes. */

import { afterEach, beforeEach, vi } from "vitest";
import { Engine } from "./engine";
import {
  decodes,
  FakeSocket,
  fakeCanvas,
  installFakeBrowser,
  removeFakeBrowser,
} from "./fake_browser";
import { BEST } from "./rendition";
import { Together } from "./together";
import type { EngineConfig, View } from "./view_model";

const CONFIG: EngineConfig = {
  base: "http://gateway/",
  camera: null,
  start: BEST,
  by: "memory",
  needs: { shown: null, attended: true },
  rewindBytes: 1e6,
};

/** What the engine of the running test published. */
export const views: View[] = [];
/** The engine of the running test, once it started. */
export let engine: Engine;
/** What its pictures wait for in a tile. */
let together: Together;
/** What it draws on. */
export let canvas: OffscreenCanvas;

export const view = () => views.at(-1) as View;

/** Starts the engine and gives the socket that it opens. */
export function start(config: Partial<EngineConfig> = {}): FakeSocket {
  canvas = fakeCanvas();
  together = new Together();
  engine = new Engine(canvas, { ...CONFIG, ...config }, (view) => views.push(view), together);
  return FakeSocket.last;
}

/** A frame comes, is decoded to a picture or to none, and is drawn. */
export async function show(socket: FakeSocket, seq: number, ok = true): Promise<void> {
  socket.frame(seq);
  await decodes.at(-1)?.end(ok);
  together.now();
  await vi.advanceTimersByTimeAsync(0);
}

/** Gives every test of the file a fake browser of its own. */
export function inFakeBrowser(): void {
  beforeEach(installFakeBrowser);
  afterEach(() => {
    engine.close();
    removeFakeBrowser();
    views.length = 0;
  });
}
