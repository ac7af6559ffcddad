/** Waiting for a condition instead of sleeping for a guess. */

/** How long a test waits for what it awaits, unless it says more. */
const EVENTUALLY_MS = 10_000;
/** Short beside every bound that a test sets. */
const PROBE_EVERY_MS = 25;

/** Waits until `probe` gives something other than null, false or an error; says what was awaited. */
export async function eventually<T>(
  what: string,
  probe: () => T | null | false | Promise<T | null | false>,
  ms = EVENTUALLY_MS,
): Promise<T> {
  const end = performance.now() + ms;
  let trouble: unknown = null;
  while (performance.now() < end) {
    try {
      const found = await probe();
      if (found !== null && found !== false) return found;
      trouble = null;
    } catch (error) {
      trouble = error;
    }
    await sleep(PROBE_EVERY_MS);
  }
  throw new Error(`${what}: not within ${ms} ms${trouble ? ` (${trouble})` : ""}`);
}

/** For what is measured over a time, or must not happen in it. */
export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
