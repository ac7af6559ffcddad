/** A link that lets somebody in for an hour, made by the gateway's own command. */

import { execFileSync } from "node:child_process";
import { artifact } from "./artifacts";

/** What stands behind the '#' of a link to the default camera, signed with the key in `keyFile`. */
export function hashOfLink(keyFile: string, url: string): string {
  const what = ["--camera", "default", "--for", "1h", "--link-key-file", keyFile];
  const link = execFileSync(artifact("GATEWAY_BIN"), ["share", ...what, "--url", url], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return `#${link.trim().split("#")[1]}`;
}
