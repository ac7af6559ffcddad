/**
 * Compresses the built client once, so that no server has to do it for each visitor: beside every
 * file that gets smaller there are the same bytes as `.gz` and `.br`.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXT = /\.(css|html|js|json|svg|webmanifest)$/;

const ENCODINGS = {
  gz: (bytes: Buffer) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
  br: (bytes: Buffer) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
};

/** Compresses the files of `directory` and below. */
export function precompress(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    for (const [suffix, compress] of Object.entries(ENCODINGS)) {
      const compressed = compress(bytes);
      if (compressed.length < bytes.length) writeFileSync(`${file}.${suffix}`, compressed);
    }
  }
}
