/** A moment as the viewer's own clock shows it. Pure but for the time zone. */

/** `14:03:07`. */
export const clockTime = (at: number): string => {
  const two = (n: number) => String(n).padStart(2, "0");
  const t = new Date(at);
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
};
