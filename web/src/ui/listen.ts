/** Listening to several events at once, until the function that it gives is called; with `capture` a window hears all that its document does. */

export function listen(
  to: EventTarget | null,
  heard: Record<string, (event: never) => void>,
  capture = false,
): () => void {
  const stop = new AbortController();
  for (const [type, hear] of Object.entries(heard))
    to?.addEventListener(type, hear as EventListener, { capture, signal: stop.signal });
  return () => stop.abort();
}
