/**
 * The steps that one viewer may stand on, each dearer than the one before: the renditions that are worth
 * asking for, and below the cheapest of them the same with fewer pictures. Pure.
 */

import { isWithin } from "./needs";
import { type Rendition, rankOf, weightOf } from "./rendition";

export interface Step {
  rendition: Rendition;
  /** One of so many of the camera's pictures. */
  every: number;
}

/** Below the cheapest rendition: each a third to a half less. A part of the camera's rate, so that they come evenly. */
const FEWER: readonly number[] = [12, 8, 6, 4, 3, 2];

export class Ladder {
  readonly steps: readonly Step[];

  /** Of what the server gives, in its order, what is not beyond `top`; `paces`: it can send fewer. */
  constructor(given: readonly Rendition[], top: Rendition, paces: boolean) {
    const within = given.filter((rendition) => isWithin(rendition, top));
    // A server that has no small sizes gives its lowest.
    const renditions = within.length > 0 ? within : given.slice(0, 1);
    const [lowest] = renditions;
    const fewer = paces && lowest ? FEWER.map((every) => ({ rendition: lowest, every })) : [];
    this.steps = [...fewer, ...renditions.map((rendition) => ({ rendition, every: 1 }))];
  }

  get top(): number {
    return this.steps.length - 1;
  }

  at(index: number): Step {
    const within = Math.min(this.top, Math.max(0, index));
    return this.steps[within] as Step;
  }

  /** Where the cheapest step stands that has every picture. */
  get whole(): number {
    return this.steps.findIndex(({ every }) => every === 1);
  }

  /** The dearest step that is no dearer than this one; the cheapest with every picture where all are. */
  place(step: Step): number {
    const rank = rankOf(step.rendition);
    if (step.every > 1) {
      const fewer = this.steps.findIndex(({ every }) => every <= step.every);
      return Math.max(0, fewer);
    }
    return Math.max(
      this.whole,
      this.steps.findLastIndex((s) => s.every === 1 && rankOf(s.rendition) <= rank),
    );
  }

  /** The dearest step that costs no more than `weight`; the cheapest where all cost more. */
  affordable(weight: number): number {
    return Math.max(
      0,
      this.steps.findLastIndex((s) => costOf(s) <= weight),
    );
  }
}

export const costOf = ({ rendition, every }: Step): number => weightOf(rendition) / every;
