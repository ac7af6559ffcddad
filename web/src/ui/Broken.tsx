/** What is left of the page when a part of it failed: words, and a way out. */

import { Component, type ReactNode } from "react";
import { Icon } from "./icons";
import { BROKEN_EVENT, isBroken } from "./lost";
import { words } from "./words/words";

export class Boundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: isBroken() };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidMount(): void {
    addEventListener(BROKEN_EVENT, () => this.setState({ broken: true }), { once: true });
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { broken, brokenDetail, reload } = words.page;
  return (
    <div className="app">
      <main className="stage">
        <div className="veil" data-tone="bad">
          <div className="card glass" role="alert">
            <Icon name="stop" />
            <strong>{broken}</strong>
            <span>{brokenDetail}</span>
            <button type="button" onClick={() => location.reload()}>
              {reload}
            </button>
          </div>
        </div>
      </main>
    </div>
  );
}
