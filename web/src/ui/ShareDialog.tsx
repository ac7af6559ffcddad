/** The camera for others: a link, a piece for another page, and the device's own way to share. */

import { useEffect, useId, useRef, useState } from "react";
import { copyText, embedCode, linkTo } from "./share";
import { words } from "./words/words";

export function ShareDialog({ camera, close }: { camera: string | null; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [said, say] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const url = linkTo(location.href, camera);
  const { page, command } = words;
  const share = () => void navigator.share({ title: camera ?? "ReRo CCTV", url }).catch(() => {});
  return (
    <dialog ref={dialog} className="help share" aria-labelledby="share-title" onClose={close}>
      <h2 id="share-title">{command.share}</h2>
      <Copied name={page.link} verb={page.copyLink} text={url} say={say} />
      <Copied
        name={page.embed}
        verb={page.copyEmbed}
        text={embedCode(location.href, camera)}
        say={say}
      />
      <p role="status">{said}</p>
      {"share" in navigator && (
        <button type="button" onClick={share}>
          {page.shareWith}
        </button>
      )}
      <button type="button" onClick={() => dialog.current?.close()}>
        {page.close}
      </button>
    </dialog>
  );
}

/** A text to copy, which can be taken by hand where the page may not. */
function Copied(p: { name: string; verb: string; text: string; say: (said: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const copy = async () => {
    field.current?.select();
    p.say(await copyText(p.text));
  };
  return (
    <div className="copied">
      <label htmlFor={id}>{p.name}</label>
      <input id={id} ref={field} readOnly value={p.text} onFocus={(e) => e.target.select()} />
      <button type="button" onClick={() => void copy()}>
        {p.verb}
      </button>
    </div>
  );
}
