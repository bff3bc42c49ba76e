/** The tools in browsers and wherever else there is no file system: `await init()` once, then call them. */

import initFrom, * as wasm from './bindings.js';

/** @type {Promise<void> | undefined} */
let loading;
let isLoaded = false;

export function init(source) {
  loading ??= load(source).catch((error) => {
    loading = undefined; // so that it can be tried again
    throw error;
  });
  return loading;
}

export function checkFlow(flow, site) {
  mustBeLoaded();
  return wasm.checkFlow(flow, site);
}

export function classify(visit) {
  mustBeLoaded();
  return wasm.classify(visit);
}

export function findNumbers(text, region) {
  mustBeLoaded();
  return wasm.findNumbers(text, region);
}

export function formatLike(number, example) {
  mustBeLoaded();
  return wasm.formatLike(number, example);
}

export function simulateFlow(flow, script, flows) {
  mustBeLoaded();
  return wasm.simulateFlow(flow, script, flows);
}

export function simulatePool(options) {
  mustBeLoaded();
  return wasm.simulatePool(options);
}

export function sizePool(options) {
  mustBeLoaded();
  return wasm.sizePool(options);
}

async function load(source = new URL('dni_tools.wasm', import.meta.url)) {
  const isAddress = typeof source === 'string' || source instanceof URL;
  await initFrom({ module_or_path: isAddress ? await download(source) : source });
  isLoaded = true;
}

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

function problem(code, sentence) {
  return Object.assign(new Error(sentence), { code });
}
