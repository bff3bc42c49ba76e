/** What both entries share: claims the page for a site, once. */

import { claim, version } from './tag.js';

export { version };

const METHODS = ['consent', 'getSession', 'on', 'refresh', 'release', 'revert', 'swap'];

/** Answers the page's API. Where there is no page, or it is another site's, its promises resolve to nothing. */
export function begin({ site = '', edge, wasmUrl, ...options } = {}, wasm) {
  if (typeof document === 'undefined') return nothing(site);
  const origin = originOf(edge);
  if (!origin) console.info(`dni: edge must be your worker's address, such as https://calls.example.com; it is ${String(edge)}.`);
  const parts = { wasm, glue: () => import('./glue.js'), extras: () => import('./extras.js'), doctor: () => import('./doctor.js') };
  const api = origin && claim(site, origin, parts, options);
  if (origin && !api && !window.dni?.site) console.info(`dni: site must be 3 to 40 of a-z, 0-9 and -; it is "${site}".`);
  return api?.site ? api : nothing(site);
}

function originOf(edge) {
  try {
    return new URL(edge).origin;
  } catch {
    return undefined;
  }
}

function nothing(site) {
  const api = { site, version, push: ([name, ...args]) => api[name]?.(...args) };
  for (const name of METHODS) api[name] = async () => undefined;
  api.getSwapNumbers = async (numbers, callback) => {
    callback?.({});
    return {};
  };
  return api;
}
