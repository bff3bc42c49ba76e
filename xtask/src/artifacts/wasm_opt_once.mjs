#!/usr/bin/env node
/**
 * wasm-opt for worker-build, which asks for it at every build: a worker that has not changed is optimised once.
 *
 *     wasm_opt_once.mjs INPUT -o OUTPUT OPTIONS…
 *
 * It takes a minute of processor time for the worker. What it made is kept under a hash of the input, the options and the locked packages, of which
 * wasm-opt is one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WASM_OPT = path.join(ROOT, 'node_modules/.bin/wasm-opt');
const KEPT = path.join(ROOT, 'target/dni/optimised');
/** How the names of what is kept begin. */
const NAME = 'edge-worker-';

const [input, , output, ...options] = process.argv.slice(2);
const hash = createHash('sha256').update(options.join('\n'));
for (const file of [input, path.join(ROOT, 'package-lock.json')]) {
  hash.update(readFileSync(file));
}
const kept = path.join(KEPT, `${NAME}${hash.digest('hex').slice(0, 12)}.wasm`);
if (!existsSync(kept)) {
  const { status } = spawnSync(WASM_OPT, [input, '-o', output, ...options], { stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
  keep();
}
copyFileSync(kept, output);

/** Keeps the newest alone. */
function keep() {
  mkdirSync(KEPT, { recursive: true });
  for (const name of readdirSync(KEPT).filter((one) => one.startsWith(NAME))) {
    rmSync(path.join(KEPT, name));
  }
  copyFileSync(output, `${kept}.draft`);
  renameSync(`${kept}.draft`, kept);
}
