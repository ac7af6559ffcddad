import { useState } from "react";
import { backendBase } from "../stream/backend";
import { readLink } from "./links";
import { Stage } from "./Stage";
import { StatusPill } from "./StatusPill";
import { type Pill, situation } from "./words";

const BASE = backendBase(import.meta.env.VITE_BACKEND_URL, location.href);
const LINK = readLink(location.search);

export function App() {
  const [pill, setPill] = useState<Pill>(() => situation(null));
  return (
    <div className="app" data-embed={LINK.embed}>
      {!LINK.embed && (
        <header>
          <h1>ReRo CCTV</h1>
          <StatusPill pill={pill} />
        </header>
      )}
      <Stage base={BASE} camera={LINK.cameras[0] ?? null} link={LINK} onPill={setPill} />
    </div>
  );
}
