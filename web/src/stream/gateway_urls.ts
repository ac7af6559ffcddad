/** Where the gateway is: its address, and those of its stream and of its HTTP interface. Pure. */

import type { Rendition } from "./rendition";

/**
 * The gateway's address with a slash at its end. `configured` is `VITE_BACKEND_URL`: unset means a
 * gateway on this machine; `/` means the server of this page, under whatever path it serves it.
 */
export function gatewayBase(configured: string | undefined, page: string): string {
  if (!configured) return "http://localhost:6732/";
  const base = new URL(configured === "/" ? "./" : configured, page);
  base.search = base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base.href;
}

/** `fps` null is every picture. A server that knows neither sizes nor rates does not look at them. */
export function streamUrl(
  base: string,
  { quality, size }: Rendition,
  camera: string | null,
  fps: number | null,
): string {
  const url = new URL(`websocket/${quality}`, base);
  // Older browsers take no http: address for a WebSocket.
  url.protocol = url.protocol.replace("http", "ws");
  if (camera !== null) url.searchParams.set("camera", camera);
  if (size !== "full") url.searchParams.set("size", size);
  if (fps !== null) url.searchParams.set("fps", String(fps));
  url.searchParams.set("v", "2");
  url.searchParams.set("delta", "1");
  return url.href;
}

export const apiUrl = (base: string, path: string): string => new URL(`api/${path}`, base).href;
