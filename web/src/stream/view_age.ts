/**
 * Views as they are true when the page takes them, not when the engine made them: a busy page takes them
 * late, and an engine that stands still makes none. Pure: every method takes the time in milliseconds.
 *
 * The engine's clock need not be the page's: a worker that began later may count from elsewhere. The view
 * that came quickest tells how far they are apart.
 */

import type { View } from "./view_model";

export class ViewAge {
  /** Page's clock minus the engine's, and how long the quickest view took. */
  #quickestMs = Number.POSITIVE_INFINITY;
  #last: View | null = null;

  /** A view from the engine, as it is `now`. */
  came(view: View, now: number): View {
    this.#quickestMs = Math.min(this.#quickestMs, now - view.madeAt);
    this.#last = view;
    return this.#aged(view, now);
  }

  /** The last view, as it is `now`; null before the first. */
  now(now: number): View | null {
    return this.#last && this.#aged(this.#last, now);
  }

  #aged(view: View, now: number): View {
    const ms = now - view.madeAt - this.#quickestMs;
    const later = (time: number | null) => (time === null ? null : time + ms);
    return {
      ...view,
      ageMs: later(view.ageMs),
      silentMs: later(view.silentMs),
      behindMs: later(view.behindMs),
    };
  }
}
