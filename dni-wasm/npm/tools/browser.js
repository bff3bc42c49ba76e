/** The tools in browsers and wherever else there is no file system: `await init()` once, then call them. */

import initFrom, * as wasm from './bindings.js';

/** @type {Promise<void> | undefined} */
let loading;
let isLoaded = false;

/** @type {typeof import('./index.d.ts').init} */
export function init(source) {
  loading ??= load(source).catch((error) => {
    loading = undefined; // so that it can be tried again
    throw error;
  });
  return loading;
}

/** @type {typeof import('./index.d.ts').checkFlow} */
export function checkFlow(flow, site) {
  mustBeLoaded();
  return wasm.checkFlow(flow, site);
}

/** @type {typeof import('./index.d.ts').checkSite} */
export function checkSite(site, deployment) {
  mustBeLoaded();
  return wasm.checkSite(site, deployment);
}

/** @type {typeof import('./index.d.ts').classify} */
export function classify(visit) {
  mustBeLoaded();
  return wasm.classify(visit);
}

/** @type {typeof import('./index.d.ts').findNumbers} */
export function findNumbers(text, region) {
  mustBeLoaded();
  return wasm.findNumbers(text, region);
}

/** @type {typeof import('./index.d.ts').formatLike} */
export function formatLike(number, example) {
  mustBeLoaded();
  return wasm.formatLike(number, example);
}

/** @type {typeof import('./index.d.ts').simulateFlow} */
export function simulateFlow(flow, script, flows) {
  mustBeLoaded();
  return wasm.simulateFlow(flow, script, flows);
}

/** @type {typeof import('./index.d.ts').simulatePool} */
export function simulatePool(options) {
  mustBeLoaded();
  return wasm.simulatePool(options);
}

/** @type {typeof import('./index.d.ts').sizePool} */
export function sizePool(options) {
  mustBeLoaded();
  return wasm.sizePool(options);
}

/** @param {Parameters<typeof import('./index.d.ts').init>[0]} source */
async function load(source = new URL('dni_tools.wasm', import.meta.url)) {
  const isAddress = typeof source === 'string' || source instanceof URL;
  await initFrom({ module_or_path: isAddress ? await download(source) : source });
  isLoaded = true;
}

/** @param {string | URL} address */
async function download(address) {
  const response = await fetch(address);
  if (!response.ok) {
    throw problem('wasm_not_found', `The tools' WebAssembly cannot be loaded: ${address} is answered with ${response.status}.`);
  }
  return response;
}

function mustBeLoaded() {
  if (!isLoaded) {
    throw problem('not_initialised', 'The tools of dni-wasm are not ready: `await init()` once before the first call.');
  }
}

/**
 * @param {string} code
 * @param {string} sentence
 */
function problem(code, sentence) {
  return Object.assign(new Error(sentence), { code });
}
