/** Wrangler's own Miniflare, with the worker as edge-worker/wrangler.toml configures it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EDGE = path.join(ROOT, 'edge-worker');
const require = createRequire(import.meta.url);
// Wrangler's own, which knows how to start wrangler's own workerd.
const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = createRequire(require.resolve('wrangler'))('miniflare');

export { Log, LogLevel, Miniflare };

/**
 * Answers Miniflare's options for the worker.
 *
 * @param {object} options
 * @param {[string, string][]} options.modules kind and file (from the project's root) of each, the entry first
 * @param {Record<string, string>} options.env the worker's variables and secrets
 * @param {string[]} [options.databases] names of databases beside the first
 * @param {object} options.more what else Miniflare is told
 */
export function workerOptions({ modules, env, databases = [], more }) {
  const configured = configuration();
  return convertV4MiniflareOptions({
    ...configured,
    name: 'dni',
    rootPath: ROOT,
    modulesRoot: ROOT,
    modules: modules.map(([type, file]) => ({ type, path: path.join(ROOT, file), contents: readFileSync(path.join(ROOT, file)) })),
    bindings: { ...configured.bindings, ...env },
    d1Databases: { ...configured.d1Databases, ...Object.fromEntries(databases.map((name) => [name, { id: name }])) },
    ...more,
  });
}

/** Brings a database to the newest version of its tables; those that it has already are left alone. */
export async function migrate(database) {
  await database.prepare('CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)').run();
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all();
  const applied = new Set(results.map(({ name }) => name));
  const folder = path.join(EDGE, 'migrations');
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql') && !applied.has(name)).sort();
  if (files.length > 0) {
    const steps = files.map((file) => `${readFileSync(path.join(folder, file), 'utf8')}\n;\nINSERT INTO d1_migrations (name) VALUES ('${file}');\n`);
    // All in one text: each statement that is prepared waits for a word from workerd.
    await database.prepare(steps.join('')).run();
  }
}

/**
 * Reads the worker's configuration as wrangler does. What it makes of it is kept: to load wrangler takes a second of processor time,
 * and the tests start an edge eighty times.
 */
function configuration() {
  const file = path.join(EDGE, 'wrangler.toml');
  const hash = createHash('sha256');
  for (const input of [file, path.join(ROOT, 'package-lock.json')]) {
    hash.update(`${input}\n`).update(readFileSync(input));
  }
  const kept = path.join(ROOT, 'target/dni/wrangler', `${hash.digest('hex')}.json`);
  if (!existsSync(kept)) {
    const { workerOptions } = require('wrangler').unstable_getMiniflareWorkerOptions(file);
    keep(kept, workerOptions);
  }
  return JSON.parse(readFileSync(kept, 'utf8'));
}

/** Writes a file at once, as other edges may be starting. */
function keep(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(value));
  renameSync(draft, file);
}
