/** What both entries share: claims the page for a site, once. */

import { claim, version } from './tag.js';

/** @import { Dni, Options } from './index.d.ts' */

export { version };

const METHODS = ['consent', 'getSession', 'on', 'refresh', 'release', 'report', 'revert', 'swap'];

/**
 * Answers the page's API. Where there is no page, or it is another site's, its promises resolve to nothing.
 *
 * @param {Options} given
 * @param {() => Promise<BufferSource>} wasm
 * @returns {Dni}
 */
export function begin({ site = '', edge, wasmUrl, ...options } = /** @type {Options} */ ({}), wasm) {
  if (typeof document === 'undefined') return nothing(site);
  const origin = originOf(edge);
  if (!origin) console.info(`dni: edge must be your worker's address, such as https://calls.example.com; it is ${String(edge)}.`);
  const parts = { wasm, glue: () => import('./glue.js'), extras: () => import('./extras.js'), doctor: () => import('./doctor.js') };
  const api = /** @type {Dni | undefined} */ (origin && claim(site, origin, parts, options));
  return api?.site ? api : nothing(site);
}

/** @param {string} edge */
function originOf(edge) {
  try {
    return new URL(edge).origin;
  } catch {
    return undefined;
  }
}

/**
 * An API that does nothing.
 *
 * @param {string} site
 * @returns {Dni}
 */
function nothing(site) {
  /** @type {any} */
  const api = { site, version, state: 'failed', push: (/** @type {Parameters<Dni['push']>[0]} */ [name, ...args]) => api[name]?.(...args) };
  for (const name of METHODS) api[name] = async () => undefined;
  api.getSwapNumbers = async (/** @type {unknown} */ _numbers, /** @type {Parameters<Dni['getSwapNumbers']>[1]} */ callback) => {
    callback?.({});
    return {};
  };
  return api;
}
