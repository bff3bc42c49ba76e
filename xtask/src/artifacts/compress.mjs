/**
 * Compresses files ahead of time: `node compress.mjs FOLDER` puts `NAME.br` and `NAME.gz` beside each file of the folder.
 *
 * Node is there anyway, and has the reference implementations of both. Those written in Rust took two thirds of the time in which the
 * build system is compiled.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

/** Bytes of the largest file for which more than one way is tried. No page loads a larger one, and each way would take half a minute. */
const TRIED = 1_000_000;

const [folder] = process.argv.slice(2);
for (const name of readdirSync(folder)) {
  const file = path.join(folder, name);
  const raw = readFileSync(file);
  write(`${file}.br`, raw, brotli(raw), brotliDecompressSync);
  write(`${file}.gz`, raw, gzip(raw), gunzipSync);
}

/** Brotli's highest quality: files are compressed once and served millions of times. */
function brotli(raw) {
  const inMode = (mode) => brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
      [constants.BROTLI_PARAM_MODE]: mode,
    },
  });
  const modes = [constants.BROTLI_MODE_GENERIC];
  if (raw.length <= TRIED) {
    // The one for fonts writes distances in another way, which suits WebAssembly.
    modes.push(constants.BROTLI_MODE_FONT);
  }
  return smallest(modes.map(inMode));
}

/** Gzip's highest level, with the memory that suits the file: it decides where blocks end. */
function gzip(raw) {
  return smallest([6, 7, 8, 9].map((memLevel) => gzipSync(raw, { level: constants.Z_BEST_COMPRESSION, memLevel })));
}

function smallest(ways) {
  return ways.reduce((best, way) => (way.length < best.length ? way : best));
}

function write(file, raw, compressed, decompress) {
  if (!decompress(compressed).equals(raw)) {
    throw new Error(`${file} would not be what it was`);
  }
  writeFileSync(file, compressed);
}
