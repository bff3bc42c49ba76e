/** What the browser does for the session in the wasm: network, timer, listeners. `src/shell.rs` is the other side. */

import { hidden, intent, leased, renew, renewed } from 'dni-bindgen';

/** Most listeners of the site's own: one that adds another at each step would slow itself down. */
const MAX_LISTENERS = 100;

/** @type {[event: string, hear: (detail: unknown) => void][]} */
const listeners = [];
/** @type {Record<string, unknown>} what was last told of each event, for those who come to listen later */
const told = {};

/**
 * Makes what the session acts through.
 *
 * @param {string} edge
 * @param {(url: string, body: string) => Promise<string>} post
 */
export function open(edge, post) {
  let timer;
  return {
    lease: (request) => post(`${edge}/v1/lease`, request).then(leased),
    beat: (request) => post(`${edge}/v1/beat`, request).then(renewed),
    tell: (request) => navigator.sendBeacon(`${edge}/v1/beat`, request),
    wake: (seconds) => {
      clearTimeout(timer);
      timer = setTimeout(renew, seconds * 1000);
    },
    emit: (event, detail) => {
      told[event] = detail;
      for (const [name, hear] of listeners) if (name === event) queueMicrotask(() => hear(detail));
    },
  };
}

/** Tells the session what happens on the page. */
export function listen() {
  document.addEventListener('visibilitychange', () => (document.hidden ? hidden() : renew()));
  addEventListener('pagehide', hidden);
  // In the capture phase, so that a page that stops its events is heard too.
  document.addEventListener('click', ({ target }) => {
    const link = target.closest?.('a[href^="tel:"]');
    if (link) intent(link.getAttribute('href'));
  }, true);
  document.addEventListener('copy', () => intent(String(getSelection())), true);
}

/** Hears an event of the session; one that has been told already at once. */
export function on(event, hear) {
  if (typeof hear !== 'function') return;
  if (listeners.length < MAX_LISTENERS) listeners.push([event, hear]);
  if (event in told) queueMicrotask(() => hear(told[event]));
}
