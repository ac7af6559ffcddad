/** Trades an access token, or that of a link, for a cookie that this page itself cannot read. */

import { apiUrl } from "../stream/gateway_urls";
import { linkToken } from "./route";
import { words } from "./words/words";

/** Until then the page that a link opened is not drawn, and a form waits. */
const LOGIN_MAX_MS = 8_000;

/** What went wrong, in words; empty is success. */
export async function login(base: string, token: string): Promise<string> {
  // Without TLS browsers keep no cookie for a frame of another site; one of the same site has ours.
  const framed = inForeignFrame() && isSecureContext;
  try {
    const answer = await fetch(apiUrl(base, "login"), {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(framed ? { token, framed } : { token }),
      // Older browsers wait as long as they do.
      signal: AbortSignal.timeout?.(LOGIN_MAX_MS),
    });
    if (answer.ok) return (await kept(base)) ? "" : words.login.notKept;
    if (answer.status === 401) return words.login.wrong;
    if (answer.status === 429) return words.login.tooMany;
    return words.login.said(answer.status);
  } catch {
    return words.login.silent;
  }
}

/** Whether the browser has kept the cookie of a login, which in a frame of another site's page it may not. */
async function kept(base: string): Promise<boolean> {
  if (!inForeignFrame()) return true;
  const answer = await fetch(apiUrl(base, "status"), { credentials: "include" });
  return answer.status !== 401;
}

/** Whether this page stands in a page of another origin. */
export function inForeignFrame(): boolean {
  if (window.top === window) return false;
  try {
    return window.top?.location.origin !== location.origin;
  } catch {
    return true;
  }
}

/** Gives the cookie back; the page then begins anew, as somebody who has none. */
export async function logout(base: string): Promise<void> {
  const options: RequestInit = { method: "POST", credentials: "include" };
  const answer = await fetch(apiUrl(base, "logout"), options).catch(() => null);
  if (answer?.ok) location.reload();
}

/**
 * Logs in with the link that this page was opened by, and takes it out of the address bar and the
 * history. It stands behind the '#', so no server and no log has seen it.
 */
export async function redeemLink(base: string): Promise<void> {
  const token = linkToken(location.hash);
  if (token === null) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  trouble = await login(base, token);
}

let trouble = "";

/** What was wrong with the link that this page was opened by, in words; empty where nothing was. */
export const linkTrouble = (): string => trouble;
