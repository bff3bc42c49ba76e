/**
 * What every way to embed the library begins with: opens `window.dni`, waits until a number is wanted and may be had, and then
 * asks for a lease while glue and wasm are on their way. Whatever goes wrong is swallowed: the page then stays as it is.
 */

/* global DNI_VERSION: put in by the build */

import { openGate } from './has-number.js';
import { HAS_TOOL, WORDS } from './options.js';
import { newVisitor, openStorage } from './storage.js';

/** @import { Dni, Events, Library, PageView, Parts, State, TagOptions, Visitor } from './types.d.ts' */

/** How long an answer may take, tries included, in milliseconds: later, the visitor has read the number that stands there. */
const POST_TIMEOUT = 5_000;
/** How long the wasm may take, in milliseconds: it is then still useful for the next page. */
const WASM_TIMEOUT = 30_000;
/** How long to wait before the one other try, in milliseconds; up to twice as long, so that many do not ask in step. */
const BACK_OFF = 400;
/** Most calls that wait for the library, and most listeners: a page that calls in a loop must not fill the memory. */
const MAX_WAITING = 100;
/** Shortest time between two looks for a number, in milliseconds. */
const LOOK_GAP = 200;
/** A look for a number may take this part of the time: on a huge page they come seldom. */
const LOOK_SHARE = 0.02;

/** Hosts of whoever builds the site: a browser under remote control there is their own test. */
const WORKSHOP = /(^|\.)(localhost|test)$|^127\.|^\[::1\]$/;
/** @type {(keyof Dni & keyof Library)[]} */
const METHODS = ['getSession', 'refresh', 'release', 'report', 'revert', 'swap'];
/** The calls that ask for a number, whether one is on the page or not. */
const NUMBER_CALLS = ['getSwapNumbers', 'refresh', 'swap'];

/** What was said in the console. */
const told = new Set();

/** The library's version. */
export const version = DNI_VERSION;

/**
 * Opens `window.dni` for a site, unless the page has one. Answers the page's own, or nothing if that is another site's.
 *
 * @param {string | undefined} site the site's name
 * @param {string} edge origin of the edge
 * @param {Parts} parts where the parts are that are loaded later
 * @param {TagOptions} [options] the tag's `data-` attributes
 * @returns {Dni | undefined}
 */
export function claim(site = '', edge, parts, options = {}) {
  const present = /** @type {Dni | undefined} */ (window.dni);
  if (present?.site && present.site !== site) {
    say(`this page already tracks "${present.site}"; "${site}" is left out.`);
    return undefined;
  }
  if (!present?.site) {
    if (/^[a-z0-9-]{3,40}$/.test(site)) open(site, edge, parts, understood(options), Array.isArray(present) ? present : []);
    else say(`data-site="${site}" is no site's name.`);
    if (/[?&]dni_debug/.test(location.search)) parts.doctor().then((doctor) => doctor.open(edge)).catch(() => {});
  }
  return /** @type {Dni} */ (window.dni);
}

/**
 * The options in lower case, where they are words, and any other word replaced by the most careful one.
 *
 * @param {TagOptions} given
 */
function understood(given) {
  const options = { ...given };
  for (const [name, known, careful] of WORDS) {
    if (given[name] == null) continue;
    options[name] = String(given[name]).trim().toLowerCase();
    if (known.test(options[name])) continue;
    say(`data-${name}="${given[name]}" is taken as "${careful}".`);
    options[name] = careful;
  }
  return options;
}

/**
 * Says something in the console, once.
 *
 * @param {string} text
 */
function say(text) {
  if (!told.has(text)) console.info(`dni: ${text}`);
  told.add(text);
}

/**
 * Opens `window.dni`.
 *
 * @param {string} site
 * @param {string} edge
 * @param {Parts} parts
 * @param {TagOptions} options
 * @param {Parameters<Dni['push']>[0][]} queue the calls from before
 */
function open(site, edge, parts, options, queue) {
  const storage = openStorage(site, options.cookieDomain);
  const isTest = /[?&]dni_test=/.test(location.search);
  const wanted = String(options.targets ?? '').trim();
  // The edge reads it in any form; here it is enough to know which digits to look for, and if they are not plain, any number counts.
  const digits = wanted.replace(/\s\+|[;|\n]/g, ',').replace(/[^\d,]/g, '');
  const targets = /^,*(\d{7,15}(,+|$))+$/.test(digits) ? digits.match(/\d+/g) : undefined;
  const { url, link } = landing();
  const arrival = { at: Date.now(), url, referrer: document.referrer };
  const untracked = options.dnt && (navigator.doNotTrack === '1' || navigator.globalPrivacyControl);
  /** @type {Record<string, any>} what happened last of each event, for those who come to listen later */
  const latest = {};
  /** @type {[event: string, listener: (detail: any) => void][]} */
  const listeners = [];

  /** @type {PageView} */
  const visit = {
    site, edge, options, arrival, link, isTest, storage, consent, emit, post, request,
    asksFirst: untracked || !!options.consent,
    said: HAS_TOOL.test(/** @type {string} */ (options.consent)) ? undefined : storage.recall()?.consent,
    visitor: undefined,
    isKept: false,
    clean: String,
    extras: parts.extras,
  };
  const gate = openGate(visit, targets, (isLikely) => (isLikely ? load() : recheck()));
  let isRequested = options.lease === 'always';
  // Who only looks whether it works need not come near.
  let isNear = isTest;
  /** @type {Promise<() => void> | undefined} */
  let nearness;
  /** @type {[ReturnType<Parts['glue']>, ReturnType<Parts['wasm']>] | undefined} */
  let loaded;
  /** @type {MutationObserver | undefined} */
  let observer;
  let gap = LOOK_GAP;
  /** @type {(_?: unknown) => void} */
  let recheck = () => {};
  /** @type {Library} */
  let api;
  let waiting = 0;

  /** @type {Record<string, any> & {state: State | ''}} */
  const dni = {
    site,
    version,
    state: '',
    push: (/** @type {Parameters<Dni['push']>[0]} */ [name, ...args]) => dni[name]?.(...args),
    consent,
    getSwapNumbers: async (/** @type {string | string[]} */ numbers, /** @type {Parameters<Dni['getSwapNumbers']>[1]} */ callback) => {
      const answer = (await call('getSwapNumbers', [numbers])) ?? {};
      callback?.(answer);
      return answer;
    },
    on,
  };
  for (const name of METHODS) dni[name] = (/** @type {unknown[]} */ ...args) => call(name, args);
  window.dni = /** @type {any} */ (dni);
  if (options.compat === 'callrail') window.CallTrk ??= { swap: dni.swap, getSwapNumbers: dni.getSwapNumbers };
  if (isTest) say('test numbers are shown; nothing is kept, and no number is taken.');

  // The calls from before come first: one of them may be a refusal.
  queue.slice(0, MAX_WAITING).forEach((one) => dni.push(one));
  const ready = run();
  if (HAS_TOOL.test(/** @type {string} */ (options.consent))) visit.extras().then(({ signals }) => signals(visit, heed), () => {});

  async function run() {
    try {
      document.addEventListener('visibilitychange', () => recheck());
      addEventListener('storage', heedOtherTab);
      for (;;) {
        dni.state = obstacle();
        if (!dni.state) break;
        if (dni.state === 'number') observer ??= watch();
        await new Promise((resolve) => { recheck = resolve; });
      }
      observer?.disconnect();
      dni.state = 'loading';
      api = await start();
      dni.state = 'ready';
      if (obstacle() === 'consent') consent(/** @type {string} */ (visit.said));
      else emit('ready');
    } catch {
      dni.state = 'failed';
      emit('error', { code: 'library' });
    }
  }

  /**
   * Says what stands in the way of a number; nothing if nothing does.
   *
   * @returns {State | ''}
   */
  function obstacle() {
    if (!isTest) {
      if (!mayTrack()) return 'consent';
      if (navigator.webdriver && !WORKSHOP.test(location.hostname)) return 'robot';
      // A page that is rendered ahead is hidden too.
      if (document.hidden) return 'hidden';
    }
    if (isRequested || (!isTest && isLive(storage.recall()))) return '';
    const start = performance.now();
    if (!gate.isOpen()) {
      gap = Math.max(LOOK_GAP, (performance.now() - start) / LOOK_SHARE);
      return 'number';
    }
    remember();
    // Kept nowhere, each page view is another visitor: they take a number only if they reach for it.
    const how = /** @type {'touched' | 'visible'} */ (visit.isKept ? options.lease : 'touched');
    if (isNear || !/^(touched|visible)$/.test(how)) return '';
    nearness ??= visit.extras().then((more) => more[how](gate.reads, () => { isNear = true; recheck(); }));
    nearness.then((look) => look(), () => {});
    return 'number';
  }

  function mayTrack() {
    return visit.said === 'granted' || (visit.said !== 'denied' && !visit.asksFirst);
  }

  /** Looks again when the page has changed, or is read to its end. */
  function watch() {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    // Frames are read by then too.
    for (const name of ['DOMContentLoaded', 'load']) addEventListener(name, () => recheck());
    const observer = new MutationObserver(() => {
      if (!timer) timer = setTimeout(() => { timer = undefined; recheck(); }, gap);
    });
    observer.observe(document, { childList: true, subtree: true, characterData: true });
    return observer;
  }

  /** Recalls the visitor, or makes a new one, and keeps them. */
  function remember() {
    visit.visitor = (!isTest && storage.recall()) || newVisitor();
    if (visit.said) visit.visitor.consent = /** @type {Visitor['consent']} */ (visit.said);
    visit.isKept = !isTest && storage.keep(visit.visitor);
  }

  /** Asks for lease, wasm and glue side by side, and brings them together. */
  async function start() {
    remember();
    const isAsked = isTest || link || !isLive(visit.visitor);
    const reply = isAsked ? post(`${edge}/v1/lease`, request(/** @type {Visitor} */ (visit.visitor)), 2) : undefined;
    const [glue, wasm] = load();
    return (await glue).start(visit, wasm, reply);
  }

  /** Loads glue and wasm, once. */
  function load() {
    if (!loaded) {
      loaded = [parts.glue(), parts.wasm()];
      // Nobody waits for one if the other cannot be had, or no number comes.
      loaded.forEach((part) => part.catch(() => undefined));
    }
    return loaded;
  }

  /**
   * Writes a request for a lease; `pools` are those that the markup names.
   *
   * @param {Visitor} visitor
   * @param {string[]} [pools]
   */
  function request({ visitor, history }, pools) {
    const [url, referrer, page] = [arrival.url, arrival.referrer, location.href].map((one) => visit.clean(one));
    return JSON.stringify({
      site, visitor, now: Date.now(), arrival: { at: arrival.at, url, referrer }, history, page: page === url ? undefined : page,
      consent: visit.said, targets: wanted ? [wanted] : undefined, pools, link: visit.link, test: isTest || undefined,
    });
  }

  /**
   * Takes in what the visitor said to being tracked: `granted`, `denied` or `unknown`.
   *
   * @param {string} said
   */
  async function consent(said) {
    if (isTest || !/^(granted|denied|unknown)$/.test(said)) return;
    const might = mayTrack();
    visit.said = said;
    if (!mayTrack()) {
      api?.deny();
      if (api) dni.state = 'consent';
      if (api || said === 'denied') storage.forget(!visit.asksFirst);
    } else if (!might) {
      // What was kept without a yes, or against a no, does not count.
      if (!HAS_TOOL.test(/** @type {string} */ (options.consent))) storage.forget();
      recheck();
      if (api) {
        remember();
        dni.state = 'ready';
        api.agree();
      }
    } else if (api && visit.isKept) {
      storage.keep({ ...api.getSession(), consent: /** @type {Visitor['consent']} */ (said) });
    }
  }

  /**
   * What was said in one tab holds in all.
   *
   * @param {StorageEvent} event
   */
  function heedOtherTab({ key }) {
    if (key !== storage.key || !mayTrack()) return;
    const elsewhere = storage.recall()?.consent;
    if (elsewhere === 'denied' || (visit.asksFirst && elsewhere !== 'granted')) consent('denied');
  }

  /**
   * Takes in what a consent tool says; `clean` cuts out of an address what it forbids to keep.
   *
   * @param {string} said
   * @param {(address: string) => string} [clean]
   */
  function heed(said, clean = String) {
    const isRicher = visit.clean !== String && clean === String;
    visit.clean = clean;
    consent(said);
    if (api && isRicher) parts.extras().then((more) => more.arriveAgain(visit, api), () => {});
  }

  /**
   * Calls the library, if it is there or on its way.
   *
   * @param {string} name
   * @param {unknown[]} args
   */
  async function call(name, args) {
    if (NUMBER_CALLS.includes(name)) {
      isRequested = true;
      recheck();
    }
    const mayWait = waiting < MAX_WAITING;
    waiting += 1;
    await (mayWait && gate.asked);
    if (mayWait && (dni.state === 'loading' || (isRequested && dni.state === 'hidden'))) await ready;
    waiting -= 1;
    try {
      return dni.state === 'ready' ? /** @type {Record<string, any>} */ (api)[name](...args) : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Tells the site's listeners, after our own work is done, and its data layer, which gets nothing about the visitor.
   *
   * @param {string} event
   * @param {any} [detail]
   */
  function emit(event, detail) {
    const facts = detail && (detail.code ? { dni_code: detail.code } : { dni_numbers: detail.length });
    const isRepeated = event === 'swap' && event in latest;
    latest[event] = detail;
    if (event === 'release') delete latest.swap;
    for (const [name, hear] of listeners) if (name === event) queueMicrotask(() => hear(detail));
    if (!isRepeated) queueMicrotask(() => window.dataLayer?.push?.({ event: `dni.${event}`, dni_site: site, ...facts }));
  }

  /**
   * Hears an event of the session; one that has been told already at once.
   *
   * @param {string} event
   * @param {(detail: any) => void} hear
   */
  function on(event, hear) {
    if (typeof hear !== 'function') return;
    if (listeners.length < MAX_WAITING) listeners.push([event, hear]);
    if (event in latest) queueMicrotask(() => hear(latest[event]));
  }

  /**
   * Sends a request; resolves to the text of the answer, or to an empty one if there is no good answer in time.
   *
   * @param {string} url
   * @param {string} [body] without one, the request is a GET
   */
  async function post(url, body, tries = 1) {
    // Safari before 16 waits as long as it likes.
    const signal = AbortSignal.timeout?.(POST_TIMEOUT);
    while (tries--) {
      try {
        const response = await fetch(url, { method: body && 'POST', body, credentials: 'omit', signal });
        if (response.ok) return await response.text();
        if (response.status < 500) {
          tries = 0;
          say((await response.json()).error.message);
        }
      } catch {
        // No network, or too late.
      }
      if (tries) await new Promise((resolve) => { setTimeout(resolve, BACK_OFF * (1 + Math.random())); });
    }
    return '';
  }
}

/**
 * Downloads the wasm; rejects if it is not there in time.
 *
 * @param {string | URL} url
 */
export async function download(url) {
  const response = await fetch(url, { credentials: 'omit', signal: AbortSignal.timeout?.(WASM_TIMEOUT) });
  if (!response.ok) throw response.status;
  return response.arrayBuffer();
}

/**
 * Says whether a visitor's numbers may be shown without asking.
 *
 * @param {Visitor | undefined} visitor
 */
function isLive(visitor) {
  return !!visitor?.numbers?.length && /** @type {number} */ (visitor.expires_at) > Date.now();
}

/**
 * The address that the visitor landed on, whatever scripts before this one have made of it, and what another of the site's
 * domains says about them, which is taken out before anybody copies it.
 */
function landing() {
  /** @type {string | undefined} */
  let link;
  const without = (/** @type {string} */ address) => address.replace(/([?&])dni_link=([\w.-]+)(&?)/, (_, before, found, after) => {
    link = found;
    return after && before;
  });
  const { href } = location;
  const page = without(href);
  try {
    if (link) history.replaceState(history.state, '', page);
  } catch {
    // The address stays; the link is still good.
  }
  // Browsers tell where the document came from, some without what stands behind the #.
  const from = performance.getEntriesByType?.('navigation')[0]?.name;
  const isOther = from?.startsWith(location.origin) && from !== href && from !== href.split('#')[0];
  const url = isOther ? without(from) : page;
  return { url, link };
}
