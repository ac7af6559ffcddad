/** The whole page: which cameras there are, one of them on a stage, or several as tiles. */

import { useEffect, useRef, useState } from "react";
import { BASE } from "./base";
import { CameraList } from "./CameraList";
import { Icon, type IconName } from "./icons";
import { Locked } from "./Locked";
import { logout } from "./login";
import { rememberCameras, rememberedCameras } from "./prefs";
import { type Pill, present } from "./presentation";
import { neighbour, type Scene } from "./route";
import { Stage, type StageWords } from "./Stage";
import { StatusPill } from "./StatusPill";
import { UnknownCamera } from "./UnknownCamera";
import { useAppKeys } from "./useAppKeys";
import { type KnownCamera, useCameras } from "./useCameras";
import { leaveFullscreen } from "./useFullscreen";
import { usePageTitle } from "./usePageTitle";
import { type Go, useRoute } from "./useRoute";
import { useScene } from "./useScene";
import { Wall } from "./Wall";
import { words } from "./words/words";

export function App() {
  const [route, go] = useRoute();
  const settled = useRef(false);
  const { cameras: known, signedIn, trouble } = useCameras(BASE, settled);
  const [{ pill, bars }, setState] = useState<StageWords>({ pill: present(null), bars: null });
  const names = useNames(known, route.cameras.length === 0);
  const scene = useScene(route, names, known !== null, go);
  // One camera's stage asks by itself.
  const locked = trouble === "login" && scene.kind !== "camera";
  const several = (names?.length ?? 0) > 1;
  const { options } = route;
  useEffect(() => {
    settled.current = scene.kind === "camera" && known !== null && known.length > 0;
  }, [scene.kind, known]);
  useEffect(() => {
    if (scene.kind !== "camera") leaveFullscreen();
  }, [scene.kind]);
  usePageTitle(scene, pill);
  useAppKeys({
    escape: several && scene.kind === "wall" ? () => go("list") : null,
    digit: (n) => {
      const camera = names?.[n - 1];
      if (several && camera !== undefined) go([camera]);
    },
  });
  return (
    <div className="app" data-embed={options.embed}>
      {!options.embed && <Header {...{ scene, pill, bars, several, signedIn, go }} />}
      {scene.kind === "camera" && (
        <Stage
          turn={(to) => {
            const next = neighbour(names ?? [], scene.camera ?? "default", to);
            if (next !== null) go([next]);
          }}
          key={scene.camera ?? "default"}
          base={BASE}
          camera={scene.camera}
          options={options}
          watching={known?.find((c) => c.camera === (scene.camera ?? "default"))?.viewers ?? null}
          onWords={setState}
          leave={several ? () => go("list") : null}
        />
      )}
      {locked && <Locked base={BASE} />}
      {!locked && scene.kind === "wall" && (
        <Wall base={BASE} cameras={scene.cameras} choose={(camera) => go([camera])} />
      )}
      {!locked && scene.kind === "list" && (
        <CameraList base={BASE} cameras={known} lost={trouble !== null} go={go} />
      )}
      {!locked && scene.kind === "unknown" && (
        <UnknownCamera camera={scene.camera} known={names ?? []} go={go} />
      )}
    </div>
  );
}

function Header(p: {
  scene: Scene;
  pill: Pill;
  bars: number | null;
  several: boolean;
  signedIn: boolean;
  go: Go;
}) {
  const { scene, pill, bars, several, signedIn, go } = p;
  const camera = scene.kind === "camera" ? scene.camera : null;
  return (
    <header>
      <h1>
        <span className="brand">ReRo CCTV</span>{" "}
        {camera !== null && <span className="camera-name">{camera}</span>}
      </h1>
      {several && scene.kind !== "list" && (
        <HeaderButton icon="grid" name={words.list.all} run={() => go("list")} />
      )}
      {signedIn && (
        <HeaderButton icon="leave" name={words.login.out} run={() => void logout(BASE)} />
      )}
      {scene.kind === "camera" && <StatusPill pill={pill} bars={bars} />}
    </header>
  );
}

function HeaderButton(p: { icon: IconName; name: string; run: () => void }) {
  return (
    <button type="button" className="all" aria-label={p.name} title={p.name} onClick={p.run}>
      <Icon name={p.icon} />
      <span>{p.name}</span>
    </button>
  );
}

/** The cameras' names: as the gateway tells them, and until then as it told them last time. */
function useNames(known: KnownCamera[] | null, guess: boolean): string[] | null {
  const names = known?.map(({ camera }) => camera).join(",");
  useEffect(() => {
    if (names !== undefined) rememberCameras(names.split(",").filter(Boolean));
  }, [names]);
  if (names !== undefined) return names.split(",").filter(Boolean);
  return guess ? rememberedCameras() : null;
}
