/**
 * What a wall of nine costs the viewer's machine, beside another build of the page: `BEFORE_DIST` names
 * one. The same nine cameras, all of them moving, and the time that the browser's processes ran.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { writeFilm } from "../bench/film";
import { withPage } from "./support/browser";
import type { CameraHost } from "./support/camera_host";
import { eventually, sleep } from "./support/eventually";
import type { Gateway } from "./support/gateway";
import { Link } from "./support/link";
import { snapshots } from "./support/snapshots";
import { Stack } from "./support/stack";

const NAMES = Array.from({ length: 9 }, (_, i) => `cam-${i + 1}`);
const FPS = Number(process.env.E2E_WALL_FPS ?? 12);
const MEASURE_S = 15;
const ROUNDS = 3;

const folder = mkdtempSync(join(tmpdir(), "rero-wall-"));
let stack: Stack;
let gateways: [name: string, gateway: Gateway][];
const hosts: CameraHost[] = [];

beforeAll(async () => {
  const film = join(folder, "film.y4m");
  writeFilm(film, 5);
  const [started, now] = await Stack.start({
    ...{ CAPTURE_SOURCE: `file:${film}`, CAPTURE_FPS: "5" },
  });
  stack = started;
  gateways = [["now", now]];
  const before = process.env.BEFORE_DIST;
  if (before) gateways.push(["before", await stack.gateway({ GATEWAY_WEB_ROOT: before })]);
  const pictures = await snapshots(now, 4);
  await stack.captures[0]?.end();
  for (const name of NAMES) hosts.push(stack.cameraHost(name));
  for (const host of hosts) host.plays(pictures, FPS);
}, 120_000);
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close(gateways[0]?.[1] as Gateway)));
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Seconds that all of the browser's processes ran. */
async function cpuSeconds(context: BrowserContext): Promise<number> {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error("no session with the browser");
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

it("a wall of nine, moving", async () => {
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, gateway] of gateways) {
      const link = await Link.to(gateway.port);
      const wall = `${link.url}?${NAMES.map((camera) => `camera=${camera}`).join("&")}`;
      await withPage(
        wall,
        async (page, context) => {
          const live = page.locator('.tile[data-phase="live"]');
          await eventually("nine tiles", async () => (await live.count()) === 9, 30_000);
          await sleep(3_000);
          const [bytes, cpu] = [link.bytes, await cpuSeconds(context)];
          await sleep(MEASURE_S * 1_000);
          const used = ((await cpuSeconds(context)) - cpu) / MEASURE_S;
          const megabits = ((link.bytes - bytes) * 8) / MEASURE_S / 1e6;
          console.log(
            `${name}: ${(100 * used).toFixed(0)} % of a core, ${megabits.toFixed(2)} Mb/s`,
          );
        },
        // Cameras of 640: as on 1440 × 900 those of 1280.
        { viewport: { width: 752, height: 500 } },
      );
      link.close();
    }
}, 600_000);
