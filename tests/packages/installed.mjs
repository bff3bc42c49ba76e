/** The packed tarball, installed the way a developer does it, in a copy of each project of this folder. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));
export const ROOT = path.join(HERE, '../..');
/** Below the repository's root, so that the projects find vite, webpack and the frameworks in its node_modules. */
const WORKSHOPS = path.join(ROOT, 'target/package-tests');
/** Milliseconds one tool may take, on two busy cores. */
const LIMIT_MS = 120_000;

const execute = promisify(execFile);

/** Answers a folder of this name with the projects, `dni-wasm` installed beside them. */
export async function install(name) {
  const workshop = path.join(WORKSHOPS, name);
  await rm(workshop, { recursive: true, force: true });
  await mkdir(workshop, { recursive: true });
  for (const entry of await readdir(HERE, { withFileTypes: true })) {
    if (entry.isDirectory()) await cp(path.join(HERE, entry.name), path.join(workshop, entry.name), { recursive: true });
  }
  await writeFile(path.join(workshop, 'package.json'), '{ "private": true, "type": "module" }');
  const npm = ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', await tarball()];
  await run('npm', npm, workshop);
  return workshop;
}

/** Runs a program to its end; rejects with all it said. */
export async function run(program, args, folder) {
  const quiet = { ASTRO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1' };
  const env = { ...process.env, ...quiet, PATH: `${path.join(ROOT, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}` };
  try {
    return await execute(program, args, { cwd: folder, env, timeout: LIMIT_MS });
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}${error.stderr || error.message}`);
  }
}

export async function tarball() {
  const folder = path.join(ROOT, 'target/npm');
  const [name] = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.tgz'));
  if (!name) throw new Error('there is no package in target/npm: run `cargo xtask pack` first');
  return path.join(folder, name);
}
