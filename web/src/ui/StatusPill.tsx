import type { Pill } from "./presentation";

/** The state in a word. Announced when it changes; figures never are, they would never stop. */
export function StatusPill({ pill }: { pill: Pill }) {
  return (
    <span className="pill" data-tone={pill.tone} role="status">
      <i aria-hidden="true" />
      {pill.label}
    </span>
  );
}
