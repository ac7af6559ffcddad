/**
 * What index.html asks for: the page's first script before all, and beside it whatever that one asks for
 * itself. A part that would wait for another one to come first is refused: on a far link that is a whole
 * round trip for everybody.
 */

import type { Plugin } from "vite";

/** The page, and the engine for its worker, by the names of their chunks. */
const LOADED_AT_ONCE: Record<string, Record<string, string>> = {
  main: {},
  engine: { as: "worker" },
};

export interface Chunk {
  name: string;
  fileName: string;
  /** Files without which it does not run. */
  imports: string[];
}

export interface Tag {
  tag: "link";
  attrs: Record<string, string>;
  injectTo: "head";
}

/**
 * The links for these chunks.
 *
 * @throws where one of them needs another file than the page's first script.
 */
export function preloads(chunks: readonly Chunk[]): Tag[] {
  return Object.entries(LOADED_AT_ONCE).map(([name, more]) => {
    const chunk = chunks.find((c) => c.name === name);
    if (!chunk)
      throw new Error(`no chunk is called ${name}; build/preload.ts names those loaded at once`);
    const start = chunks.find((c) => c.name === "start")?.fileName;
    const late = chunk.imports.filter((file) => file !== start);
    if (start === undefined || late.length > 0)
      throw new Error(
        `${chunk.fileName} waits for ${late.join(", ") || "a chunk called start"}: ` +
          "what is shared belongs into the group `start` of vite.config.ts",
      );
    const attrs = { rel: "modulepreload", ...more, crossorigin: "", href: `./${chunk.fileName}` };
    return { tag: "link", attrs, injectTo: "head" };
  });
}

export function preloadAll(): Plugin {
  return {
    name: "preload-all",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html, { bundle }) => {
        const chunks = Object.values(bundle ?? {}).filter((part) => part.type === "chunk");
        // Of several that are asked for at once the browser gives it the connection that is open already.
        const first = html.replace(
          '<script async type="module"',
          '<script async type="module" fetchpriority="high"',
        );
        return { html: first, tags: preloads(chunks) };
      },
    },
  };
}

/**
 * Parts that come later are imported as they are. What Vite has in place of that adds links to the document first, of which
 * there are none here and a worker has no document: 2 kB in the first script.
 */
export function bareImports(): Plugin {
  return {
    name: "bare-imports",
    apply: "build",
    enforce: "pre",
    load: (id) =>
      id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : null,
  };
}
