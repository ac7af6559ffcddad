/**
 * A browser with one page, as a person has it: addresses, keys, clicks, and what the page shows. The
 * same few acts for each kind of browser, so that a test is written once.
 */

/** There is no browser any more, or none that answers. */
export class BrowserDied extends Error {}

/** A key as `KeyboardEvent.key` names it. */
export type KeyName = "ArrowLeft" | "Escape" | "k" | "s";

export interface RealBrowser {
  open(url: string): Promise<void>;
  /** The value of an expression in the page, as JSON carries it. */
  evaluate<T>(expression: string): Promise<T>;
  press(key: KeyName): Promise<void>;
  hold(key: KeyName): Promise<void>;
  letGo(key: KeyName): Promise<void>;
  /** These three fail where nothing or several things match a CSS `selector`, and wait for nothing. */
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  choose(selector: string, value: string): Promise<void>;
  /** From now on the page is what its first frame shows, until the next address. */
  enterFrame(): Promise<void>;
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}
