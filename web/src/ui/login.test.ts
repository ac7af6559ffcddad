import { afterEach, expect, it, vi } from "vitest";
import { linkToken, login, redeemLink } from "./login";

afterEach(() => vi.unstubAllGlobals());

function page(hash: string, status: number) {
  const replaceState = vi.fn();
  const fetch = vi.fn(async () => new Response(null, { status }));
  vi.stubGlobal("location", { hash, pathname: "/cam/", search: "?camera=hall" });
  vi.stubGlobal("history", { state: null, replaceState });
  vi.stubGlobal("fetch", fetch);
  return { replaceState, fetch };
}

it("finds the token of a link behind the '#' and nothing else there", () => {
  expect(linkToken("#link=rl1.a-b_c.d")).toBe("rl1.a-b_c.d");
  expect(linkToken("#x=1&link=rl1.a.b")).toBe("rl1.a.b");
  for (const hash of ["", "#", "#top", "#rl1.a.b"]) expect(linkToken(hash)).toBeNull();
});

it("logs in with a link and takes it out of the address bar", async () => {
  const { replaceState, fetch } = page("#link=rl1.a.b", 204);
  await redeemLink("http://gateway/cam/");
  expect(replaceState).toHaveBeenCalledWith(null, "", "/cam/?camera=hall");
  expect(fetch).toHaveBeenCalledWith(
    "http://gateway/cam/api/login",
    expect.objectContaining({ method: "POST", body: '{"token":"rl1.a.b"}' }),
  );
});

it("asks nobody where there is no link", async () => {
  const { replaceState, fetch } = page("#top", 204);
  await redeemLink("http://gateway/");
  expect(replaceState).not.toHaveBeenCalled();
  expect(fetch).not.toHaveBeenCalled();
});

it("says what is wrong in words", async () => {
  page("", 401);
  expect(await login("http://gateway/", "x")).toContain("not the token");
  page("", 429);
  expect(await login("http://gateway/", "x")).toContain("Wait a minute");
  page("", 413);
  expect(await login("http://gateway/", "x")).toContain("413");
});
