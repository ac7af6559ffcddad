import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openEarly, openSocket } from "./early_socket";
import { FakeSocket, installFakeBrowser, removeFakeBrowser } from "./fake_browser";

beforeEach(installFakeBrowser);
afterEach(() => {
  vi.runAllTimers();
  removeFakeBrowser();
});

const YARD = "ws://gateway/websocket/60?camera=yard";
const DOOR = "ws://gateway/websocket/60?camera=door";

/** Connects as whoever shows the stream does; what it heard. */
function listen(url: string) {
  const heard: string[] = [];
  const socket = openSocket(url);
  socket.onopen = () => heard.push("open");
  socket.onmessage = ({ data }) =>
    heard.push(typeof data === "string" ? JSON.parse(data).type : "frame");
  socket.onclose = ({ code }) => heard.push(`closed ${code}`);
  return { socket, heard };
}

it("what happened before anybody listened is told then, and in order", async () => {
  openEarly(YARD);
  const early = FakeSocket.last;
  early.open();
  early.frame(1);
  const { heard } = listen(YARD);
  expect(heard).toEqual([]);
  await Promise.resolve();
  early.frame(2);
  expect(heard).toEqual(["open", "hello", "frame", "frame"]);
  expect(FakeSocket.all.length).toBe(1);
});

it("a connection that was refused meanwhile is told as that", async () => {
  openEarly(YARD);
  FakeSocket.last.closes(1006);
  const { heard } = listen(YARD);
  await Promise.resolve();
  expect(heard).toEqual(["closed 1006"]);
});

it("another stream closes the one that was opened early", async () => {
  openEarly(YARD);
  const early = FakeSocket.last;
  early.open();
  const { socket, heard } = listen(DOOR);
  await Promise.resolve();
  expect(early.closedBy).toBe(1000);
  expect([socket.url, heard]).toEqual([DOOR, []]);
});

it("it is had once: a later connection to the same stream is a new one", async () => {
  openEarly(YARD);
  listen(YARD);
  listen(YARD);
  expect(FakeSocket.all.length).toBe(2);
});

it("one that nobody wants is closed after ten seconds", () => {
  openEarly(YARD);
  FakeSocket.last.open();
  vi.advanceTimersByTime(9_900);
  expect(FakeSocket.last.closedBy).toBeNull();
  vi.advanceTimersByTime(200);
  expect(FakeSocket.last.closedBy).toBe(1000);
});
