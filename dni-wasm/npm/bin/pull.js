/** `dni-wasm pull [SITE…]`: brings sites into files. */

import { allSites, begin, COMMON_USAGE } from './sites.js';

export const USAGE = `usage: dni-wasm pull [SITE…] [--edge URL] [--folder FOLDER]

Writes each site that the key sees, or those named, into a file of its own, to be kept with your other sources. What was changed in a file is
replaced.

${COMMON_USAGE}
Ends with 0, or with 2 if something could not be read.
`;

/** @param {string[]} args */
export async function run(args) {
  const { names, folder, ask } = begin(args);
  const sites = await allSites(ask);
  const missing = names.find((name) => !sites.some(({ id }) => id === name));
  if (missing !== undefined) throw new Error(`there is no site ${missing}, or the key does not see it`);
  for (const site of sites.filter(({ id }) => names.length === 0 || names.includes(id))) {
    folder.write(site.id, site);
    process.stdout.write(`✔ ${folder.file(site.id)}, version ${site.version}\n`);
  }
  return 0;
}
