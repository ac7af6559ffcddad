/** Where the gateway is: its address, and those of its stream and of its HTTP interface. Pure. */

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

export function streamUrl(base: string, quality: number, camera: string | null): string {
  const url = new URL(`websocket/${quality}`, base);
  // Older browsers take no http: address for a WebSocket.
  url.protocol = url.protocol.replace("http", "ws");
  if (camera !== null) url.searchParams.set("camera", camera);
  url.searchParams.set("v", "2");
  url.searchParams.set("delta", "1");
  return url.href;
}

export const apiUrl = (base: string, path: string): string => new URL(`api/${path}`, base).href;
