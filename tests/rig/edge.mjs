/** Starts the real edge worker on workerd, in a process of its own. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGroup, waitUntil } from './process.mjs';

const PROGRAM = fileURLToPath(new URL('edge-process.mjs', import.meta.url));
/** Milliseconds until the edge must answer; it takes one or two, on two busy cores ten. */
const START_LIMIT_MS = 60_000;

/**
 * Starts an edge and waits until it answers.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {number} [options.inspectorPort] where a debugger may connect
 * @param {number} [options.storePort] where the configuration's store can be looked into
 * @param {string} options.stateDir where Durable Objects, D1, KV and R2 live; the same folder again continues
 * @param {Record<string, string>} options.env the worker's configuration, secrets included
 * @param {string} options.logFile
 * @param {string} [options.entry] the file in which the worker begins, if not its own, from the project's root
 * @param {string[]} [options.databases] names of databases that it has beside the first
 * @param {string} [options.workerd] the program to start in workerd's place
 * @returns {Promise<Edge>}
 *
 * @typedef {object} Edge
 * @property {string} url
 * @property {number} pid head of the process group
 * @property {Promise<string>} exited
 * @property {() => boolean} alive
 * @property {(signal?: NodeJS.Signals) => Promise<void>} kill ends the whole group at once (SIGKILL by default) and waits until it is gone
 * @property {() => Promise<void>} stop ends it gently
 */
export async function startEdge({ logFile, workerd, ...options }) {
  const { port, stateDir } = options;
  mkdirSync(stateDir, { recursive: true });
  const ready = path.join(path.resolve(stateDir), 'edge.ready');
  rmSync(ready, { force: true });
  const group = startGroup('the edge (workerd)', process.execPath, [PROGRAM, writeOptions(stateDir, { ...options, ready })], {
    logFile,
    // What is written beside the state goes when the state goes, also after a power cut.
    env: { TMPDIR: path.resolve(stateDir), ...(workerd && { MINIFLARE_WORKERD_PATH: workerd }) },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil(group, () => existsSync(ready), 'get ready', START_LIMIT_MS);
  return { url, pid: group.pid, exited: group.exited, alive: group.alive, kill: group.kill, stop: group.stop };
}

/** A file that only its owner can read: arguments of a process are visible to everyone. */
function writeOptions(stateDir, options) {
  const file = path.join(path.resolve(stateDir), 'edge.json');
  writeFileSync(file, JSON.stringify({ ...options, stateDir: path.resolve(stateDir) }), { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}
