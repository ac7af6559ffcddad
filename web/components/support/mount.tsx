/** Puts a component into the page as `index.html` has it, with all styles, and takes it away after the test. */

import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { onTestFinished, vi } from "vitest";
import "../../src/ui/styles/index.css";

export function mount(component: ReactNode): HTMLElement {
  const root = document.createElement("div");
  root.id = "root";
  document.body.append(root);
  const drawn = createRoot(root);
  drawn.render(<div className="app">{component}</div>);
  onTestFinished(() => {
    drawn.unmount();
    root.remove();
    vi.unstubAllGlobals();
    localStorage.clear();
  });
  return root;
}
