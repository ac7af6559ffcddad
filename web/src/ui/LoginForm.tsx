/** Trades the access token for a cookie that this page itself cannot read. */

import { type FormEvent, useState } from "react";
import { apiUrl } from "../stream/gateway_urls";
import { tryAgain } from "./usePlayer";

export function LoginForm({ base }: { base: string }) {
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault();
    const token = String(new FormData(e.currentTarget).get("token"));
    setBusy(true);
    const trouble = await login(base, token);
    setBusy(false);
    setTrouble(trouble);
    if (!trouble) tryAgain();
  };
  return (
    <form className="login" onSubmit={submit}>
      <label htmlFor="token">Access token</label>
      <input
        id="token"
        name="token"
        type="password"
        autoComplete="current-password"
        required
        aria-invalid={trouble !== ""}
        aria-describedby="login-trouble"
      />
      <button type="submit" disabled={busy}>
        Watch
      </button>
      <span id="login-trouble" role="alert">
        {trouble}
      </span>
    </form>
  );
}

/** What went wrong, in words; empty is success. */
async function login(base: string, token: string): Promise<string> {
  try {
    const answer = await fetch(apiUrl(base, "login"), {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) return "";
    if (answer.status === 401) return "This is not the token.";
    if (answer.status === 429) return "Too many wrong tokens. Wait a minute.";
    return `The gateway said ${answer.status}. Try again.`;
  } catch {
    return "The gateway does not answer. Try again.";
  }
}
