/** What a service's metrics say now. */

/** The sum of a series over all its labels; `admin` is the address that tells them. */
export async function metric(admin: string, series: string): Promise<number> {
  const text = await (await fetch(`${admin}metrics`)).text();
  const all = text.matchAll(new RegExp(`^${series}(?:\\{[^}]*\\})? (\\S+)$`, "gm"));
  return [...all].reduce((sum, [, value]) => sum + Number(value), 0);
}
