import { describe, expect, it } from "vitest";
import { apiUrl, gatewayBase, streamUrl } from "./gateway_urls";

describe("the gateway's address", () => {
  it.each([
    [undefined, "http://localhost:5173/", "http://localhost:6732/"],
    ["/", "https://home.example/?embed=1#x", "https://home.example/"],
    ["/", "https://home.example/cams/yard/?stats", "https://home.example/cams/yard/"],
    ["/", "http://10.0.0.7:6732/index.html", "http://10.0.0.7:6732/"],
    ["http://cam.example:99", "http://x/", "http://cam.example:99/"],
    ["https://cam.example/sub", "http://x/", "https://cam.example/sub/"],
    ["/gateway", "https://home.example/page/", "https://home.example/gateway/"],
  ])("is, with %s on the page %s, %s", (configured, page, base) => {
    expect(gatewayBase(configured, page)).toBe(base);
  });

  it("becomes ws or wss, under any path", () => {
    const full = { quality: 80, size: "full" } as const;
    expect(streamUrl("http://h:1/", full, null, null)).toBe("ws://h:1/websocket/80?v=2&delta=1");
    const url = streamUrl("https://h/a/", { quality: 30, size: "half" }, "yard", 8.5);
    expect(url).toBe("wss://h/a/websocket/30?camera=yard&size=half&fps=8.5&v=2&delta=1");
    expect(apiUrl("https://h/a/", "status")).toBe("https://h/a/api/status");
  });
});
