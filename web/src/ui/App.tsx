/** The whole page: one camera on a stage, or several as tiles of which one may have the stage alone. */

import { useEffect, useState } from "react";
import { apiUrl, gatewayBase } from "../stream/gateway_urls";
import { Icon } from "./icons";
import { readPageOptions } from "./page_options";
import { type Pill, present } from "./presentation";
import { Stage } from "./Stage";
import { StatusPill } from "./StatusPill";
import { Wall } from "./Wall";

const BASE = gatewayBase(import.meta.env.VITE_BACKEND_URL, location.href);
const OPTIONS = readPageOptions(location.search);

export function App() {
  const known = useCameras();
  const [all, setAll] = useState(OPTIONS.cameras.length > 1);
  const [alone, setAlone] = useState<string | null>(OPTIONS.cameras[0] ?? null);
  const [pill, setPill] = useState<Pill>(() => present(null));
  const cameras = OPTIONS.cameras.length > 1 ? OPTIONS.cameras : known;
  return (
    <div className="app" data-embed={OPTIONS.embed}>
      {!OPTIONS.embed && (
        <header>
          <h1>
            <span className="brand">ReRo CCTV</span>{" "}
            {!all && alone !== null && <span className="camera-name">{alone}</span>}
          </h1>
          {cameras.length > 1 && !all && (
            <button
              type="button"
              className="all"
              aria-label="All cameras"
              onClick={() => setAll(true)}
            >
              <Icon name="grid" />
              <span>All cameras</span>
            </button>
          )}
          {!all && <StatusPill pill={pill} />}
        </header>
      )}
      {all ? (
        <Wall
          base={BASE}
          cameras={cameras}
          choose={(camera) => {
            setAlone(camera);
            setAll(false);
          }}
        />
      ) : (
        <Stage key={alone} base={BASE} camera={alone} options={OPTIONS} onPill={setPill} />
      )}
    </div>
  );
}

/** The cameras that the gateway knows and that are there; empty where it does not tell. */
function useCameras(): string[] {
  const [cameras, setCameras] = useState<string[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    fetch(apiUrl(BASE, "status"), { credentials: "include", signal: stop.signal })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((status) => {
        const list: { camera?: string; state?: string }[] = status?.cameras ?? [];
        setCameras(list.flatMap((c) => (c.state === "offline" ? [] : (c.camera ?? []))));
      })
      .catch(() => {});
    return () => stop.abort();
  }, []);
  return cameras;
}
