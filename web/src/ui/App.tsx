/** The whole page: one camera on a stage, or several as tiles of which one may have the stage alone. */

import { useEffect, useState } from "react";
import { apiUrl, gatewayBase } from "../stream/gateway_urls";
import { Icon } from "./icons";
import { readPageOptions } from "./page_options";
import { type Pill, present } from "./presentation";
import { Stage } from "./Stage";
import { StatusPill } from "./StatusPill";
import { TRY_AGAIN_EVENT } from "./usePlayer";
import { type VisibleCameras, visibleCameras } from "./visible_cameras";
import { Wall } from "./Wall";

export const BASE = gatewayBase(import.meta.env.VITE_BACKEND_URL, location.href);
const OPTIONS = readPageOptions(location.search);

export function App() {
  const { known, first } = useCameras();
  const [all, setAll] = useState(OPTIONS.cameras.length > 1);
  const [alone, setAlone] = useState<string | null>(OPTIONS.cameras[0] ?? null);
  const [pill, setPill] = useState<Pill>(() => present(null));
  const cameras = OPTIONS.cameras.length > 1 ? OPTIONS.cameras : known;
  const chosen = alone ?? first;
  return (
    <div className="app" data-embed={OPTIONS.embed}>
      {!OPTIONS.embed && (
        <header>
          <h1>
            <span className="brand">ReRo CCTV</span>{" "}
            {!all && chosen !== null && <span className="camera-name">{chosen}</span>}
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
        <Stage key={chosen} base={BASE} camera={chosen} options={OPTIONS} onPill={setPill} />
      )}
    </div>
  );
}

/** The cameras that may be seen, asked again after a login; none where nobody tells. */
function useCameras(): VisibleCameras {
  const [cameras, setCameras] = useState<VisibleCameras>(visibleCameras(null));
  useEffect(() => {
    const stop = new AbortController();
    const ask = () =>
      fetch(apiUrl(BASE, "status"), { credentials: "include", signal: stop.signal })
        .then((answer) => (answer.ok ? answer.json() : null))
        .then((status) => setCameras(visibleCameras(status)))
        .catch(() => {});
    void ask();
    addEventListener(TRY_AGAIN_EVENT, ask, { signal: stop.signal });
    return () => stop.abort();
  }, []);
  return cameras;
}
