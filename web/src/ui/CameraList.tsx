/** Which cameras there are, with a small picture of each that is on, and a wall of those that one chooses. */

import { useState } from "react";
import { loadWall, saveWall } from "./prefs";
import { inSeconds } from "./presentation";
import type { KnownCamera } from "./useCameras";
import { words } from "./words/words";

interface CameraListProps {
  base: string;
  /** Null until the gateway told. */
  cameras: KnownCamera[] | null;
  /** The gateway does not answer: how they are now nobody knows. */
  lost: boolean;
  go: (show: string[] | "wall") => void;
}

export function CameraList({ base, cameras, lost, go }: CameraListProps) {
  const [chosen, setChosen] = useState(loadWall);
  const known = cameras ?? [];
  const there = known.map(({ camera }) => camera).filter((name) => chosen.includes(name));
  const choose = (camera: string, on: boolean) => {
    const next = on ? [...chosen, camera] : chosen.filter((name) => name !== camera);
    setChosen(next);
    saveWall(next);
  };
  const nothing = cameras?.length === 0 ? words.list.none : "";
  const said = lost ? words.state.connectionLost : nothing;
  return (
    <main className="list">
      <div className="list-head">
        <h2>{words.list.title}</h2>
        <button type="button" onClick={() => go(there.length > 1 ? there : "wall")}>
          {there.length > 1 ? words.list.showSome(there.length) : words.list.showAll}
        </button>
      </div>
      <p role="status">{said}</p>
      <ul>
        {known.map((camera) => (
          <li key={camera.camera}>
            <Entry base={base} camera={camera} lost={lost} open={() => go([camera.camera])} />
            <label>
              <input
                type="checkbox"
                checked={chosen.includes(camera.camera)}
                onChange={(e) => choose(camera.camera, e.target.checked)}
              />
              {words.list.onTheWall}
              <span className="unseen">: {camera.camera}</span>
            </label>
          </li>
        ))}
      </ul>
    </main>
  );
}

function Entry(p: { base: string; camera: KnownCamera; lost: boolean; open: () => void }) {
  const { camera, seenAt, viewers } = p.camera;
  const state = p.lost ? null : p.camera.state;
  return (
    <button type="button" className="entry" onClick={p.open}>
      {/* Only of a camera that is on already: a list must not switch one on. */}
      {state === "live" && seenAt !== null ? (
        <img src={pictureUrl(p.base, camera, seenAt)} alt="" />
      ) : (
        <span className="dark" />
      )}
      <span className="camera-name">{camera}</span>{" "}
      <span className="state">
        {state && words.list[state]}
        {state && viewers > 0 && `, ${words.list.watching(viewers)}`}
        {state === "offline" &&
          seenAt !== null &&
          `, ${words.list.seen(inSeconds(Date.now() - seenAt))}`}
      </span>
    </button>
  );
}

/** Another address for another moment, so that the browser asks again. */
function pictureUrl(base: string, camera: string, at: number): string {
  const of = camera === "default" ? "" : `&camera=${camera}`;
  return `${base}snapshot.jpg?quality=60&size=quarter&max_age_ms=5000&at=${at}${of}`;
}
