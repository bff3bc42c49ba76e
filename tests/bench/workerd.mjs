/** The built worker on workerd itself, with no proxy in front: a proxy in Node would be what is measured. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childOf } from '../rig/memory.mjs';
import { migrate, Miniflare, workerOptions } from '../rig/miniflare.mjs';

const require = createRequire(import.meta.url);
const MODULES = [['ESModule', 'tests/bench/counting.js'], ['ESModule', 'edge-worker/build/index.js'], ['CompiledWasm', 'edge-worker/build/index_bg.wasm']];
/** In memory: a disk's fsync would be what is measured. */
const MEMORY = '/dev/shm';
/** Bytes that must be free there; seven rounds take about 200 MB. */
const STATE_BYTES = 512 * 1024 * 1024;
/** Milliseconds of CPU in one tick of /proc/PID/stat: Linux shows user space 100 ticks a second on every machine (proc(5), USER_HZ). */
const TICK_MS = 10;

/**
 * Starts the worker as edge-worker/wrangler.toml configures it, on an empty state.
 *
 * @returns {Promise<Workerd>}
 *
 * @typedef {object} Workerd
 * @property {string} url
 * @property {string} apiKey
 * @property {string} stateIn the folder that its state is in
 * @property {string} version of workerd
 * @property {() => number | null} cpuMs milliseconds of CPU it has used so far; `null` where there is no /proc
 * @property {() => Promise<number>} rowsWritten rows its objects have written so far
 * @property {(pool: string) => Promise<number>} storedLeases leases in the store of SITE/POOL
 * @property {() => Promise<void>} stop
 */
export async function startWorkerd() {
  const stateIn = hasRoom(MEMORY) ? MEMORY : tmpdir();
  const stateDir = mkdtempSync(path.join(stateIn, 'dni-bench-'));
  // However this process ends: memory is not given back by itself.
  process.on('exit', () => rmSync(stateDir, { recursive: true, force: true }));
  const apiKey = randomBytes(16).toString('hex');
  const miniflare = new Miniflare(options(stateDir, apiKey));
  const stop = () => miniflare.dispose();
  try {
    const rows = await miniflare.unsafeGetDirectURL('dni', 'Rows');
    const ask = async (query) => (await fetch(new URL(query, rows), { signal: AbortSignal.timeout(10_000) })).json();
    await migrate(await miniflare.getD1Database('DB'));
    return {
      url: (await miniflare.unsafeGetDirectURL('dni')).origin,
      apiKey,
      stateIn,
      version: require('workerd/package.json').version,
      cpuMs: cpuClock(),
      rowsWritten: async () => (await ask('/')).written,
      storedLeases: async (pool) => (await ask(`/?pool=${encodeURIComponent(pool)}`)).stored,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function options(stateDir, apiKey) {
  return workerOptions({
    modules: MODULES,
    env: { API_KEY: apiKey },
    more: { unsafeDirectSockets: [{ host: '127.0.0.1' }, { host: '127.0.0.1', entrypoint: 'Rows' }], host: '127.0.0.1', resourcePersistencePath: stateDir, cf: false },
  });
}

/** The CPU of the workerd that this process started: of all it serves, the simulated KV and D1 included. */
function cpuClock() {
  try {
    const pid = childOf(process.pid, 'workerd');
    // `pid (name) state …`: user and system time are fields 14 and 15 of the whole.
    const fields = () => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    fields();
    return () => (Number(fields()[11]) + Number(fields()[12])) * TICK_MS;
  } catch {
    return () => null;
  }
}

/** Containers often have a very small one. */
function hasRoom(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= STATE_BYTES;
  } catch {
    return false;
  }
}
