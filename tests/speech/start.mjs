/** Starts the AI service as a process of its own. */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../rig/ports.mjs';
import { startGroup, waitFor } from '../rig/process.mjs';

const SERVICE = fileURLToPath(new URL('service.mjs', import.meta.url));
/** Milliseconds until it must answer. */
const START_LIMIT_MS = 15_000;
/** Milliseconds between two looks at what was asked. */
const LOOK_MS = 50;

/**
 * Starts it. `holds` waits until it has been asked something that it keeps back, being `slow`.
 *
 * @param {string} folder for its log
 * @param {string} key
 * @returns {Promise<{url: string, behave: (script: {speech?: string, text?: string, hears?: string}) => Promise<void>, asked: () => Promise<object[]>, holds: (limitMs: number) => Promise<void>, stop: () => Promise<void>}>}
 */
export async function startService(folder, key) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const group = startGroup('the AI service', process.execPath, [SERVICE, '--port', String(port)], {
    env: { AI_KEY: key }, logFile: path.join(folder, 'ai-service.log'),
  });
  await waitFor(group, `${url}/healthz`, START_LIMIT_MS);
  const asked = async () => (await fetch(`${url}/asked`)).json();
  return {
    url,
    behave: async (script) => { await fetch(`${url}/script`, { method: 'PUT', body: JSON.stringify(script) }); },
    asked,
    holds: async (limitMs) => {
      const until = Date.now() + limitMs;
      while (!(await asked()).some(({ kind }) => kind === 'held')) {
        if (Date.now() > until) {
          throw new Error(`nothing was asked within ${limitMs} ms`);
        }
        await setTimeout(LOOK_MS);
      }
    },
    stop: group.stop,
  };
}
