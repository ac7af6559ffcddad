/**
 * The cameras that the gateway knows. Asked again and again while one may come or go before a person's
 * eyes, and seldom while a single camera is watched: a thousand viewers would keep a gateway busy.
 */

import { type RefObject, useEffect, useState } from "react";
import { apiUrl } from "../stream/gateway_urls";
import { type CameraStatus, readStatus } from "../stream/protocol";
import { TRY_AGAIN_EVENT } from "./usePlayer";

const ASK_EVERY_MS = 5_000;
const ASK_SETTLED_EVERY_MS = 60_000;

export interface KnownCamera extends CameraStatus {
  /** When this page last heard that it is there, milliseconds since the epoch. */
  seenAt: number | null;
  /** Who watches it by this gateway. */
  viewers: number;
}

type ToldCamera = Omit<KnownCamera, "seenAt">;

const ASK_EVENT = "rero-ask-cameras";

/** Has the gateway asked now, for somebody who wants to know how many watch. */
export const askNow = () => dispatchEvent(new Event(ASK_EVENT));

interface Known {
  /** Null until the gateway told, or while it does not. */
  cameras: KnownCamera[] | null;
  /** By a cookie, which can be given back. */
  signedIn: boolean;
}

/** Once it is `settled` what is shown, the gateway is asked seldom. */
export function useCameras(base: string, settled: RefObject<boolean>): Known {
  const [known, setKnown] = useState<Known>({ cameras: null, signedIn: false });
  useEffect(() => {
    const stop = new AbortController();
    let askedAt = 0;
    const ask = async () => {
      if (document.hidden) return;
      askedAt = performance.now();
      const told = await askCameras(base, stop.signal);
      if (!told || stop.signal.aborted) return;
      const { signedIn } = told;
      setKnown((last) => ({ signedIn, cameras: told.cameras.map((c) => seen(c, last.cameras)) }));
    };
    void ask();
    const timer = setInterval(() => {
      const due = askedAt + ASK_SETTLED_EVERY_MS;
      if (!settled.current || performance.now() >= due) void ask();
    }, ASK_EVERY_MS);
    addEventListener(TRY_AGAIN_EVENT, ask);
    addEventListener(ASK_EVENT, ask);
    document.addEventListener("visibilitychange", ask);
    return () => {
      stop.abort();
      clearInterval(timer);
      removeEventListener(TRY_AGAIN_EVENT, ask);
      removeEventListener(ASK_EVENT, ask);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [base, settled]);
  return known;
}

/** What a browser shows by its cookie, and by nothing else. */
const COOKIES: readonly unknown[] = ["token", "link", "jwt"];

interface Told {
  cameras: ToldCamera[];
  signedIn: boolean;
}

/** Those that the gateway ever heard of; one that somebody only asked for has no run. */
export async function askCameras(base: string, signal: AbortSignal): Promise<Told | null> {
  try {
    const answer = await fetch(apiUrl(base, "status"), { credentials: "include", signal });
    if (!answer.ok) return null;
    const { cameras, access } = await answer.json();
    if (!Array.isArray(cameras)) return null;
    return {
      cameras: cameras.filter((c) => c?.run !== "").flatMap(toldCamera),
      signedIn: COOKIES.includes(access?.by),
    };
  } catch {
    return null;
  }
}

function toldCamera(told: Record<string, unknown>): ToldCamera[] {
  const status = readStatus(told);
  // How many of each rendition.
  const counts = Object.values(told.viewers ?? {}).filter((n) => typeof n === "number");
  return status ? [{ ...status, viewers: counts.reduce((sum, n) => sum + n, 0) }] : [];
}

const seen = (camera: ToldCamera, before: KnownCamera[] | null): KnownCamera => ({
  ...camera,
  seenAt:
    camera.state === "offline"
      ? (before?.find((b) => b.camera === camera.camera)?.seenAt ?? null)
      : Date.now(),
});
