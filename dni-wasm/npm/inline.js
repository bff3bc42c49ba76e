/** The same runtime with the WebAssembly inside a script: a third larger, for hosts that serve nothing but scripts. */

import { begin } from './begin.js';

export { version } from './begin.js';

/** @type {typeof import('./index.d.ts').init} */
export function init(options) {
  return begin(options, async () => {
    const { bytes } = await import('./wasm-inline.js');
    return bytes();
  });
}
