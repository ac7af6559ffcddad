/** The cameras that the gateway knows, asked again and again: one may come or go while the page is open. */

import { useEffect, useState } from "react";
import { apiUrl } from "../stream/gateway_urls";
import { type CameraStatus, readStatus } from "../stream/protocol";
import { TRY_AGAIN_EVENT } from "./usePlayer";

const ASK_EVERY_MS = 5_000;

export interface KnownCamera extends CameraStatus {
  /** When this page last heard that it is there, milliseconds since the epoch. */
  seenAt: number | null;
}

/** Null until the gateway told, or while it does not. */
export function useCameras(base: string): KnownCamera[] | null {
  const [cameras, setCameras] = useState<KnownCamera[] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      if (document.hidden) return;
      const told = await askCameras(base, stop.signal);
      if (told && !stop.signal.aborted) setCameras((known) => told.map((c) => seen(c, known)));
    };
    void ask();
    const timer = setInterval(ask, ASK_EVERY_MS);
    addEventListener(TRY_AGAIN_EVENT, ask);
    document.addEventListener("visibilitychange", ask);
    return () => {
      stop.abort();
      clearInterval(timer);
      removeEventListener(TRY_AGAIN_EVENT, ask);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [base]);
  return cameras;
}

/** Those that the gateway ever heard of; one that somebody only asked for has no run. */
async function askCameras(base: string, signal: AbortSignal): Promise<CameraStatus[] | null> {
  try {
    const answer = await fetch(apiUrl(base, "status"), { credentials: "include", signal });
    if (!answer.ok) return null;
    const { cameras } = await answer.json();
    if (!Array.isArray(cameras)) return null;
    return cameras.filter((c) => c?.run !== "").flatMap((c) => readStatus(c) ?? []);
  } catch {
    return null;
  }
}

const seen = (camera: CameraStatus, before: KnownCamera[] | null): KnownCamera => ({
  ...camera,
  seenAt:
    camera.state === "offline"
      ? (before?.find((b) => b.camera === camera.camera)?.seenAt ?? null)
      : Date.now(),
});
