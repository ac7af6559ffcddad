/**
 * Reads the test pattern's barcode back from pixels: which frame is shown, and when it was made,
 * whatever any header says. The geometry is described in `capture-svc/src/camera/pattern/barcode.rs`.
 */

const COLUMNS = 64;
const FIRST_BYTE = 0xa5;

export interface Barcode {
  seq: number;
  /** Milliseconds since the Unix epoch. */
  madeAt: number;
}

/** From R, G, B, A bytes as a canvas gives them; null without a barcode that checks. */
export function readBarcode(rgba: Uint8Array, width: number, height: number): Barcode | null {
  const side = Math.floor(width / COLUMNS);
  if (side === 0 || height < 2 * side) return null;
  const left = Math.floor((width - COLUMNS * side) / 2);
  // The middle of a cell: its edges are where JPEG blurs.
  const from = Math.floor(side / 4);
  const to = side - from;
  const bytes = new Uint8Array(16);
  for (let cell = 0; cell < 128; cell++) {
    const x = left + (cell % COLUMNS) * side;
    const y = height - (2 - Math.floor(cell / COLUMNS)) * side;
    let sum = 0;
    for (let dy = from; dy < to; dy++)
      for (let dx = from; dx < to; dx++) sum += rgba[((y + dy) * width + x + dx) * 4 + 1] ?? 0;
    if (sum >= 128 * (to - from) ** 2)
      bytes[cell >> 3] = (bytes[cell >> 3] ?? 0) | (1 << (7 - (cell & 7)));
  }
  const view = new DataView(bytes.buffer);
  if (bytes[0] !== FIRST_BYTE || crc16(bytes.subarray(0, 14)) !== view.getUint16(14)) return null;
  const seq = (bytes[1] ?? 0) * 2 ** 32 + view.getUint32(2);
  return { seq, madeAt: Number(view.getBigUint64(6)) / 1000 };
}

/** CRC-16/CCITT-FALSE. */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}
