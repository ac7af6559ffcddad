/** The state in a word. Screen readers announce it when it changes; figures change too often for that. */

import type { Pill } from "./presentation";
import { words } from "./words/words";

const BARS = [1, 2, 3, 4];

/** `bars` of four say how good the connection is; null shows none. */
export function StatusPill({ pill, bars }: { pill: Pill; bars: number | null }) {
  return (
    <>
      {bars !== null && (
        <svg className="signal" role="img" viewBox="0 0 18 14" aria-label={words.page.signal(bars)}>
          {BARS.map((n) => (
            <rect
              key={n}
              data-lit={n <= bars}
              x={(n - 1) * 5}
              y={14 - 3.5 * n}
              width="3"
              height={3.5 * n}
              rx="1"
            />
          ))}
        </svg>
      )}
      <PillAlone pill={pill} />
    </>
  );
}

function PillAlone({ pill }: { pill: Pill }) {
  return (
    <span className="pill" data-tone={pill.tone} role="status">
      <i aria-hidden="true" />
      {pill.label}
    </span>
  );
}
