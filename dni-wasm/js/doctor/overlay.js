/**
 * The doctor on the page itself, for whoever adds `?dni_debug` to its address.
 *
 * It stands in a shadow root of one element of its own at the end of the document: the page's styles do not reach it, and its
 * own do not reach the page.
 */

import { examine } from './examine.js';
import { sheet } from './overlay-style.js';

/** @import { Finding, Judged, Reason, Report } from '../types.d.ts' */
/** @typedef {(element: Element) => void} Mark shows an element of the page */

const NAME = 'dni-doctor';
const SIGNS = { fine: '✓', meant: '–', note: 'i', problem: '!' };
const KINDS = { fine: 'fine', meant: 'left alone on purpose', note: 'worth knowing', problem: 'problem' };
/** What a visitor's numbers are, most urgent first. */
const ORDER = ['problem', 'note', 'fine', 'meant'];
/** How long the element that a number stands in is marked, in milliseconds. */
const MARKED_FOR = 2_500;
/** @type {Record<string, string>} the places in words; those that are not here are their own */
const WHERE = { css_content: 'style sheet', json_ld: 'structured data', split: 'several elements' };

/**
 * Opens the overlay and examines the page.
 *
 * @param {string} edge origin of the worker
 */
export async function open(edge) {
  if (document.querySelector(NAME)) return;
  await read();
  // Another tag on the page may have opened it meanwhile.
  if (document.querySelector(NAME)) return;
  const host = document.createElement(NAME);
  // What it quotes from the page is to stay as it is quoted.
  host.dataset.dniNoswap = '';
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet()];
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  /** @type {Report} */
  let report;
  /** @type {ReturnType<typeof setTimeout>} */
  let marked;

  const close = () => {
    removeEventListener('keydown', heed, true);
    host.remove();
    before?.focus?.();
  };
  const heed = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  const status = h('p', { class: 'status', role: 'status', 'aria-live': 'polite' });
  const content = h('div', { class: 'content', tabindex: '0', role: 'region', 'aria-label': 'Report' });
  const title = h('h2', { id: 'title', tabindex: '-1' }, 'Call tracking doctor');
  const again = h('button', { type: 'button', onclick: () => look() }, 'Check again');
  const copy = h('button', { type: 'button', onclick: () => copyReport() }, 'Copy report');
  const shut = h('button', { type: 'button', class: 'close', 'aria-label': 'Close the doctor', onclick: close }, '✕');
  const marker = h('div', { class: 'marker', hidden: '' });
  root.append(marker, h('section', { role: 'dialog', 'aria-labelledby': 'title', class: 'panel' },
    h('header', {}, title, shut), status, content, h('footer', {}, again, copy)));
  document.documentElement.append(host);
  addEventListener('keydown', heed, true);
  title.focus({ preventScroll: true });
  await look();

  async function look() {
    again.disabled = true;
    copy.disabled = true;
    status.className = 'status';
    status.textContent = 'Examining the page …';
    try {
      report = await examine(edge);
      content.replaceChildren(...describe(report, mark));
      status.className = `status ${report.is_swapped ? 'fine' : 'problem'}`;
      status.textContent = verdict(report);
      copy.disabled = false;
    } catch (error) {
      status.className = 'status problem';
      status.textContent = `The page cannot be examined: ${/** @type {Error} */ (error).message}`;
    }
    again.disabled = false;
  }

  async function copyReport() {
    try {
      await navigator.clipboard.writeText(JSON.stringify(report, undefined, 2));
      copy.textContent = 'Copied';
    } catch {
      copy.textContent = 'The browser forbids it';
    }
    setTimeout(() => { copy.textContent = 'Copy report'; }, MARKED_FOR);
  }

  /**
   * Scrolls an element of the page into view, and draws a frame around it without touching it.
   *
   * @param {Element} element
   */
  function mark(element) {
    element.scrollIntoView({ block: 'center' });
    const { height, left, top, width } = element.getBoundingClientRect();
    Object.assign(marker.style, { height: `${height + 8}px`, left: `${left - 4}px`, top: `${top - 4}px`, width: `${width + 8}px` });
    marker.hidden = false;
    clearTimeout(marked);
    marked = setTimeout(() => { marker.hidden = true; }, MARKED_FOR);
  }
}

/** Resolves when the page's markup is read: before, half the numbers are missing. */
function read() {
  return new Promise((/** @type {(_?: unknown) => void} */ resolve) => {
    if (document.readyState === 'complete') resolve();
    else addEventListener('load', resolve, { once: true });
  });
}

/** @param {Report} report */
function verdict({ findings, is_swapped: isSwapped, numbers }) {
  const swapped = numbers.filter((one) => one.kind === 'fine').length;
  const problems = [...findings, ...numbers].filter((one) => one.kind === 'problem').length;
  if (isSwapped) return `All targets are swapped: ${places(swapped)}.`;
  return `${places(swapped)} swapped, ${problems} ${problems === 1 ? 'problem' : 'problems'}.`;
}

/** @param {number} count */
function places(count) {
  return count === 1 ? '1 place' : `${count} places`;
}

/**
 * Writes the report's sections.
 *
 * @param {Report} report
 * @param {Mark} mark
 */
function describe({ findings, library, numbers, source, timing, visitor }, mark) {
  /** @type {Element[]} */
  const sections = [];
  if (findings.length) sections.push(h('h3', {}, 'This page'), h('ul', {}, ...sorted(findings).map(finding)));
  if (numbers.length) {
    sections.push(h('h3', {}, `Numbers (${numbers.length})`), h('ul', {}, ...sorted(numbers).map((one) => number(one, mark))));
  } else {
    sections.push(h('h3', {}, 'Numbers'), h('p', { class: 'nothing' }, 'There is no phone number on this page.'));
  }
  if (visitor) {
    sections.push(folded('Visitor', facts({
      Id: visitor.id, Consent: visitor.consent, 'Numbers until': time(visitor.lease_ends),
    }), h('ol', { class: 'arrivals' }, ...visitor.arrivals.map(arrival))));
  }
  if (source.length) {
    sections.push(folded('Source', h('ul', { class: 'plain' }, ...source.map((one) => (
      h('li', {}, h('code', {}, `${one.target} → ${one.number}`), ` ${one.kind}${one.rule ? `, by the rule ${one.rule}` : ''}`))))));
  }
  const parts = Object.entries(timing);
  if (parts.length) sections.push(folded('Timing', bars(parts)));
  const about = library ? `Site ${library.site}, library ${library.version}, ${library.state}.` : 'The library is not running.';
  sections.push(h('p', { class: 'about' }, about));
  return sections;
}

/**
 * @template {Reason} T
 * @param {T[]} entries
 */
function sorted(entries) {
  return [...entries].sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

/** @param {Finding} finding */
function finding({ code, detail, kind, repair, why }) {
  return h('li', { class: kind, 'data-code': code }, sign(kind), h('div', {},
    h('p', {}, why, detail && h('code', { class: 'detail' }, detail)), repair && h('p', { class: 'repair' }, repair)));
}

/**
 * @param {Judged} number
 * @param {Mark} mark
 */
function number({ at, code, element, inside, kind, repair, text, where, why }, mark) {
  const place = `${WHERE[where] ?? where}${inside ? ` in a ${inside.replaceAll('_', ' ')}` : ''}`;
  const show = element && element.getClientRects().length > 0
    && h('button', { type: 'button', class: 'show', 'aria-label': `Show ${text} on the page`, onclick: () => mark(element) }, 'Show');
  return h('li', { class: kind, 'data-code': code }, sign(kind), h('div', {},
    h('p', {}, h('strong', {}, text), ` ${why}`), repair && h('p', { class: 'repair' }, repair),
    h('p', { class: 'where' }, place, at && h('code', {}, at))), show);
}

/** @param {Reason['kind']} kind */
function sign(kind) {
  return h('span', { class: 'sign', role: 'img', 'aria-label': KINDS[kind] }, SIGNS[kind]);
}

/**
 * @param {string} name
 * @param {Element[]} content
 */
function folded(name, ...content) {
  return h('details', {}, h('summary', {}, name), ...content);
}

/** @param {Record<string, string | null>} pairs */
function facts(pairs) {
  return h('dl', {}, ...Object.entries(pairs).filter(([, value]) => value).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

/** @param {NonNullable<Report['visitor']>['arrivals'][0]} arrival */
function arrival({ at, referrer, url }) {
  return h('li', {}, h('time', {}, time(at)), h('code', {}, url), referrer && h('span', {}, 'from ', h('code', {}, referrer)));
}

/** @param {string | null} at */
function time(at) {
  return at && new Date(at).toLocaleString();
}

/**
 * Draws when each part of the library came, on one line of time.
 *
 * @param {[name: string, span: {start: number, end: number}][]} parts
 */
function bars(parts) {
  const last = Math.max(1, ...parts.map(([, { end }]) => end));
  return h('dl', { class: 'bars' }, ...parts.flatMap(([name, { end, start }]) => {
    const bar = h('span', { class: 'bar' });
    bar.style.marginInlineStart = `${(start / last) * 100}%`;
    bar.style.inlineSize = `max(3px, ${((end - start) / last) * 100}%)`;
    return [h('dt', {}, name), h('dd', {}, h('span', { class: 'track', 'aria-hidden': 'true' }, bar), start === end ? `${end} ms` : `${start}–${end} ms`)];
  }));
}

/**
 * Makes an element; what is no value is left out.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} attributes
 * @param {(Node | string | false | null | undefined)[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
function h(name, attributes, ...children) {
  const element = /** @type {any} */ (document.createElement(name));
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}
