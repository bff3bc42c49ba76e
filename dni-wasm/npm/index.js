/** The browser runtime as a module. Nothing is loaded and nothing runs before `init`, and nothing at all outside a browser. */

import { begin } from './begin.js';
import { download } from './tag.js';

export { version } from './begin.js';

/** @type {typeof import('./index.d.ts').init} */
export function init(options) {
  // Written out like this, bundlers find the file and take it along.
  return begin(options, () => download(options.wasmUrl ?? new URL('./dni_bg.wasm', import.meta.url)));
}
