/** The programs and the built client that the tests run, as the environment names them. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";

const HOW_TO_GET: Record<string, string> = {
  GATEWAY_BIN: "cargo build -p gateway-svc gives target/debug/gateway-svc",
  CAPTURE_BIN: "cargo build -p capture-svc gives target/debug/capture-svc",
  NATS_SERVER_BIN: "nats-server 2.10 or later",
  CHROMIUM_BIN: "Chromium, on Debian: apt-get install chromium gives /usr/bin/chromium",
  FIREFOX_BIN: "Firefox, on Debian: apt-get install firefox-esr gives /usr/bin/firefox-esr",
  WEBKIT_DRIVER_BIN: "WebKit's driver, on Debian: apt-get install webkit2gtk-driver",
  XVFB_BIN: "a screen in memory, on Debian: apt-get install xvfb gives /usr/bin/Xvfb",
  WEB_DIST: "the built client: VITE_BACKEND_URL=/ npm run build gives web/dist",
};

/**
 * The path in the environment variable `name`.
 *
 * @throws when it is unset or nothing is there: a test without them has not passed.
 */
export function artifact(name: keyof typeof HOW_TO_GET): string {
  const path = process.env[name];
  if (path && existsSync(path)) return resolve(path);
  const problem = path ? `is ${path}, and there is nothing` : "is not set";
  throw new Error(
    `${name} ${problem}. It names ${HOW_TO_GET[name]}. \`cargo xtask test\` gets and sets all of them.`,
  );
}
