/**
 * A part of the page that cannot be loaded: most often another version took its place on the server while
 * it was open. Loading the page again helps; where it did not, the page says so and tries again now and then:
 * nobody stands before a screen on a wall.
 */

const RELOADED_KEY = "rero-reloaded";
/** Lost again so soon after loading, it would be lost for ever. */
const RELOAD_EVERY_MS = 60_000;
/** A server that takes longer is away. */
const ANSWER_MAX_MS = 5_000;
/** Dispatched at the window when the page can do no more for itself. */
export const BROKEN_EVENT = "rero-broken";

/** Whether to load the page again, after it was last done then; milliseconds of one clock. Pure. */
export const mayReload = (last: string | null, now: number): boolean =>
  !(now - Number(last ?? Number.NEGATIVE_INFINITY) < RELOAD_EVERY_MS);

/** Whether that was before anybody could hear of it. */
export const isBroken = (): boolean => "broken" in document.documentElement.dataset;

export async function lost(): Promise<void> {
  if (await reload(rememberReload)) return;
  // The words that are in index.html itself are shown by this.
  document.documentElement.dataset.broken = "";
  dispatchEvent(new Event(BROKEN_EVENT));
  again();
}

function again(): void {
  setTimeout(async () => {
    if (!(await reload(() => true))) again();
  }, RELOAD_EVERY_MS);
}

/** Not while the server is away: in place of this page would be the browser's own, which tries nothing again. */
async function reload(may: () => boolean): Promise<boolean> {
  // Older browsers wait as long as they do.
  const signal = AbortSignal.timeout?.(ANSWER_MAX_MS);
  const options: RequestInit = { method: "HEAD", cache: "no-store", signal };
  const answer = await fetch(location.href, options).catch(() => null);
  if (!answer?.ok || !may()) return false;
  location.reload();
  return true;
}

/** False where it was done just now, or where nobody could know. */
function rememberReload(): boolean {
  try {
    if (!mayReload(sessionStorage.getItem(RELOADED_KEY), Date.now())) return false;
    sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
    return true;
  } catch {
    return false;
  }
}
