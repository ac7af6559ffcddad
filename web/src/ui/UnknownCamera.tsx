/** A name that no camera has: said as such, with those that there are. */

import { Icon } from "./icons";
import { words } from "./words/words";

export function UnknownCamera(p: {
  camera: string;
  known: string[];
  go: (show: string[]) => void;
}) {
  const known = p.known.length > 0;
  return (
    <main className="stage">
      <div className="veil" data-tone="bad">
        <div className="card glass">
          <Icon name="stop" />
          <strong>{words.list.unknown(p.camera)}</strong>
          <span>{known ? words.list.thereAre : words.list.none}</span>
          {known && (
            <ul className="names">
              {p.known.map((name) => (
                <li key={name}>
                  <button type="button" onClick={() => p.go([name])}>
                    {name}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </main>
  );
}
