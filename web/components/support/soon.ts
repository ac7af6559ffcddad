/** Waits for what the page does after the present turn, for several times what it takes on a busy machine. */

import { vi } from "vitest";

const SOON_MS = 20_000;

/** Until `check` throws no more. */
export const soon = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: SOON_MS });

/** Until `value` is one that counts as true. */
export const soonTrue = <T>(value: () => T) => vi.waitUntil(value, { timeout: SOON_MS });
