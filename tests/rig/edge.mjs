/** Starts the real edge worker on workerd, through wrangler. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runGroup, startGroup, waitFor } from './process.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WRANGLER = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
/** Milliseconds until the edge must answer; a cold start on two busy cores takes about ten seconds. */
const START_LIMIT_MS = 60_000;
/** Keeps wrangler to itself: no questions, no telemetry, no look for updates. */
const QUIET = { CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1', FORCE_COLOR: '0' };

/**
 * Starts an edge: applies the migrations, starts wrangler, and waits until it answers.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {number} options.inspectorPort
 * @param {string} options.stateDir where Durable Objects, D1, KV and R2 live; the same folder again continues
 * @param {Record<string, string>} options.env the worker's configuration, secrets included
 * @param {string} options.logFile
 * @param {string} [options.config] the wrangler configuration
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
export async function startEdge({ port, inspectorPort, stateDir, env, logFile, workerd, config = path.join(ROOT, 'edge-worker/wrangler.toml') }) {
  mkdirSync(stateDir, { recursive: true });
  const envFile = writeEnvFile(stateDir, env);
  const wrangler = (name, args, start, more = {}) => start(name, process.execPath, [WRANGLER, ...args, '--config', config], { cwd: ROOT, env: { ...QUIET, ...more }, logFile });
  await wrangler('wrangler d1 migrations apply', ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', stateDir], runGroup);
  const group = wrangler('the edge (wrangler dev)', [
    'dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', String(inspectorPort), '--persist-to', stateDir,
    '--env-file', envFile, '--show-interactive-dev-session=false', '--log-level', 'info',
  ], startGroup, workerd && { MINIFLARE_WORKERD_PATH: workerd });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(group, `${url}/healthz`, START_LIMIT_MS);
  return { url, pid: group.pid, exited: group.exited, alive: group.alive, kill: group.kill, stop: group.stop };
}

/** A file that only its owner can read: arguments of a process are visible to everyone. */
function writeEnvFile(stateDir, env) {
  const file = path.join(path.resolve(stateDir), 'edge.env');
  const lines = Object.entries(env).map(([name, value]) => `${name}='${plain(name, value)}'`);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}

/** Quotes, dollars and line ends mean something in such a file; no address or key needs them. */
function plain(name, value) {
  if (!/^[\x20-\x7e]*$/.test(value) || /['$\\]/.test(value)) {
    throw new Error(`The value of ${name} holds a character that an environment file would change; use letters, digits and - _ . : / , +`);
  }
  return value;
}
