/** What the browser does for the session in the wasm: network, timer, listeners. `src/shell.rs` is the other side. */

import { hidden, intent, renew, renewed } from 'dni-bindgen';
import { pools, revert, show } from './page/index.js';

/** @import { PageView, Shell, Visitor } from './types.d.ts' */

/** Most leases one sign of life may speak for. */
const MAX_LEASES = 32;
/** How long a selection must rest before it is looked at, in milliseconds: while the pointer moves it changes all the time. */
const SELECTED_FOR = 500;

/** Longest answer that is read, in UTF-16 units: 32 numbers and 20 touches of 8 KB stay below. */
const MAX_REPLY = 262_144;

/**
 * Makes what the session acts through.
 *
 * @param {PageView} visit
 * @param {(reply: string) => void} hear takes the answers to requests for a lease
 * @returns {Shell}
 */
export function open({ edge, emit, post, request, site }, hear) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  return {
    revert,
    show,
    lease: (visitor) => post(`${edge}/v1/lease`, request(visitor, pools()), 2).then(hear),
    sign: (signal, session) => {
      const { visitor, numbers } = session ?? /** @type {Visitor} */ ({});
      const leases = [numbers].flat().map((one) => one?.lease).filter((lease) => typeof lease === 'string').slice(0, MAX_LEASES);
      if (!leases.length) return;
      const url = `${edge}/v1/beat`;
      const body = JSON.stringify({ site, visitor, leases, signal });
      if (signal === 'visible') post(url, body).then((text) => renewed(parsed(text)));
      // What tells of an end arrives even if the page is closed at this moment.
      else if (!navigator.sendBeacon(url, body)) fetch(url, { method: 'POST', body, keepalive: true }).catch(() => {});
    },
    wake: (seconds) => {
      clearTimeout(timer);
      timer = setTimeout(renew, seconds * 1000);
    },
    emit,
  };
}

/**
 * Parses an answer; undefined if there is none, or it is garbage.
 *
 * @param {string} text
 * @returns {any}
 */
export function parsed(text) {
  try {
    return text.length > MAX_REPLY ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tells the session what happens on the page. */
export function listen() {
  document.addEventListener('visibilitychange', () => (document.hidden ? hidden() : renew()));
  addEventListener('pagehide', hidden);
  // In the capture phase, so that a page that stops its events is heard too.
  document.addEventListener('click', (event) => {
    const link = /** @type {Element} */ (event.composedPath()[0]).closest?.('a,area');
    if (link) intent(link.getAttribute('href') ?? link.getAttribute('xlink:href') ?? '');
  }, true);
  const selected = () => intent(String(getSelection()));
  document.addEventListener('copy', selected, true);
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  document.addEventListener('selectionchange', () => {
    clearTimeout(timer);
    timer = setTimeout(selected, SELECTED_FOR);
  });
}
