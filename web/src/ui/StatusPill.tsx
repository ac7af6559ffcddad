/** The state in a word. Screen readers announce it when it changes; figures change too often for that. */

import type { Pill } from "./presentation";

export function StatusPill({ pill }: { pill: Pill }) {
  return (
    <span className="pill" data-tone={pill.tone} role="status">
      <i aria-hidden="true" />
      {pill.label}
    </span>
  );
}
