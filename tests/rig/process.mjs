/**
 * Child processes that leave nothing behind: each is the head of its own process group, and what
 * ends it ends the group, because wrangler starts workerd as a grandchild.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Milliseconds a group has to end by itself before it is killed. */
const GRACE_MS = 5000;
/** Milliseconds between two looks at whether a group is gone. */
const LOOK_MS = 50;
/** Bytes of the log shown in an error. */
const TAIL_BYTES = 3000;

/** Groups that are alive, so that the end of this process can take them along. */
const groups = new Set();
process.on('exit', () => {
  groups.forEach((pid) => signalGroup(pid, 'SIGKILL'));
});
// Ended by a signal, as by a test runner that has waited long enough, a process tells nobody of its exit, unless it says so.
process.once('SIGTERM', () => {
  if (process.listenerCount('SIGTERM') === 0) process.exit(143);
});

/**
 * Starts a process in a group of its own, with its output in a log file.
 *
 * @param {string} name for messages
 * @param {string} command
 * @param {string[]} args
 * @param {{env?: Record<string, string>, cwd?: string, logFile: string, graceMs?: number}} options `graceMs`: milliseconds between asking it to end and killing it
 * @returns {Group}
 *
 * @typedef {object} Group
 * @property {string} name
 * @property {number} pid
 * @property {Promise<string>} exited a sentence on how its head ended
 * @property {() => boolean} alive
 * @property {(signal?: NodeJS.Signals) => Promise<void>} kill signals the group and waits until it is gone; SIGKILL by default
 * @property {() => Promise<void>} stop ends it gently, then by force
 * @property {() => string} logTail
 */
export function startGroup(name, command, args, { env = {}, cwd, logFile, graceMs = GRACE_MS }) {
  mkdirSync(path.dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
  }
  let over = false;
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`${name} ended (${signal ?? `exit code ${code}`})`));
  }).then((how) => {
    over = true;
    return how;
  });
  const group = {
    name,
    pid,
    exited,
    alive: () => !over,
    async kill(signal = 'SIGKILL') {
      await endGroup(pid, signal, graceMs);
    },
    async stop() {
      await endGroup(pid, 'SIGTERM', graceMs);
    },
    logTail: () => readFileSync(logFile, 'utf8').slice(-TAIL_BYTES),
  };
  return group;
}

/**
 * Runs a process of its own group to its end.
 *
 * @returns {Promise<void>}
 * @throws {Error} with the tail of its log if it fails
 */
export async function runGroup(name, command, args, options) {
  const group = startGroup(name, command, args, options);
  const how = await group.exited;
  groups.delete(group.pid);
  if (!how.endsWith('(exit code 0)')) {
    throw new Error(`${how}. The end of its log (${options.logFile}):\n${group.logTail()}`);
  }
}

/**
 * Waits until an address answers with a 2xx.
 *
 * @param {Group} group the process behind it: if that ends, waiting ends
 * @param {string} url
 * @param {number} limitMs
 * @throws {Error} with the tail of the log
 */
export function waitFor(group, url, limitMs) {
  const answers = () => fetch(url, { signal: AbortSignal.timeout(2000) }).then((answer) => answer.ok, () => false);
  return waitUntil(group, answers, `answer ${url}`, limitMs);
}

/**
 * Waits until a process has come so far.
 *
 * @param {Group} group if it ends, waiting ends
 * @param {() => boolean | Promise<boolean>} isThere
 * @param {string} what it does then, for the message
 * @param {number} limitMs
 * @throws {Error} with the tail of the log
 */
export async function waitUntil(group, isThere, what, limitMs) {
  const until = Date.now() + limitMs;
  let ended = null;
  group.exited.then((how) => {
    ended = how;
  });
  while (Date.now() < until && ended === null) {
    if (await isThere()) {
      return;
    }
    await sleep(LOOK_MS);
  }
  const tail = group.logTail();
  await group.kill();
  throw new Error(`${ended ?? `${group.name} did not ${what} within ${limitMs / 1000} s`}. The end of its log:\n${tail}`);
}

async function endGroup(pid, signal, graceMs) {
  if (pid === undefined || !groups.has(pid)) {
    return;
  }
  signalGroup(pid, signal);
  const until = Date.now() + graceMs;
  while (signalGroup(pid, 0) && Date.now() < until) {
    await sleep(LOOK_MS);
  }
  signalGroup(pid, 'SIGKILL');
  for (let looks = 0; looks < GRACE_MS / LOOK_MS && signalGroup(pid, 0); looks += 1) {
    await sleep(LOOK_MS);
  }
  groups.delete(pid);
}

/** Answers false if no process of the group is left. */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

function sleep(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
