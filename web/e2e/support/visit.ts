/** What a person does and sees on the page in any kind of browser, in the words of a test. */

import type { View } from "../../src/stream/view_model";
import type { Barcode } from "./barcode";
import { eventually } from "./eventually";
import { BrowserDied, type RealBrowser } from "./real_browser";
import { barcodeOf, stripOfPage } from "./strip";

/** Many times what anything takes: here it is asked whether, not how fast, on a machine that has other things to do. */
const PATIENCE_MS = 45_000;
/** The goal is a quarter of a second; asked here is that it is no picture of another time. */
export const FRESH_MS = 3_000;

/** A picture that was handed to the browser's downloads. */
export interface Saved {
  name: string;
  /** Its first bytes. */
  head: number[];
}

export class Visit {
  readonly browser: RealBrowser;

  constructor(browser: RealBrowser) {
    this.browser = browser;
  }

  async open(url: string): Promise<void> {
    await this.browser.open(url);
    await this.listen();
  }

  /** From now on the page's figures, its errors and what it saves are kept in it. */
  listen = (): Promise<void> => this.browser.evaluate(`void (${keep})()`);

  /** Waits, but not for a browser that has died. */
  until = async <T>(what: string, probe: () => Promise<T | null | false>): Promise<T> => {
    const untilDeath = async () => {
      try {
        return await probe();
      } catch (error) {
        if (error instanceof BrowserDied) return error;
        throw error;
      }
    };
    const found = await eventually<T | BrowserDied>(what, untilDeath, PATIENCE_MS);
    if (found instanceof BrowserDied) throw new BrowserDied(`${what}: ${found.message}`);
    return found;
  };

  thereIs = (selector: string): Promise<boolean> =>
    this.until(selector, () =>
      this.#is(`document.querySelector(${JSON.stringify(selector)}) !== null`),
    );

  says = (words: string): Promise<boolean> =>
    this.until(`the words ${words}`, () =>
      this.#is(`document.body.innerText.includes(${JSON.stringify(words)})`),
    );

  view = (): Promise<View | null> => this.browser.evaluate("window.lastView ?? null");
  saved = (): Promise<Saved | null> => this.browser.evaluate("window.lastSaved ?? null");
  faults = (): Promise<string[]> => this.browser.evaluate("window.faults ?? []");

  shown = async (): Promise<Barcode | null> =>
    barcodeOf(await this.browser.evaluate(`(${stripOfPage})()`));

  /**
   * A picture that is called live, is fresh, and is followed by others. The pixels are read three or
   * four times and not as often as one likes: Firefox may stand still for ten seconds when a page
   * reads a canvas that a worker draws (1 of 500 readings).
   */
  async live(): Promise<void> {
    await this.thereIs(".stage[data-phase=live]");
    await this.drawn(5);
    const first = await this.until("a fresh picture", async () => {
      const code = await this.shown();
      return code !== null && Date.now() - code.madeAt < FRESH_MS ? code : null;
    });
    await this.drawn(2);
    await this.until("another picture", async () => ((await this.shown())?.seq ?? 0) > first.seq);
  }

  /** So many more pictures are drawn, as the page's figures say. */
  async drawn(more: number): Promise<void> {
    const count = async () => (await this.view())?.totals.drawn ?? 0;
    const before = await count();
    await this.until(`${more} pictures`, async () => (await count()) >= before + more);
  }

  #is = (expression: string): Promise<boolean> => this.browser.evaluate(expression);
}

/** Runs in the page. A driver shows no downloads, so what is handed to them is kept. */
function keep() {
  const page = window as unknown as { lastView: unknown; lastSaved: unknown; faults: string[] };
  page.faults = [];
  const fault = (text: string) => page.faults.push(text);
  addEventListener("rero-view", (e) => {
    page.lastView = { ...(e as CustomEvent).detail, history: [] };
  });
  addEventListener("error", (e) => fault(e.message));
  addEventListener("unhandledrejection", (e) => fault(String(e.reason)));
  addEventListener("securitypolicyviolation", (e) =>
    fault(`${e.violatedDirective} ${e.blockedURI}`),
  );
  const { createObjectURL } = URL;
  const { click } = HTMLAnchorElement.prototype;
  let file = new Blob();
  URL.createObjectURL = (blob: Blob) => {
    file = blob;
    return createObjectURL.call(URL, blob);
  };
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    const name = this.download;
    const first = file.slice(0, 256).arrayBuffer();
    void first.then((head) => {
      page.lastSaved = { name, head: [...new Uint8Array(head)] };
    });
    click.call(this);
  };
}
