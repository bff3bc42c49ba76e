/** The packed npm package, installed into an empty project as a developer would. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.join(HERE, '../..');
/** Milliseconds that npm, a compiler or a script may take. */
const LIMIT_MS = 120_000;

/** The version of the workspace. */
export const VERSION = /^\[workspace\.package\]\nversion = "([^"]+)"/m.exec(readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8'))[1];

const TARBALL = path.join(ROOT, `target/npm/dni-wasm-${VERSION}.tgz`);

/**
 * Installs the tarball.
 *
 * @returns {{folder: string, file: (name: string) => string, write: (name: string, text: string) => void,
 *   run: (program: string, ...words: string[]) => string, remove: () => void}}
 */
export function installPackage() {
  if (!existsSync(TARBALL)) throw new Error(`${TARBALL} is missing: run \`cargo xtask pack\``);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dni-tools-')));
  const file = (name) => path.join(folder, name);
  const write = (name, text) => writeFileSync(file(name), text);
  const run = (program, ...words) => execFileSync(program, words, { cwd: folder, encoding: 'utf8', timeout: LIMIT_MS, stdio: 'pipe', maxBuffer: 64 << 20 });
  write('package.json', JSON.stringify({ name: 'a-project', private: true, type: 'module' }));
  run('npm', 'install', '--offline', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', TARBALL);
  for (const name of ['answer.mjs', 'inputs.json']) cpSync(path.join(HERE, name), file(name));
  write('print.mjs', `import { readFileSync } from 'node:fs';
import * as tools from 'dni-wasm/tools';
import { answer } from './answer.mjs';
console.log(JSON.stringify(answer(tools, JSON.parse(readFileSync('inputs.json', 'utf8')))));
`);
  return { folder, file, write, run, remove: () => rmSync(folder, { recursive: true }) };
}

/** What the tests ask, and what the core itself answers: by a Rust program that shares nothing with the package but the core. */
export function coreAnswers() {
  const inputs = path.join(HERE, 'inputs.json');
  const options = /** @type {const} */ ({ cwd: ROOT, encoding: 'utf8', timeout: 5 * LIMIT_MS, maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'inherit'] });
  // Where `cargo test` has just built it; by itself it would be compiled once more, with the features of one crate alone.
  const built = process.env.DNI_CORE_ANSWERS;
  const cargo = ['run', '--quiet', '--package', 'dni-core', '--features', 'dni-core/url,dni-core/international', '--example', 'answers', '--', inputs];
  const text = built && existsSync(built) ? execFileSync(built, [inputs], options) : execFileSync('cargo', cargo, options);
  return JSON.parse(text);
}

export const INPUTS = JSON.parse(readFileSync(path.join(HERE, 'inputs.json'), 'utf8'));

/** Every Node on the path from version 20 on, each once: this one, and that of the machine if it has another. */
export function nodes() {
  const found = new Map();
  for (const folder of process.env.PATH.split(path.delimiter)) {
    const program = path.join(folder, 'node');
    if (existsSync(program)) {
      const version = execFileSync(program, ['--version'], { encoding: 'utf8', timeout: LIMIT_MS }).trim();
      if (Number(version.slice(1).split('.')[0]) >= 20 && !found.has(version)) found.set(version, program);
    }
  }
  return [...found];
}
