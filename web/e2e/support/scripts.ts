/** What a first picture takes in scripts and styles: the files that a browser asks for, as gzip makes them. */

import { gzipSync } from "node:zlib";
import { live, withPage } from "./browser";

/** The bytes of all files of this kind that were asked for until there was a picture. */
export const scriptBytes = (url: string, kind: "js" | "css" = "js"): Promise<number> =>
  withPage("about:blank", async (page, context) => {
    const asked = new Set<string>();
    context.on("request", (request) => {
      if (new URL(request.url()).pathname.endsWith(`.${kind}`)) asked.add(request.url());
    });
    await page.goto(url);
    await live(page);
    let bytes = 0;
    for (const file of asked) {
      const text = Buffer.from(await (await fetch(file)).arrayBuffer());
      bytes += gzipSync(text, { level: 9 }).length;
    }
    return bytes;
  });
