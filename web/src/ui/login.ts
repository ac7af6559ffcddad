/** Trades an access token, or that of a link, for a cookie that this page itself cannot read. */

import { apiUrl } from "../stream/gateway_urls";
import { words } from "./words/words";

/** What went wrong, in words; empty is success. */
export async function login(base: string, token: string): Promise<string> {
  try {
    const answer = await fetch(apiUrl(base, "login"), {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) return "";
    if (answer.status === 401) return words.login.wrong;
    if (answer.status === 429) return words.login.tooMany;
    return words.login.said(answer.status);
  } catch {
    return words.login.silent;
  }
}

/** Gives the cookie back; the page then begins anew, as somebody who has none. */
export async function logout(base: string): Promise<void> {
  const options: RequestInit = { method: "POST", credentials: "include" };
  const answer = await fetch(apiUrl(base, "logout"), options).catch(() => null);
  if (answer?.ok) location.reload();
}

/** The token of the link that this page was opened by (`#link=…`), or null. Pure. */
export function linkToken(hash: string): string | null {
  return new URLSearchParams(hash.slice(1)).get("link");
}

/**
 * Logs in with the link that this page was opened by, and takes it out of the address bar and the
 * history. It stands behind the '#', so no server and no log has seen it.
 */
export async function redeemLink(base: string): Promise<void> {
  const token = linkToken(location.hash);
  if (token === null) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  // What is wrong with it, the stage says as soon as it is refused.
  await login(base, token);
}
