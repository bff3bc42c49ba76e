/** `dni-wasm doctor URL`: says of every phone number on a page whether it is swapped, or why not. */

import { doctor } from './doctor.js';
import { parse, wrongUse } from './arguments.js';

export const USAGE = `usage: dni-wasm doctor URL [--json] [--chromium PATH] [--timeout SECONDS]

Opens the page in Chromium as a visitor would, and says of every phone number on it whether it is swapped, or why not.
Needs playwright-core or puppeteer-core, and a Chromium or Chrome.

  --json              prints the report as JSON
  --chromium PATH     the browser to use; also $CHROMIUM_BIN
  --timeout SECONDS   how long the page may take to load, 30 if not said

Ends with 0 if all targets are swapped, 1 if there are problems, 2 if the page or a browser cannot be had.
`;

/** @type {import('./arguments.js').Options} */
const OPTIONS = { json: { type: 'boolean' }, chromium: { type: 'string' }, timeout: { type: 'string', default: '30' } };

/** @param {string[]} args */
export async function run(args) {
  const { subject: url, values } = parse(args, OPTIONS, 'page');
  const seconds = Number(values.timeout);
  if (!(seconds > 0 && seconds <= 600)) throw wrongUse('--timeout takes 1 to 600 seconds');
  if (!/^https?:\/\/./.test(url)) throw wrongUse('which page? It must begin with http:// or https://');
  if (!URL.canParse(url)) throw wrongUse(`${url} is no address`);
  const { report, text } = await doctor({ url, chromium: values.chromium, seconds });
  process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : text);
  return report.is_swapped ? 0 : 1;
}
