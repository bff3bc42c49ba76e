/** `dni-wasm push [SITE…]`: publishes the files. */

import { begin, COMMON_USAGE, refusal } from './sites.js';

export const USAGE = `usage: dni-wasm push [SITE…] [--edge URL] [--folder FOLDER] [--force]

Publishes the files, or those of the sites named. Each is checked whole first, and is published only if nobody has changed the site since the file
was pulled: versions.json in the folder says which version that was.

${COMMON_USAGE}  --force          publishes over what others have changed

Ends with 0 if all are published, 2 if one was refused; the others are published all the same.
`;

/** @param {string[]} args */
export async function run(args) {
  const { names, folder, force, ask } = begin(args, ['edge', 'folder', 'force']);
  const versions = folder.versions();
  let worst = 0;
  for (const site of names.length ? names : folder.names()) {
    const known = versions[site];
    /** @type {Record<string, string>} */
    const condition = known === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${known}"` };
    const answer = await ask('PUT', site, { body: folder.read(site), headers: force ? {} : condition });
    if (answer.status === 200 || answer.status === 201) {
      folder.keepVersion(site, answer.json.version);
      process.stdout.write(answer.json.version === known ? `✔ ${site} is as published\n` : `✔ ${site} is published, version ${answer.json.version}\n`);
      for (const warning of answer.json.warnings ?? []) process.stdout.write(`! ${warning.place}: ${warning.message}\n`);
    } else {
      const advice = answer.status === 412 ? '\n  Pull it, and bring your change in again; or push with --force.' : '';
      process.stdout.write(`✖ ${site}: ${refusal(answer)}${advice}\n`);
      worst = 2;
    }
  }
  return worst;
}
