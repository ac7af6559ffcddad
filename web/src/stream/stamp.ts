/**
 * The stamp that capture writes into every JPEG: the run of capture, the frame's number and its time.
 *
 * It is a COM segment, `RERO1 run=<8 hex> seq=<12 digits> t=<16 digits>`, directly after the JFIF
 * APP0. A JPEG without one is shown all the same; its age is not known.
 */

export interface Stamp {
  /** Random per start of capture; a new one means that the count began again. */
  run: string;
  /** Counts what the camera delivered, the same for every quality of one picture. */
  seq: number;
  /** Capture time, milliseconds since the Unix epoch by capture's clock, to the microsecond. */
  capturedAtMs: number;
}

const STAMP = /^RERO1 run=([0-9a-f]{8}) seq=(\d{12}) t=(\d{16})$/;
const SOI = 0xd8;
const COM = 0xfe;
const SOS = 0xda;

/** Reads the stamp of a JPEG, or null where there is none; any bytes are allowed. */
export function readStamp(bytes: Uint8Array): Stamp | null {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return null;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (marker === SOS || length < 2) return null;
    if (marker === COM) {
      const text = String.fromCharCode(...bytes.subarray(at + 4, at + 2 + Math.min(length, 128)));
      const found = STAMP.exec(text);
      if (found)
        return {
          run: found[1] as string,
          seq: Number(found[2]),
          capturedAtMs: Number(found[3]) / 1000,
        };
    }
    at += 2 + length;
  }
  return null;
}
