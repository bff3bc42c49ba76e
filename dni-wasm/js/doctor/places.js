/** Every place of a page with a phone number in it, those that are never swapped included. */

/** Most texts looked at, and most places reported: a huge page must not stop the doctor. */
const MAX_TEXTS = 100_000;
const MAX_PLACES = 500;
/** Most elements whose style sheet content is asked for: each costs a style calculation. */
const MAX_STYLED = 3_000;
/** Longest text that is looked at, and longest that may be one number in pieces, in characters. */
const MAX_TEXT = 20_000;
const MAX_SPLIT = 120;
/** How many elements up the pieces of a number may meet. */
const MAX_RISE = 4;

/** Digits with whatever people, or their page builders, put between them. */
const DIGITS = /[+(]{0,2}\d(?:[\s().,·_~/\u2010-\u2015\u2212-]{0,4}\d){6,14}/g;
const ATTRIBUTES = ['aria-label', 'title', 'alt', 'placeholder', 'content'];
const NOT_READ = /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/;
/** What dials or writes to a number, as the address of a link. */
const DIALS = /^(?:tel|sms|callto|whatsapp|viber|facetime|facetime-audio|skype|sip):|^https?:\/\/(?:wa\.me|(?:\w+\.)?whatsapp\.com)\//i;
/** A number to dial in an attribute that scripts read: `onclick`, `data-href`. */
const DIALLED = /\b(?:tel|sms|callto):([^'"`;?&]+)/gi;
/** Attributes that are no script's: what a frame has in it is looked at there. */
const NOT_DIALLED = /^(srcdoc|value|class|id|style)$/;
const XLINK = 'http://www.w3.org/1999/xlink';

/** @import { Place } from '../types.d.ts' */
/** @typedef {{places: Place[], frames: string[], closed: string[]}} Found */
/** @typedef {Pick<Place, 'text' | 'digits'>} Numeral a number in a text */
/** @typedef {(digits: string) => boolean} IsSiteNumber */

/**
 * Finds the numbers of a document, of its open shadow roots and of its frames.
 *
 * @param {IsSiteNumber} isSiteNumber says whether digits are a target or a tracking number: what only looks like a
 *   number is left out
 * @param {ShadowRoot[]} closed roots that only their makers can see
 * @returns {Found} with the addresses of the frames that cannot be looked into, and
 *   the components that may hide something
 */
export function find(isSiteNumber, closed = []) {
  /** @type {Found} */
  const found = { places: [], frames: [], closed: [] };
  const budget = { texts: MAX_TEXTS, styled: MAX_STYLED };
  /** @type {(root: Node, inside?: string) => void} */
  const look = (root, inside) => search(root, inside, { found, budget, isSiteNumber, look });
  look(document);
  for (const root of closed) look(root, 'closed_shadow_root');
  found.places.length = Math.min(found.places.length, MAX_PLACES);
  return found;
}

/**
 * Where a link leads, without the blanks and line ends that browsers pass over; nothing if the element is no link.
 *
 * @param {Element} element
 */
export function addressOf(element) {
  if (!/^(a|area)$/.test(element.localName)) return undefined;
  const address = element.getAttribute('href') ?? element.getAttributeNS(XLINK, 'href');
  return address?.replace(/[\t\n\r]+/g, '').replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
}

/**
 * The digits of a text alone; those that Unicode knows as compatible with ours are ours.
 *
 * @param {string} text
 */
export function digitsOf(text) {
  return text.normalize('NFKC').replace(/\D/g, '');
}

/**
 * @param {Node} root
 * @param {string | undefined} inside
 * @param {{found: Found, budget: {texts: number, styled: number}, isSiteNumber: IsSiteNumber, look: (root: Node, inside?: string) => void}} search
 */
function search(root, inside, { found, budget, isSiteNumber, look }) {
  const page = /** @type {Document} */ (root.ownerDocument ?? root);
  const add = (/** @type {Place} */ place) => { if (found.places.length < MAX_PLACES) found.places.push({ inside, ...place }); };
  /** @type {(text: string, always?: boolean) => Numeral[]} */
  const numbers = (text, always) => numeralsIn(text, isSiteNumber, always);

  const walker = page.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  const split = new Set();
  while (walker.nextNode() && budget.texts > 0) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) {
      budget.texts -= 1;
      text(/** @type {Text} */ (node));
    } else {
      element(/** @type {any} */ (node));
    }
  }

  /** @param {Text} node */
  function text(node) {
    const { parentElement } = node;
    const nodeValue = /** @type {string} */ (node.nodeValue);
    if (!/\d/.test(nodeValue) || nodeValue.length > MAX_TEXT) return;
    if (parentElement && NOT_READ.test(parentElement.nodeName)) {
      if (/ld\+json/.test(/** @type {HTMLScriptElement} */ (parentElement).type)) addAll('json_ld', numbers(nodeValue), parentElement, node);
      return;
    }
    const here = numbers(nodeValue);
    if (!here.length) pieces(node);
    const where = parentElement?.closest('head') ? 'head' : isForm(parentElement) ? 'form' : 'text';
    addAll(where, here, parentElement, node);
  }

  /**
   * Looks whether a text is a piece of a number that only its neighbours complete.
   *
   * @param {Text} node
   */
  function pieces({ parentElement }) {
    let above = parentElement;
    for (let rise = 0; above && rise < MAX_RISE; rise += 1, above = above.parentElement) {
      if (above.textContent.length > MAX_SPLIT) return;
      const whole = numbers(above.textContent).filter(({ digits }) => isSiteNumber(digits));
      if (whole.length && !split.has(above)) {
        split.add(above);
        addAll('split', whole, above);
      }
      if (whole.length) return;
    }
  }

  /** @param {HTMLImageElement & HTMLInputElement} node */
  function element(node) {
    if (node.shadowRoot) look(node.shadowRoot, inside);
    else if (mayHide(node)) found.closed.push(node.localName);
    if (/^I?FRAME$/.test(node.nodeName)) frame(/** @type {any} */ (node));
    const address = addressOf(node);
    if (address && DIALS.test(address)) addAll('link', numbers(decoded(address), true), node);
    for (const { name, value } of node.attributes) {
      const isRead = ATTRIBUTES.includes(name) || NOT_DIALLED.test(name) || (address !== undefined && /href$/.test(name));
      if (!isRead && value.length < MAX_TEXT) for (const [, number] of value.matchAll(DIALLED)) addAll('handler', numbers(decoded(number), true), node);
    }
    for (const name of ATTRIBUTES) {
      const value = node.getAttribute(name);
      if (!value || !/\d/.test(value)) continue;
      const where = node.nodeName === 'IMG' ? 'image' : node.closest('head') ? 'head' : 'attribute';
      addAll(where, numbers(value), node);
    }
    if (node.nodeName === 'IMG' && !numbers(node.alt).length) {
      const file = /** @type {string} */ (decoded(node.getAttribute('src') ?? '').split(/[?#]/)[0].split('/').pop());
      addAll('image', numbers(file.replace(/\.\w+$/, '')), node);
    }
    if (/^(INPUT|TEXTAREA)$/.test(node.nodeName)) addAll('form', numbers(node.value ?? ''), node);
    if (budget.styled > 0 && inside === undefined) styled(node);
  }

  /** @param {Element} node */
  function styled(node) {
    if (NOT_READ.test(node.nodeName) || node.closest('head')) return;
    budget.styled -= 1;
    for (const pseudo of ['::before', '::after']) {
      const { content } = getComputedStyle(node, pseudo);
      if (content?.startsWith('"')) addAll('css_content', numbers(content.slice(1, -1)), node);
    }
  }

  /** @param {HTMLIFrameElement} node */
  function frame(node) {
    let inner;
    try {
      inner = node.contentDocument;
    } catch {
      // Another site's.
    }
    if (inner) look(inner, inside ?? 'same_origin_frame');
    else found.frames.push(node.src || 'about:blank');
  }

  /**
   * @param {string} where
   * @param {Numeral[]} here
   * @param {Element | null} element
   * @param {Node} [node]
   */
  function addAll(where, here, element, node) {
    for (const { text, digits } of here) add({ text, digits, where, element, node });
  }
}

/**
 * The numbers in a text.
 *
 * @param {string} text
 * @param {IsSiteNumber} isSiteNumber says whether digits are a number that is looked for
 * @param {boolean} [always] whether all of them are told, as in the address of a link
 */
export function numeralsIn(text, isSiteNumber, always) {
  const plain = text.normalize('NFKC');
  /** @type {Numeral[]} */
  const found = [];
  for (const { 0: match, index } of plain.matchAll(DIGITS)) {
    const isInside = /[\w$€£]/.test(plain[index - 1] ?? ' ') || /[\w%]/.test(plain[index + match.length] ?? ' ');
    // In a link a comma is a pause, and what follows an extension.
    const [dialled] = match.split(',');
    if (always) found.push({ text: dialled.trim(), digits: dialled.replace(/\D/g, '') });
    else if (!isInside) found.push(...runs(match, isSiteNumber));
  }
  return found;
}

/**
 * The number in a run of groups of digits, which may go on with something else: `312-555-0142, 24 hours`.
 *
 * @param {string} text
 * @param {IsSiteNumber} isSiteNumber
 * @returns {Numeral[]}
 */
function runs(text, isSiteNumber) {
  const groups = [...text.matchAll(/\d+/g)];
  const isLoose = (/** @type {number} */ at) => at <= 0 || at >= groups.length || /[\s,/·]/.test(text.slice(endOf(groups[at - 1]), groups[at].index));
  for (let length = groups.length; length > 0; length -= 1) {
    for (let first = 0; first + length <= groups.length; first += 1) {
      const run = groups.slice(first, first + length);
      if (!isLoose(first) || !isLoose(first + length)) continue;
      const digits = run.map(([group]) => group).join('');
      const start = first ? run[0].index : 0;
      const written = text.slice(start, endOf(/** @type {RegExpExecArray} */ (run.at(-1)))).trim();
      if (isSiteNumber(digits) || readsLikeANumber(written, digits)) return [{ text: written, digits }];
    }
  }
  return [];
}

/** @param {RegExpExecArray} group */
function endOf(group) {
  return group.index + group[0].length;
}

/**
 * International with its plus, or ten digits of the North American plan in groups.
 *
 * @param {string} text
 * @param {string} digits
 */
function readsLikeANumber(text, digits) {
  if (/^\(?\+/.test(text)) return digits.length >= 8;
  return /^1?[2-9]\d\d[2-9]\d{6}$/.test(digits) && /\D/.test(text);
}

/** @param {Element | null} element */
function isForm(element) {
  return !!element?.closest('input,textarea,select,option,[contenteditable]:not([contenteditable=false])');
}

/**
 * A component with nothing of its own to be seen, and yet of some size.
 *
 * @param {HTMLElement} element
 */
function mayHide(element) {
  return element.localName.includes('-') && !!customElements.get(element.localName) && !element.textContent.trim()
    && element.offsetWidth > 0 && element.offsetHeight > 0;
}

/** @param {string} address */
export function decoded(address) {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
