/** Sites as their owners write them: those that can be published, and harbor.json with changes for which it is refused. */

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './package.mjs';

const FOLDER = path.join(ROOT, 'edge-worker/core/tests/fixtures/site');

/** @returns {[string, any][]} each with its name */
export const goodSites = () => read('good');

/** @returns {{name: string, site: any, expect: object | object[]}[]} `expect` is one object where the site cannot be read */
export const badSites = () => read('bad').map(([name, { changes, expect }]) => ({ name, site: changed(changes), expect }));

/** @param {Record<string, unknown>} changes values by their places: `pools/0/overflow` */
function changed(changes) {
  const site = Object.fromEntries(goodSites()).harbor;
  for (const [place, value] of Object.entries(changes)) {
    const parts = place.split('/');
    const last = /** @type {string} */ (parts.pop());
    parts.reduce((part, name) => part[name], site)[last] = value;
  }
  return site;
}

/** @param {string} folder */
function read(folder) {
  const names = readdirSync(path.join(FOLDER, folder)).sort();
  return names.map((name) => [path.basename(name, '.json'), JSON.parse(readFileSync(path.join(FOLDER, folder, name), 'utf8'))]);
}
