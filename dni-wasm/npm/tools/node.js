/** The tools in Node: the WebAssembly is read from the file beside this one at the first call. */

import { readFileSync } from 'node:fs';
import initFrom, * as wasm from './bindings.js';

let isLoaded = false;

/** @type {typeof import('./index.d.ts').init} */
export async function init(source) {
  if (isLoaded || source === undefined) return load();
  await initFrom({ module_or_path: source });
  isLoaded = true;
  return undefined;
}

/** @type {typeof import('./index.d.ts').checkFlow} */
export function checkFlow(flow, site) {
  load();
  return wasm.checkFlow(flow, site);
}

/** @type {typeof import('./index.d.ts').checkSite} */
export function checkSite(site, deployment) {
  load();
  return wasm.checkSite(site, deployment);
}

/** @type {typeof import('./index.d.ts').classify} */
export function classify(visit) {
  load();
  return wasm.classify(visit);
}

/** @type {typeof import('./index.d.ts').findNumbers} */
export function findNumbers(text, region) {
  load();
  return wasm.findNumbers(text, region);
}

/** @type {typeof import('./index.d.ts').formatLike} */
export function formatLike(number, example) {
  load();
  return wasm.formatLike(number, example);
}

/** @type {typeof import('./index.d.ts').simulateFlow} */
export function simulateFlow(flow, script, flows) {
  load();
  return wasm.simulateFlow(flow, script, flows);
}

/** @type {typeof import('./index.d.ts').simulatePool} */
export function simulatePool(options) {
  load();
  return wasm.simulatePool(options);
}

/** @type {typeof import('./index.d.ts').sizePool} */
export function sizePool(options) {
  load();
  return wasm.sizePool(options);
}

function load() {
  if (isLoaded) return;
  wasm.initSync({ module: readFileSync(new URL('dni_tools.wasm', import.meta.url)) });
  isLoaded = true;
}
