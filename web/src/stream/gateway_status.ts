/** Asks the gateway by HTTP why it did not let a WebSocket in; browsers do not tell. */

import { apiUrl } from "./gateway_urls";

/** A gateway that does not answer by then counts as absent. */
const STATUS_TIMEOUT_MS = 4_000;
/** Longer answers are cut: they may be a whole error page of a proxy. */
const MAX_WORDS_LENGTH = 300;

/** The HTTP status and the reason in words; status null: nobody is there, or not for this page. */
export async function askStatus(base: string): Promise<{ status: number | null; words: string }> {
  try {
    const answer = await fetch(apiUrl(base, "status"), {
      credentials: "include",
      cache: "no-store",
      signal: AbortSignal.timeout(STATUS_TIMEOUT_MS),
    });
    return {
      status: answer.status,
      words: answer.ok ? "" : (await answer.text()).slice(0, MAX_WORDS_LENGTH),
    };
  } catch {
    return { status: null, words: "" };
  }
}
