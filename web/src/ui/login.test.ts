import { afterEach, expect, it, vi } from "vitest";
import { linkTrouble, login, redeemLink } from "./login";
import { linkToken } from "./route";

afterEach(() => vi.unstubAllGlobals());

type Answer = (address: string) => number;

/** In no frame, or in one of a page that may not be looked at. */
function page(hash: string, status: number | Answer, framed = false) {
  const replaceState = vi.fn();
  const answer = typeof status === "number" ? () => status : status;
  const fetch = vi.fn(
    async (address: string, _: RequestInit) => new Response(null, { status: answer(address) }),
  );
  const foreign = {
    get location(): never {
      throw new DOMException("another site's", "SecurityError");
    },
  };
  const window = { top: {} };
  window.top = framed ? foreign : window;
  vi.stubGlobal("window", window);
  vi.stubGlobal("isSecureContext", true);
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

it("in another site's frame asks for a cookie that is kept there, and says when it is not", async () => {
  const { fetch } = page("", 204, true);
  expect(await login("http://gateway/", "x")).toBe("");
  expect(fetch.mock.calls[0]?.[1]?.body).toBe('{"token":"x","framed":true}');
  page("#link=rl1.a.b", (address) => (address.endsWith("status") ? 401 : 204), true);
  expect(await login("http://gateway/", "x")).toContain("no login for a page in another site");
  await redeemLink("http://gateway/");
  expect(linkTrouble()).toContain("no login");
});

it("in a frame without TLS asks for the cookie of its own site", async () => {
  const { fetch } = page("", 204, true);
  vi.stubGlobal("isSecureContext", false);
  await login("http://gateway/", "x");
  expect(fetch.mock.calls[0]?.[1]?.body).toBe('{"token":"x"}');
});
