/** Which cameras there are, with a small picture of each that is on, and a wall of those that one chooses. */

import { useState } from "react";
import { loadWall, saveWall } from "./prefs";
import { inSeconds } from "./presentation";
import type { KnownCamera } from "./useCameras";
import { words } from "./words/words";

interface CameraListProps {
  base: string;
  cameras: KnownCamera[];
  go: (show: string[] | "wall") => void;
}

export function CameraList({ base, cameras, go }: CameraListProps) {
  const [chosen, setChosen] = useState(loadWall);
  const there = cameras.map(({ camera }) => camera).filter((name) => chosen.includes(name));
  const choose = (camera: string, on: boolean) => {
    const next = on ? [...chosen, camera] : chosen.filter((name) => name !== camera);
    setChosen(next);
    saveWall(next);
  };
  return (
    <main className="list">
      <div className="list-head">
        <h2>{words.list.title}</h2>
        <button type="button" onClick={() => go(there.length > 1 ? there : "wall")}>
          {there.length > 1 ? words.list.showSome(there.length) : words.list.showAll}
        </button>
      </div>
      <ul>
        {cameras.map((camera) => (
          <li key={camera.camera}>
            <Entry base={base} camera={camera} open={() => go([camera.camera])} />
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

function Entry(p: { base: string; camera: KnownCamera; open: () => void }) {
  const { camera, state, seenAt, viewers } = p.camera;
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
        {words.list[state]}
        {viewers > 0 && `, ${words.list.watching(viewers)}`}
        {state === "offline" &&
          seenAt !== null &&
          `, ${words.list.seen(inSeconds(Date.now() - seenAt))}`}
      </span>
    </button>
  );
}

/** Another address for another moment, so that the browser asks again. */
function pictureUrl(base: string, camera: string, at: number): string {
  const url = new URL("snapshot.jpg", base);
  if (camera !== "default") url.searchParams.set("camera", camera);
  url.searchParams.set("quality", "60");
  url.searchParams.set("size", "quarter");
  url.searchParams.set("max_age_ms", "5000");
  url.searchParams.set("at", String(at));
  return url.href;
}
