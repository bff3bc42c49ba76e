/** `dni-wasm check-site FILE…`: says what is wrong with sites. */

import { statSync } from 'node:fs';
import { checkSite } from '../tools/node.js';
import { parseAll } from './arguments.js';
import { read } from './files.js';
import { Folder } from './sites.js';

export const USAGE = `usage: dni-wasm check-site FILE… [--json] [--carrier NAME]…

Says what is wrong with the sites in JSON files (- for standard input), by the checker that decides before a site is published. Of a folder
all sites are checked that push would publish. Whether another site has a number only the deployment knows: dni-wasm diff asks it.

  --json           prints a list of files with their findings as JSON
  --carrier NAME   a carrier that calls come from, such as twilio, to be told what it cannot do; may be repeated

Ends with 0 if all can be published, 1 if one has errors, 2 if one cannot be checked.
`;

/** @type {import('./arguments.js').Options} */
const OPTIONS = { json: { type: 'boolean' }, carrier: { type: 'string', multiple: true } };
const SIGNS = { error: '✖', warning: '!' };

/** @typedef {import('../tools/index.d.ts').SiteFinding} SiteFinding */

/** @param {string[]} args */
export function run(args) {
  const { subjects, values: { carrier, json } } = parseAll(args, OPTIONS, 'site');
  const checked = subjects.flatMap(filesOf).map((file) => ({ file, findings: checkSite(read(file), { carriers: carrier ?? [] }) }));
  process.stdout.write(json ? `${JSON.stringify(checked, undefined, 2)}\n` : checked.map(textOf).join(''));
  return checked.some(({ findings }) => hasErrors(findings)) ? 1 : 0;
}

/** @param {string} name */
function filesOf(name) {
  if (name === '-' || !statSync(name, { throwIfNoEntry: false })?.isDirectory()) return [name];
  const folder = new Folder(name);
  return folder.names().map((site) => folder.file(site));
}

/** @param {{file: string, findings: SiteFinding[]}} checked */
function textOf({ file, findings }) {
  const lines = findings.map(({ code, message, place, severity }) => `${SIGNS[severity]} ${place || 'the site'}  ${code}\n    ${message}\n`);
  return hasErrors(findings) ? `${file}\n${lines.join('')}` : `✔ ${file} can be published\n${lines.join('')}`;
}

/** @param {SiteFinding[]} findings */
function hasErrors(findings) {
  return findings.some(({ severity }) => severity === 'error');
}
