/**
 * The cameras that the gateway knows. Asked again and again while one may come or go before a person's
 * eyes, and seldom while a single camera is watched: a thousand viewers would keep a gateway busy.
 */

import { type RefObject, useEffect, useState } from "react";
import { apiUrl } from "../stream/gateway_urls";
import { type CameraStatus, readStatus } from "../stream/protocol";
import { listen } from "./listen";
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

/** Why the gateway tells nothing: it asks who is there, or does not answer. */
type Trouble = "login" | "silent" | null;

interface Known {
  /** As it told last; null until then. */
  cameras: KnownCamera[] | null;
  /** By a cookie, which can be given back. */
  signedIn: boolean;
  trouble: Trouble;
}

/** Once it is `settled` what is shown, the gateway is asked seldom. */
export function useCameras(base: string, settled: RefObject<boolean>): Known {
  const [known, setKnown] = useState<Known>({ cameras: null, signedIn: false, trouble: null });
  useEffect(() => {
    let stopped = false;
    let askedAt = 0;
    const ask = async () => {
      if (document.hidden) return;
      askedAt = performance.now();
      const told = await askCameras(base);
      if (stopped) return;
      setKnown((last) => ({
        ...last,
        ...told,
        cameras: told.cameras?.map((c) => seen(c, last.cameras)) ?? last.cameras,
      }));
    };
    void ask();
    const timer = setInterval(() => {
      const due = askedAt + ASK_SETTLED_EVERY_MS;
      if (!settled.current || performance.now() >= due) void ask();
    }, ASK_EVERY_MS);
    const when = { [TRY_AGAIN_EVENT]: ask, [ASK_EVENT]: ask, visibilitychange: ask };
    const deaf = listen(window, when, true);
    return () => {
      stopped = true;
      clearInterval(timer);
      deaf();
    };
  }, [base, settled]);
  return known;
}

/** What a browser shows by its cookie, and by nothing else. */
const COOKIES: readonly unknown[] = ["token", "link", "jwt"];

interface Told extends Partial<Pick<Known, "signedIn">> {
  cameras?: ToldCamera[];
  trouble: Trouble;
}

/** Those that the gateway ever heard of; one that somebody only asked for has no run. */
export async function askCameras(base: string): Promise<Told> {
  try {
    // Older browsers wait as long as they do.
    const signal = AbortSignal.timeout?.(ASK_EVERY_MS);
    const answer = await fetch(apiUrl(base, "status"), { credentials: "include", signal });
    // 429: wrong cookies came from here so often that theirs wait, and a login ends that.
    if ([401, 429].includes(answer.status)) return { signedIn: false, trouble: "login" };
    const { cameras, access } = await answer.json();
    return {
      cameras: cameras.filter((c: ToldRun) => c?.run !== "").flatMap(toldCamera),
      signedIn: COOKIES.includes(access?.by),
      trouble: null,
    };
  } catch {
    return { trouble: "silent" };
  }
}

type ToldRun = { run?: unknown } | null;

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
