import { useEffect, useState } from "react";
import { apiUrl, backendBase } from "../stream/backend";
import { Grid } from "./Grid";
import { Icon } from "./icons";
import { readLink } from "./links";
import { Stage } from "./Stage";
import { StatusPill } from "./StatusPill";
import { type Pill, situation } from "./words";

const BASE = backendBase(import.meta.env.VITE_BACKEND_URL, location.href);
const LINK = readLink(location.search);

/** One camera on a stage, or several as tiles of which one may have the stage for itself. */
export function App() {
  const known = useCameras();
  const [all, setAll] = useState(LINK.cameras.length > 1);
  const [alone, setAlone] = useState<string | null>(LINK.cameras[0] ?? null);
  const [pill, setPill] = useState<Pill>(() => situation(null));
  const cameras = LINK.cameras.length > 1 ? LINK.cameras : known;
  return (
    <div className="app" data-embed={LINK.embed}>
      {!LINK.embed && (
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
        <Grid
          base={BASE}
          cameras={cameras}
          choose={(camera) => {
            setAlone(camera);
            setAll(false);
          }}
        />
      ) : (
        <Stage key={alone} base={BASE} camera={alone} link={LINK} onPill={setPill} />
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
