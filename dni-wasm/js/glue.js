/**
 * What the script tag imports: brings its request, the wasm and the page together.
 *
 * `dni-bindgen` is the JavaScript that wasm-bindgen writes; the build puts it in place.
 */

import init, {
  agree, begin, deny, getSession, leased, refresh, release, revert, shown, swap,
} from 'dni-bindgen';
import { open as openPage, report } from './page/index.js';
import { listen, open, parsed } from './shell.js';

/** @import { Library, PageView, Visitor } from './types.d.ts' */

/** Most numbers and elements one call may name. */
const MAX_NAMED = 256;

/** @type {Promise<unknown> | undefined} */
let loaded;

/**
 * Starts the session and answers what `window.dni` can do, once the first numbers are shown or none can be had. Rejects if
 * the wasm cannot run here.
 *
 * @param {PageView} visit what the tag knows of this page view, and does for it
 * @param {Promise<BufferSource> | BufferSource} wasm the compiled library
 * @param {Promise<string>} [reply] what the edge answered to the tag's request for a lease
 * @returns {Promise<Library>}
 */
export async function start(visit, wasm, reply) {
  // Bytes, not the response itself: they run whatever type a proxy in between has made of the file.
  loaded ??= Promise.resolve(wasm).then((bytes) => init({ module_or_path: bytes }));
  await loaded;
  await markup();
  openPage(visit.options);
  const { storage } = visit;
  const hear = (/** @type {string} */ text) => heed(visit, text);
  begin(open(visit, hear), storage.key, visit.visitor, arrived(visit), visit.isKept, !!reply);
  listen();
  if (visit.isKept) storage.share(/** @type {Visitor} */ (getSession()));
  if (reply) hear(await reply);
  return {
    agree: () => agree(visit.visitor, arrived(visit), visit.isKept),
    deny, getSession, getSwapNumbers, refresh, release, report, revert, swap: swapBelow,
  };
}

/** Resolves when the page's markup is read, within the frame of `DOMContentLoaded`. */
function markup() {
  return new Promise((/** @type {(_?: unknown) => void} */ resolve) => {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', resolve);
    else resolve();
  });
}

/**
 * This page view, as it may be kept.
 *
 * @param {PageView} visit
 */
function arrived({ arrival: { at, url, referrer }, clean }) {
  return { at, url: clean(url), referrer: clean(referrer) };
}

/**
 * Takes in the answer to a request for a lease, and tells of it.
 *
 * @param {PageView} visit
 * @param {string} text
 */
function heed(visit, text) {
  const { emit, storage } = visit;
  const reply = parsed(text);
  leased(reply);
  visit.link = undefined;
  const session = getSession();
  if (visit.isKept) storage.share(/** @type {Visitor} */ (session));
  const { numbers, reason } = reply ?? {};
  const all = Array.isArray(numbers) ? numbers : [];
  if (reason === 'consent_required') {
    visit.asksFirst = true;
    visit.consent('denied');
  } else if (reason === 'pool_exhausted' || all.some((one) => one?.kind === 'overflow')) {
    emit('overflow', all);
  } else if (all.length) {
    emit('lease', all);
  } else if (reason !== 'no_swap') {
    emit('error', { code: reason ?? 'edge' });
  }
  if (session?.hosts?.some?.((host) => host !== location.host && !storage.isShared(host.split(':')[0]))) {
    visit.extras().then(({ links }) => links(visit, getSession), () => {});
  }
}

/**
 * Answers an object with the number to show for each target that has one, written as the target is.
 *
 * @param {string | string[]} targets
 */
function getSwapNumbers(targets) {
  /** @type {Record<string, string>} */
  const answer = {};
  for (const target of [targets].flat().slice(0, MAX_NAMED)) {
    const number = shown(String(target), '');
    if (number) answer[target] = number;
  }
  return answer;
}

/**
 * Swaps what is below a node, below whatever a selector names, or on the whole page.
 *
 * @param {Node | string} scope
 */
function swapBelow(scope = document.body) {
  const roots = typeof scope === 'string' ? [...document.querySelectorAll(scope)] : [scope];
  roots.slice(0, MAX_NAMED).forEach(swap);
}
