/** Arrow keys between the buttons of a toolbar or a menu, as their roles promise. */

const STEPS = {
  row: { ArrowRight: 1, ArrowLeft: -1 },
  column: { ArrowDown: 1, ArrowUp: -1 },
} as const;

/** Which of `count` has the focus after a key, round the ends; null where the key is for somebody else. Pure. */
export function focusAfter(
  key: string,
  at: number,
  count: number,
  along: keyof typeof STEPS,
): number | null {
  if (count === 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = (STEPS[along] as Record<string, number>)[key];
  if (step === undefined) return null;
  return at < 0 && step < 0 ? count - 1 : (at + step + count) % count;
}

/** Moves the focus among the buttons of `box` that are seen; whether the key was for that. */
export function moveFocus(box: Element, key: string, along: keyof typeof STEPS): boolean {
  const seen = [...box.querySelectorAll("button")].filter((button) => button.checkVisibility());
  const to = focusAfter(
    key,
    seen.indexOf(document.activeElement as HTMLButtonElement),
    seen.length,
    along,
  );
  if (to === null) return false;
  seen[to]?.focus();
  return true;
}
