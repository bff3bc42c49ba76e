/** `dni-wasm diff [SITE…]`: says what publishing the files would change. */

import { begin, COMMON_USAGE, refusal, written } from './sites.js';

export const USAGE = `usage: dni-wasm diff [SITE…] [--edge URL] [--folder FOLDER]

Lets the deployment check the files, or those of the sites named, and say what would be different if they were published. Nothing is changed.

${COMMON_USAGE}
Ends with 0 if nothing would be different, 1 if something would be, 2 if a site has faults or could not be compared.
`;

/** @param {string[]} args */
export async function run(args) {
  const { names, folder, ask } = begin(args);
  let worst = 0;
  for (const site of names.length ? names : folder.names()) {
    const answer = await ask('PUT', `${site}?dry_run=true`, { body: folder.read(site) });
    if (answer.status !== 200) {
      process.stdout.write(`✖ ${site}: ${refusal(answer)}\n`);
      worst = 2;
    } else if (answer.json.difference.changes.length) {
      process.stdout.write(`${site}${answer.json.version === null ? ' would be created' : `, version ${answer.json.version}`}\n${written(answer.json.difference)}\n`);
      worst = Math.max(worst, 1);
    } else {
      process.stdout.write(`✔ ${site} is as published\n`);
    }
  }
  return worst;
}
