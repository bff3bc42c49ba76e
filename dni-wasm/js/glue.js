/**
 * What the script tag imports: brings its request, the wasm and the page together.
 *
 * `dni-bindgen` is the JavaScript that wasm-bindgen writes; the build puts it in place.
 */

import init, {
  begin, consent, getSession, leased, numberFor, refresh, release, revert, swap,
} from 'dni-bindgen';
import { listen, on, open } from './shell.js';

/** Most numbers and elements one call may name. */
const MAX_NAMED = 256;

/** @type {Promise<unknown> | undefined} */
let loaded;

/**
 * Starts the session and answers what `window.dni` can do, once the first numbers are shown or none can be had. Rejects if
 * the wasm cannot run here.
 *
 * @param {object} visit
 * @param {string} visit.site the site's name
 * @param {string} visit.visitor the visitor's id, 32 hexadecimal digits
 * @param {{at: number, url: string, referrer: string}} visit.arrival this page view
 * @param {string} visit.edge origin of the edge
 * @param {(url: string, body: string) => Promise<string>} visit.post sends a request; resolves to '' for whatever fails
 * @param {Promise<string>} [visit.reply] what the edge answered to the tag's request for a lease
 * @param {Promise<ArrayBuffer>} visit.wasm the compiled library
 */
export async function start({ site, visitor, arrival, edge, post, reply, wasm }) {
  // Bytes, not the response itself: they run whatever type a proxy in between has made of the file.
  loaded ??= wasm.then((bytes) => init({ module_or_path: bytes }));
  await loaded;
  await markup();
  begin(open(edge, post), site, visitor, arrival, !!reply);
  listen();
  if (reply) leased(await reply);
  return { consent, getSession, getSwapNumbers, on, refresh, release, revert, swap: swapBelow };
}

/** Resolves when the page's markup is read, within the frame of `DOMContentLoaded`. */
function markup() {
  return new Promise((resolve) => {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', resolve);
    else resolve();
  });
}

/** Answers an object with the number to show for each target that has one, written as the target is. */
function getSwapNumbers(targets) {
  const answer = {};
  for (const target of [targets].flat().slice(0, MAX_NAMED)) {
    const number = numberFor(String(target));
    if (number) answer[target] = number;
  }
  return answer;
}

/** Swaps what is below a node, below whatever a selector names, or on the whole page. */
function swapBelow(scope = document.body) {
  const roots = typeof scope === 'string' ? [...document.querySelectorAll(scope)] : [scope];
  roots.slice(0, MAX_NAMED).forEach(swap);
}
