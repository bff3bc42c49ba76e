/**
 * Examines a page: every phone number on it, swapped or why not, the visitor, the source of their number, and how long it took.
 *
 * It reads the page and asks `window.dni`; it writes nothing. The overlay and the command line show what it finds.
 */

import { HAS_TOOL, optionsOf, WORDS } from '../options.js';
import { addressOf, decoded, digitsOf, find, numeralsIn } from './places.js';
import { NUMBER_REASONS, PAGE_REASONS } from './reasons.js';
import { vendors } from './vendors.js';

/** @import { Assigned, Dni, Finding, Judged, Place, Report, ReportedVisitor, Seen, Visitor } from '../types.d.ts' */
/** @typedef {Assigned} Shown a number of the visitor's; `pool` if the markup names one */
/** @typedef {Partial<Visitor>} Session */

/**
 * What is known of a page when it is judged.
 *
 * @typedef {object} Page
 * @property {(Dni & {state?: string, report?: () => Promise<object | undefined>}) | undefined} dni
 * @property {string | undefined} edge
 * @property {Record<string, any>} events what the library said: errors and overflows
 * @property {Seen} seen
 * @property {Session | undefined} session
 * @property {HTMLScriptElement[]} tags
 */
/** @typedef {{flips: Map<Node, number>, writtenBack: Map<Node, string>}} Watched how often a node changed its number, and the text with the page's own */
/** @typedef {Page & Watched & {assigned: Shown[], isMeant: boolean}} Judging `isMeant`: the site wants no number shown */
/** @typedef {(code: string, detail?: string) => void} Add */

/** @typedef {{url: string, numbers: string[]}} Foreign a frame of another site */

/** What the command line collects from before the page's own scripts, under this name on `window`. */
const SEEN = Symbol.for('dni.doctor');
/** How long the library may take to be ready, in milliseconds: longer than its own requests. */
const READY_WITHIN = 8_000;
/** How long the page is watched for scripts that write numbers back, in milliseconds. */
const WATCH_FOR = 700;
/** How long the worker may take to answer, in milliseconds. */
const EDGE_WITHIN = 5_000;
/** How long a consent tool may take to say what it knows, in milliseconds: the part of the library that hears it comes late. */
const TOOL_WITHIN = 2_000;
/** How often to look whether it has, in milliseconds. */
const LOOK_GAP = 50;
/** Most numbers the library is asked about in one call. */
const MAX_ASKED = 250;
/** How the library's own files are named. */
const OWN_FILES = { tag: /\/dni(\.inline|-[0-9a-f]{12})?\.js(\?|$)/, glue: /\/dni-[0-9a-f]{12}\.js|\/glue[^/]*\.js/, wasm: /\/dni[^/]*\.wasm/, lease: /\/v1\/lease$/ };
/** A site's name, as the edge knows it. */
const SITE_NAME = /^[a-z0-9-]{3,40}$/;
/** The digits of a country's own form may leave out so many of the international ones. */
const MAX_COUNTRY_DIGITS = 3;
/** @type {Record<string, string>} what the edge's reasons are called here */
const CODES = { bot: 'robot', consent_required: 'consent', no_target: 'no_target_of_site', edge: 'edge_unreachable', library: 'library_failed' };
/** Fewest digits that two numbers must share to be one. */
const MIN_SHARED = 7;

/**
 * @param {string} [edge] origin of the worker
 * @param {Foreign[]} [foreign] what was found in frames that this page cannot look into
 * @returns {Promise<Report>}
 */
export async function examine(edge, foreign = []) {
  const seen = /** @type {Seen} */ (window[SEEN] ?? {});
  const tags = [.../** @type {NodeListOf<HTMLScriptElement>} */ (document.querySelectorAll('script[src]'))].filter((script) => OWN_FILES.tag.test(script.src));
  edge ??= edgeOf(tags);
  const dni = /** @type {Page['dni']} */ (/** @type {Dni | undefined} */ (window.dni)?.site ? window.dni : undefined);
  /** @type {Page['events']} */
  const events = {};
  for (const event of /** @type {const} */ (['error', 'overflow'])) dni?.on(event, (detail) => { events[event] = detail; });
  if (tags.some((tag) => HAS_TOOL.test((optionsOf(tag).consent ?? '').trim().toLowerCase()))) await toolHeard(dni);
  const session = /** @type {Session | undefined} */ (dni && await within(READY_WITHIN, dni.getSession()));
  /** @type {Page} */
  const page = { dni, edge, events, seen, session, tags };

  const assigned = numbersOf(session);
  const { flips, writtenBack } = await watch(assigned);
  const isSiteNumber = (/** @type {string} */ digits) => assigned.some(({ target, number }) => isSame(digits, target) || isSame(digits, number));
  const found = find(isSiteNumber, seen.closedRoots);
  const isOff = await areOff(dni, assigned);
  const findings = await pageFindings({ ...page, isOff }, found);
  const isMeant = findings.some(({ code }) => code === 'no_swap');
  const numbers = await judge(found.places, { ...page, flips, writtenBack, isMeant, assigned: isOff ? [] : assigned });
  numbers.push(...foreignNumbers(foreign, assigned));
  if (assigned.length && !isOff && !numbers.some((one) => one.code !== 'no_target')) findings.push({ code: 'no_target_of_site', ...PAGE_REASONS.no_target_of_site });

  return {
    url: location.href,
    library: dni ? { site: dni.site, version: dni.version, state: dni.state ?? (session ? 'ready' : 'failed'), edge } : null,
    is_swapped: isSwapped(numbers, findings),
    findings,
    numbers,
    visitor: visitorOf(session),
    source: sourceOf(session),
    timing: timing(),
  };
}

/**
 * Waits until a consent tool has said yes, or has had its time.
 *
 * @param {Page['dni']} dni
 */
async function toolHeard(dni) {
  const end = performance.now() + TOOL_WITHIN;
  while (dni?.state === 'consent' && performance.now() < end) await sleep(LOOK_GAP);
}

/**
 * Answers where the worker is: the tag says it, or what was asked of it, where the library is part of the page's own scripts.
 *
 * @param {HTMLScriptElement[]} tags
 */
function edgeOf(tags) {
  const asked = performance.getEntriesByType('resource').find(({ name }) => OWN_FILES.lease.test(name));
  const address = (tags[0] && optionsOf(tags[0]).edge) ?? tags[0]?.src ?? asked?.name;
  return address && URL.canParse(address) ? new URL(address).origin : undefined;
}

/** Answers the numbers of a page that cannot be examined from outside: a frame of another site. */
export function numbersHere() {
  return find(() => false).places.map(({ text }) => text);
}

/**
 * @param {Judged[]} numbers
 * @param {Finding[]} findings
 */
function isSwapped(numbers, findings) {
  const isFine = (/** @type {Judged | Finding} */ one) => one.kind !== 'problem';
  return numbers.some((one) => one.code === 'swapped' || one.code === 'late') && numbers.every(isFine) && findings.every(isFine);
}

/**
 * @param {Session | undefined} session
 * @returns {Shown[]}
 */
function numbersOf(session) {
  const numbers = Array.isArray(session?.numbers) ? session.numbers : [];
  return numbers.filter((one) => typeof one?.target === 'string' && typeof one?.number === 'string');
}

/**
 * Says whether the visitor has numbers that the page has taken off: the library then has none for any target.
 *
 * @param {Page['dni']} dni
 * @param {Shown[]} assigned
 */
async function areOff(dni, assigned) {
  const targets = assigned.filter(({ pool }) => !pool).map(({ target }) => target);
  if (!targets.length) return false;
  const shown = await within(READY_WITHIN, /** @type {Dni} */ (dni).getSwapNumbers(targets));
  return !!shown && !Object.keys(shown).length;
}

/**
 * What stands in the way of the whole page.
 *
 * @param {Page & {isOff: boolean}} page
 * @param {ReturnType<typeof find>} found
 */
async function pageFindings(page, found) {
  /** @type {Finding[]} */
  const findings = [];
  /** @type {Add} */
  const add = (code, detail) => findings.push({ code, ...PAGE_REASONS[code], ...(detail && { detail }) });
  const { dni, events, isOff, session, tags } = page;
  const assigned = numbersOf(session);

  if (!dni) missing(page, add);
  else if (isOff) add('reverted');
  else if (!assigned.length || !session) (await obstacles(page)).forEach(([code, detail]) => add(code, detail));
  if (assigned.some((one) => one.kind === 'overflow') || (events.overflow && assigned.length)) add('overflow');
  const sites = new Set(tags.map((tag) => optionsOf(tag).site));
  if (sites.size > 1) add('second_site', [...sites].join(', '));
  else if (tags.length > 1) add('duplicate_tag', `${tags.length} times`);
  if (tags.some((tag) => tag.type === 'module')) add('module');
  tags.flatMap(unknownOptions).forEach((option) => add('unknown_option', option));
  vendors().forEach((name) => add('vendor', name));
  new Set(found.frames).forEach((address) => add('cross_origin_frame', address));
  new Set(found.closed).forEach((name) => add('closed_shadow_root', `<${name}>`));
  if (/[?&]dni_test=/.test(location.search)) add('test_numbers');
  return findings;
}

/**
 * The options of a tag that are none of the words known there.
 *
 * @param {HTMLScriptElement} tag
 */
function unknownOptions(tag) {
  const options = optionsOf(tag);
  return WORDS.filter(([name, known]) => options[name] !== undefined && !known.test(options[name].trim().toLowerCase()))
    .map(([name]) => `data-${name}="${options[name]}"`);
}

/**
 * Says why there is no `window.dni`.
 *
 * @param {Page} page
 * @param {Add} add
 */
function missing({ seen, tags }, add) {
  if (!tags.length) add('no_tag');
  else if (violates(seen, 'script-src', tags[0].src)) add('csp_script', tags[0].src);
  else if (tags.every((tag) => !SITE_NAME.test(optionsOf(tag).site ?? ''))) add('no_site');
  else add('tag_blocked', tags[0].src);
}

/**
 * Says why the visitor has no number.
 *
 * @param {Page} page
 * @returns {Promise<[code: string, detail?: string][]>}
 */
async function obstacles({ dni, edge, events, seen, session }) {
  const { site, state } = /** @type {NonNullable<Page['dni']>} */ (dni);
  if (state === 'consent' || session?.consent === 'denied') return [['consent']];
  if (state === 'robot' || state === 'hidden') return [[state]];
  if (state === 'number') return [[stores() ? 'waiting' : 'storage']];
  if (document.hidden) return [['hidden']];
  const policy = forbidden(seen);
  if (policy) return [[policy]];
  if (!stores()) return [['storage']];
  const { answer, detail, problem } = await askEdge(edge, site, session);
  if (problem) return [[problem, detail]];
  if (!session) return [['library_failed']];
  const reason = answer?.reason ?? events.error?.code;
  const code = CODES[reason] ?? reason;
  if (code in PAGE_REASONS) return [[code]];
  return [answer?.numbers?.length ? ['reverted'] : ['unavailable', reason]];
}

/**
 * Asks the worker what the library asked it: the same visitor gets the same answer, however often.
 *
 * @param {string | undefined} edge
 * @param {string} site
 * @param {Session | undefined} session
 * @returns {Promise<{answer?: {reason?: string, numbers?: Shown[]}, problem?: string, detail?: string}>} `detail` in the worker's words
 */
async function askEdge(edge, site, session) {
  let isForbidden = false;
  const hear = (/** @type {SecurityPolicyViolationEvent} */ event) => { isForbidden ||= event.effectiveDirective === 'connect-src'; };
  document.addEventListener('securitypolicyviolation', hear);
  try {
    const now = Date.now();
    const arrival = session?.history?.touches?.at?.(-1) ?? { at: now, url: location.href, referrer: document.referrer };
    const { consent, history, visitor } = session ?? /** @type {Session} */ ({});
    const options = visitor
      ? { method: 'POST', body: JSON.stringify({ site, visitor, now, arrival, history, consent }) }
      : { method: 'GET' };
    const signal = AbortSignal.timeout?.(EDGE_WITHIN);
    const response = await fetch(`${edge}${visitor ? '/v1/lease' : '/dni.js'}`, { credentials: 'omit', signal, ...options });
    if (!response.ok) {
      const { error } = await response.json().catch(() => ({}));
      return { problem: response.status < 500 ? 'edge_refused' : 'edge_unreachable', detail: error?.message };
    }
    return { answer: visitor ? await response.json() : undefined };
  } catch {
    // The browser tells of the policy a moment after the request has failed.
    await sleep(50);
    return { problem: isForbidden ? 'csp_connect' : 'edge_unreachable' };
  } finally {
    document.removeEventListener('securitypolicyviolation', hear);
  }
}

/**
 * Says what the page's policy forbids the library.
 *
 * @param {Seen} seen
 */
function forbidden(seen) {
  try {
    // The shortest module there is.
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return 'csp_wasm';
  }
  if (violates(seen, 'connect-src', '')) return 'csp_connect';
  return violates(seen, 'script-src', '/dni-') ? 'csp_script' : undefined;
}

/**
 * @param {Seen} seen
 * @param {string} directive
 * @param {string} address
 */
function violates({ violations = [] }, directive, address) {
  return violations.some((one) => one.directive.startsWith(directive) && one.blocked.includes(address));
}

function stores() {
  try {
    localStorage.setItem('dni:doctor', '1');
    localStorage.removeItem('dni:doctor');
    return true;
  } catch {
    return false;
  }
}

/**
 * Watches the page for a while; answers the nodes that show a target, then a number, and back.
 *
 * @param {Shown[]} assigned
 * @returns {Promise<Watched>}
 */
function watch(assigned) {
  /** @type {NonNullable<Seen['flips']>} */
  const flips = new Map(/** @type {Seen | undefined} */ (window[SEEN])?.flips);
  /** @type {Watched['writtenBack']} */
  const writtenBack = new Map();
  const showsAssigned = (/** @type {string} */ text) => assigned.some(({ target, number }) => [target, number].some((one) => isSameIn(text, one)));
  const observer = new MutationObserver((records) => {
    for (const { target, oldValue, type } of records) {
      if (type === 'childList' || !oldValue || !showsAssigned(oldValue)) continue;
      flips.set(target, (flips.get(target) ?? 0) + 1);
      if (assigned.some((one) => isSameIn(oldValue, one.target))) writtenBack.set(target, oldValue);
    }
  });
  observer.observe(document, {
    subtree: true, characterData: true, characterDataOldValue: true, attributes: true, attributeOldValue: true, attributeFilter: ['href'],
  });
  return sleep(assigned.length ? WATCH_FOR : 0).then(() => {
    observer.disconnect();
    return { flips, writtenBack };
  });
}

/**
 * Says of each number whether it is swapped, or why not.
 *
 * @param {Place[]} places
 * @param {Judging} page
 */
async function judge(places, page) {
  const { dni, assigned } = page;
  const texts = [...new Set(places.map((place) => place.text))].slice(0, MAX_ASKED);
  const read = (dni && assigned.length && await within(READY_WITHIN, dni.getSwapNumbers(texts))) || {};
  const served = await source();
  // A second look: what came late is swapped by now, and what is written back is not.
  const again = places.filter((place) => reason(place, page, read, served) === 'not_swapped' && place.element);
  for (const { element } of again) await /** @type {Dni} */ (dni).swap(/** @type {Element} */ (element));
  await sleep(again.length ? 100 : 0);
  const { given_up: givenUp = [] } = /** @type {{given_up?: Element[]}} */ ((again.length && dni?.report && await within(READY_WITHIN, dni.report())) || {});
  return places.map((place) => {
    let code = reason(place, page, read, served);
    if (again.includes(place)) {
      const element = /** @type {Element} */ (place.element);
      const now = place.node?.nodeValue ?? addressOf(element) ?? '';
      if (assigned.some(({ number }) => isSameIn(decoded(now), number))) code = 'late';
      else if (givenUp.includes(element)) code = 'contended';
      else if (place.where === 'link') code = 'link';
    }
    return entry(code === 'contended' ? { ...place, text: ownText(place, page) } : place, code);
  });
}

/**
 * The page's own number at a place where another script writes it back: at the moment ours may stand there.
 *
 * @param {Place} place
 * @param {Judging} page
 */
function ownText({ digits, element, node, text }, { assigned, writtenBack }) {
  const shown = assigned.find((one) => isSame(digits, one.number));
  const before = writtenBack.get(/** @type {Node} */ (node ?? element));
  const own = shown && before && numeralsIn(decoded(before), (other) => isSame(other, shown.target), !node).find((one) => isSame(one.digits, shown.target));
  return own ? own.text : text;
}

/**
 * Finds the first reason that holds.
 *
 * @param {Place} place
 * @param {Judging} page
 * @param {Record<string, string>} read
 * @param {string} served
 */
function reason({ digits, element, inside, node, text, where }, { flips, isMeant, assigned }, read, served) {
  const flipped = (/** @type {Node | null | undefined} */ one) => (flips.get(/** @type {Node} */ (one)) ?? 0) >= 3;
  const asTarget = assigned.find((one) => isSame(digits, one.target));
  const asNumber = assigned.find((one) => isSame(digits, one.number));
  if (flipped(node ?? element) || (where === 'link' && flipped(element))) return 'contended';
  if (asNumber && !asTarget) return served && isSameIn(served, asNumber.number) ? 'already_tracking' : 'swapped';
  if (!assigned.length) return !inText(where) ? where : isMeant ? 'no_swap' : 'no_number';
  if (!asTarget) return 'no_target';
  if (asTarget.number === asTarget.target || assigned.some((one) => one.number === asTarget.target)) return 'already_tracking';
  if (inside) return inside;
  if (element?.closest('[data-dni-noswap],[data-calltrk-noswap]')) return 'noswap';
  if (!inText(where)) return where;
  if (read[text]) return 'not_swapped';
  return where === 'link' ? 'link' : 'format';
}

/** @param {string} where */
function inText(where) {
  return where === 'text' || where === 'link';
}

/**
 * @param {Foreign[]} foreign
 * @param {Shown[]} assigned
 */
function foreignNumbers(foreign, assigned) {
  return foreign.flatMap(({ url, numbers }) => numbers.map((text) => {
    const isTarget = assigned.some((one) => isSame(digitsOf(text), one.target));
    return { ...entry({ text, where: 'frame' }, isTarget ? 'cross_origin_frame' : 'no_target'), at: url };
  }));
}

/**
 * @param {Omit<Place, 'digits'>} place
 * @param {string} code
 * @returns {Judged}
 */
function entry({ element, inside, text, where }, code) {
  const { kind, repair, why } = NUMBER_REASONS[code] ?? NUMBER_REASONS.not_swapped;
  const one = { text, where, code, kind, why, ...(repair && kind !== 'fine' && { repair }), at: pathOf(element), ...(inside && { inside }) };
  // For the overlay, which points at it; not for JSON.
  Object.defineProperty(one, 'element', { value: element });
  return one;
}

/**
 * Where an element stands, short enough to read.
 *
 * @param {Element | null | undefined} element
 */
function pathOf(element) {
  /** @type {string[]} */
  const path = [];
  for (let at = element; at && path.length < 4; at = at.parentElement ?? /** @type {ShadowRoot} */ (at.getRootNode()).host) {
    path.unshift(at.localName + (at.id ? `#${at.id}` : ''));
    if (at.id) break;
  }
  return path.join(' > ');
}

/** The page as its server sent it, to tell what stood there from the beginning; nothing if it cannot be had. */
async function source() {
  try {
    const response = await fetch(location.href, { cache: 'force-cache', signal: AbortSignal.timeout?.(EDGE_WITHIN) });
    return await response.text();
  } catch {
    return '';
  }
}

/**
 * Says whether digits are a number, in the country's own form too.
 *
 * @param {string} digits
 * @param {string} number
 */
function isSame(digits, number) {
  const all = digitsOf(number);
  if (digits === all) return true;
  const own = digits.replace(/^0+/, '');
  return own.length >= MIN_SHARED && all.endsWith(own) && all.length - own.length <= MAX_COUNTRY_DIGITS;
}

/**
 * @param {string} text
 * @param {string} number
 */
function isSameIn(text, number) {
  const own = digitsOf(number).slice(-MIN_SHARED);
  return text.length < 2_000 ? digitsOf(text).includes(own) : new RegExp([...own].join('\\D{0,3}')).test(text);
}

/**
 * @param {Session | undefined} session
 * @returns {ReportedVisitor | null}
 */
function visitorOf(session) {
  if (!session?.visitor) return null;
  const { consent = 'unknown', expires_at, history, visitor } = session;
  return { id: visitor, consent, lease_ends: iso(expires_at), arrivals: (history?.touches ?? []).map(({ at, referrer, url }) => ({ at: iso(at), url, referrer })) };
}

/**
 * What chose the visitor's numbers.
 *
 * @param {Session | undefined} session
 */
function sourceOf(session) {
  return numbersOf(session).map(({ kind = 'leased', lease, number, target }) => ({
    target, number, kind, rule: session?.choices?.find((one) => one.target === target)?.rule ?? null, lease: lease ?? null,
  }));
}

/** @param {number | undefined} at */
function iso(at) {
  return Number.isFinite(at) ? new Date(/** @type {number} */ (at)).toISOString() : null;
}

/** Milliseconds since the page was asked for: when each part came, and how long it took. */
function timing() {
  /** @type {Report['timing']} */
  const parts = {};
  const resources = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
  for (const [name, file] of Object.entries(OWN_FILES)) {
    const entry = resources.find((one) => file.test(one.name));
    if (entry) parts[name] = { start: Math.round(entry.startTime), end: Math.round(entry.responseEnd) };
  }
  for (const { name, startTime } of performance.getEntriesByType('mark')) {
    if (name.startsWith('dni:')) parts[name.slice(4)] ??= { start: Math.round(startTime), end: Math.round(startTime) };
  }
  return parts;
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T | void>}
 */
function within(milliseconds, promise) {
  return Promise.race([promise, sleep(milliseconds)]);
}

/**
 * @param {number} milliseconds
 * @returns {Promise<void>}
 */
function sleep(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
