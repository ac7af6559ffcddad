/** Where the gateway is, and what it says when it does not let a socket in. */

const ANSWER_TIMEOUT_MS = 4_000;

/**
 * The gateway's address with a slash at its end. `configured` is `VITE_BACKEND_URL`: unset means a
 * gateway on this machine; `/` means the server of this page, under whatever path it serves it.
 */
export function backendBase(configured: string | undefined, page: string): string {
  if (!configured) return "http://localhost:6732/";
  const base = new URL(configured === "/" ? "./" : configured, page);
  base.search = base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base.href;
}

export function streamUrl(base: string, quality: number, camera: string | null): string {
  const url = new URL(`websocket/${quality}`, base);
  // Older browsers take no http: address for a WebSocket.
  url.protocol = url.protocol.replace("http", "ws");
  if (camera !== null) url.searchParams.set("camera", camera);
  url.searchParams.set("v", "2");
  return url.href;
}

export const apiUrl = (base: string, path: string): string => new URL(`api/${path}`, base).href;

/**
 * What the gateway says by HTTP, because browsers do not tell why a WebSocket was not let in.
 * Status null: nobody is there, or not for this page.
 */
export async function askStatus(base: string): Promise<{ status: number | null; words: string }> {
  try {
    const answer = await fetch(apiUrl(base, "status"), {
      credentials: "include",
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return { status: answer.status, words: answer.ok ? "" : (await answer.text()).slice(0, 300) };
  } catch {
    return { status: null, words: "" };
  }
}
