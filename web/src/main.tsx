/** Puts the page into index.html, in its reader's language, as whoever the link is for that it was opened by. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./ui/App";
import { Boundary } from "./ui/Broken";
import { BASE } from "./ui/base";
import { redeemLink } from "./ui/login";
import { showTheme } from "./ui/theme";
import { wantedLanguage } from "./ui/words/language";
import { language, speak } from "./ui/words/words";

export async function show(): Promise<void> {
  showTheme();
  await Promise.all([redeemLink(BASE), speak(wantedLanguage())]);
  document.documentElement.lang = language;
  createRoot(document.getElementById("root") as HTMLElement).render(
    <StrictMode>
      <Boundary>
        <App />
      </Boundary>
    </StrictMode>,
  );
}
