/** A short message that goes by itself; empty shows none. */

import { useEffect, useState } from "react";

/** As long as a short sentence takes to read. */
const TOAST_SHOWN_MS = 2_000;

export function useToast(): [toast: string, show: (text: string) => void] {
  const [toast, show] = useState("");
  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => show(""), TOAST_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return [toast, show];
}
