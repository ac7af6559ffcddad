/** In place of several cameras, or of the list of them, while the gateway asks who is there. */

import { loginCard } from "./presentation";
import { StatusCard } from "./StatusCard";

export const Locked = ({ base }: { base: string }) => (
  <main className="stage">
    <StatusCard card={loginCard()} tone="bad" base={base} />
  </main>
);
