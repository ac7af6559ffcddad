/**
 * The page's first script, small and alone: it opens the stream in a thread of its own while the rest of
 * the page, which is preloaded beside it, still comes. It is that thread's script, too: what the browser
 * has it need not ask for again.
 */

import { work } from "./stream/engine.worker";
import { threadsRun } from "./stream/thread";
import { configAhead } from "./ui/ahead";
import { BASE } from "./ui/base";
import { lost } from "./ui/lost";
import { drawn, startScreen } from "./ui/players";
import { fetchWords } from "./ui/words/language";

if (typeof document === "undefined") work();
else void begin();

async function begin(): Promise<void> {
  threadsRun(import.meta.url);
  const { search, hash } = location;
  const page = { search, hash, hidden: document.hidden };
  const config = configAhead(BASE, page, document.documentElement);
  const screen = config && startScreen(config);
  fetchWords();
  try {
    // A browser goes on with starting a thread only between two turns of the page's own, and drawing the page is a long one.
    const ready = [laidOut(), screen?.player.begun];
    const [page] = await Promise.all([import("./main").catch(gone), ...ready]);
    await page?.show();
  } finally {
    drawn();
  }
}

/** The page's own script is no longer there. */
function gone(error: unknown): void {
  console.error(error);
  void lost();
}

/** The document is read and its styles are there: how large the picture is shown depends on them. */
async function laidOut(): Promise<void> {
  if (document.readyState === "loading")
    await new Promise((read) => document.addEventListener("DOMContentLoaded", read));
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]');
  const styled = (link: HTMLLinkElement) =>
    new Promise((there) => {
      if (link.sheet) return there(null);
      link.onload = link.onerror = there;
    });
  await Promise.all([...links].map(styled));
}
