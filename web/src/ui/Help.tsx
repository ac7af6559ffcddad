/** The list of keys. A dialog, so that Escape closes it and the focus comes back. */

import { useEffect, useRef, useState } from "react";
import { helpRows } from "./commands";
import { singleKeysWanted, wantSingleKeys } from "./prefs";
import { words } from "./words/words";

export function Help({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wanted, setWanted] = useState(singleKeysWanted);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">{words.command.help}</h2>
      <dl>
        {helpRows().map(([keys, does]) => (
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
        {words.page.singleKeys}
      </label>
      <button type="button" onClick={() => dialog.current?.close()}>
        {words.page.close}
      </button>
    </dialog>
  );
}
