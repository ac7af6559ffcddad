/** The list of keys. A dialog, so that Escape closes it and the focus comes back. */

import { useEffect, useRef, useState } from "react";
import { HELP } from "./keys";
import { singleKeysWanted, wantSingleKeys } from "./prefs";

export function Help({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wanted, setWanted] = useState(singleKeysWanted);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">Keyboard</h2>
      <dl>
        {HELP.map(([keys, does]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={wanted}
          onChange={(e) => {
            setWanted(e.target.checked);
            wantSingleKeys(e.target.checked);
          }}
        />
        Letters, digits and signs are commands
      </label>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
