/** Puts the page into index.html, in its reader's language, as whoever the link is for that it was opened by. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App, BASE } from "./ui/App";
import { Boundary } from "./ui/Broken";
import { redeemLink } from "./ui/login";
import { lost } from "./ui/lost";
import { showTheme } from "./ui/theme";
import { language, speak } from "./ui/words/words";
import "./ui/styles/index.css";

// What Vite loads later, and is no longer there.
addEventListener("vite:preloadError", lost);
showTheme();
// `?lang=de` is for those whose browser is in another language than they are.
const asked = new URLSearchParams(location.search).getAll("lang");
await Promise.all([redeemLink(BASE), speak([...asked, ...navigator.languages])]);
document.documentElement.lang = language;
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Boundary>
      <App />
    </Boundary>
  </StrictMode>,
);
