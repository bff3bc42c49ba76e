/** The tag that runs. Read while the script runs: afterwards nobody knows which tag it was. */

import { optionsOf } from './options.js';

/** @import { TagOptions } from './types.d.ts' */

/** A module is not told which tag it is. */
const script = /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector('script[type=module][src*="/dni"]'));
/** What the tag says. */
export const options = script ? optionsOf(script) : /** @type {TagOptions} */ ({});
/** @type {string | undefined} the edge: where the script is from, unless it is a copy and names another */
export let edge;
try {
  edge = new URL(/** @type {string} */ (options.edge ?? script?.src)).origin;
} catch {
  console.info('dni: data-edge must be the address of the worker.');
}
if (edge && !document.currentScript) console.info('dni: leave out type="module".');
