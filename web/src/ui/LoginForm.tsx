/** Asks for the access token. */

import { type FormEvent, useState } from "react";
import { inForeignFrame, linkTrouble, login } from "./login";
import { tryAgain } from "./usePlayer";
import { words } from "./words/words";

export function LoginForm({ base }: { base: string }) {
  const [trouble, setTrouble] = useState(linkTrouble);
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
      <label htmlFor="token">{words.login.token}</label>
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
        {words.login.watch}
      </button>
      <span id="login-trouble" role="alert">
        {trouble}
      </span>
      {trouble !== "" && inForeignFrame() && (
        <a href={location.href} target="_blank" rel="noreferrer">
          {words.login.alone}
        </a>
      )}
    </form>
  );
}
