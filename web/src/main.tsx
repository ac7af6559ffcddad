/** Puts the page into index.html, as whoever the link is for that it was opened by. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App, BASE } from "./ui/App";
import { redeemLink } from "./ui/login";
import "./ui/styles/index.css";

await redeemLink(BASE);
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
