/**
 * A connection that is opened before anybody can show what comes on it: the first picture is on its way
 * while the page still loads. Whoever then opens the same address gets it as if it were opened now.
 *
 * What waits is no queue of frames: until a first one is acknowledged the gateway sends as many as it
 * may at the beginning, and no more.
 */

/** So long nobody wanted it: the page will not be drawn, and the camera shall not run for nothing. */
const KEPT_MS = 10_000;

interface Early {
  url: string;
  socket: WebSocket;
  /** What happened on it, in order. */
  told: Event[];
  timer: ReturnType<typeof setTimeout>;
}

/** WebKit runs a worker's script once more for a module that imports it: what both know stands where both look. */
const thread = globalThis as { earlySocket?: Early | null };

export function openEarly(url: string): void {
  drop();
  const socket = newSocket(url);
  const told: Event[] = [];
  socket.onopen = socket.onmessage = socket.onclose = (event: Event) => void told.push(event);
  thread.earlySocket = { url, socket, told, timer: setTimeout(drop, KEPT_MS) };
}

/** A connection to `url`. What was told on it before is told again in this turn, once it is listened to. */
export function openSocket(url: string): WebSocket {
  const early = thread.earlySocket;
  const ready = early?.url === url ? early : null;
  if (!ready) {
    drop();
    return newSocket(url);
  }
  thread.earlySocket = null;
  clearTimeout(ready.timer);
  const { socket, told } = ready;
  socket.onopen = socket.onmessage = socket.onclose = null;
  queueMicrotask(() => {
    for (const event of told) socket.dispatchEvent(event);
  });
  return socket;
}

function newSocket(url: string): WebSocket {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  return socket;
}

/** Nobody wants it, or another one. */
function drop(): void {
  const early = thread.earlySocket;
  if (!early) return;
  clearTimeout(early.timer);
  early.socket.onopen = early.socket.onmessage = early.socket.onclose = null;
  early.socket.close(1000);
  thread.earlySocket = null;
}
