/** What stands over a picture that is not live: what is the matter and what comes next. */

import { useEffect, useState } from "react";
import type { Player } from "../stream/player";
import { Icon } from "./icons";
import { LoginForm } from "./LoginForm";
import type { Card, Pill } from "./presentation";
import { words } from "./words/words";

/** Often enough that no second of the countdown is skipped. */
const COUNTDOWN_EVERY_MS = 250;

export function StatusCard(p: {
  card: Card;
  tone: Pill["tone"];
  base: string;
  player?: Player | null;
  resume?: () => void;
}) {
  const { title, detail, icon, action, retryAt } = p.card;
  const seconds = useCountdown(retryAt);
  return (
    <div className="veil" data-tone={p.tone}>
      <div className="card glass">
        <Icon name={icon} />
        <strong>{title}</strong>
        {detail && <span>{detail}</span>}
        {seconds !== null && (
          <span className="countdown">
            {seconds > 0 ? words.page.nextTry(seconds) : words.page.tryingNow}
          </span>
        )}
        {action === "resume" && (
          <button type="button" onClick={p.resume}>
            {words.command.play}
          </button>
        )}
        {action === "retry" && (
          <button type="button" onClick={() => p.player?.retry()}>
            {words.page.tryNow}
          </button>
        )}
        {action === "login" && <LoginForm base={p.base} />}
      </div>
    </div>
  );
}

function useCountdown(until: number | null): number | null {
  const [, tick] = useState(0);
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => tick((n) => n + 1), COUNTDOWN_EVERY_MS);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? null : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}
