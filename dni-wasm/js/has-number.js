/**
 * Whether a page has a number on it that is to be swapped: a page without one takes none from the pool.
 *
 * The edge says how the site's targets look where whatever stands between digits is one sign: so what the wasm would find is
 * seen here, and hardly anything else. Only a link that calls somebody is believed unseen, because most pages have one
 * and the answer would cost them a round trip.
 */

/** @import { PageView } from './types.d.ts' */

/** Most characters looked at: more than any page has to say. */
const MAX_TEXT = 1_000_000;
/** Elements whose text nobody reads. */
const UNREAD = /^(SCRIPT|STYLE|NOSCRIPT|TEXTAREA)$/;
/** What may stand between two digits, and more: all but digits and the letters of a telephone's keys. */
const BETWEEN = /(?:%[\da-f]{2}|[^\p{Nd}a-z])+/giu;
/**
 * What people write as phone numbers, where the edge does not say which there are: with a plus; nine digits or more after a
 * zero; ten of the North American plan; an 800 number in letters. No date, time, address or measure is one.
 */
const GUESS = /(?:^|[^\w.,$/:-]|[a-z]:)\(?(?:\+(?:\W{0,4}\d){7}|0(?:\W{0,4}\d){8}|1?(?:\W{0,3}[2-9]\d\d){2}\W{0,3}\d{4}(?!\d))|8\d\d(?:\W*[A-Z]{3}|-[a-z])/;

/**
 * Makes what looks for numbers.
 *
 * @param {Pick<PageView, 'edge' | 'options' | 'post' | 'site'>} visit
 * @param {string[] | null | undefined} targets the digits of the numbers to look for, with or without the country's code; by default all of the site's
 * @param {(isLikely?: boolean) => void} again is called when the edge has answered, and before, with a yes, if it is likely to say
 *   that there is one
 */
export function openGate({ edge, options, post, site }, targets, again) {
  const names = `href xlink:href ${options.attributes ?? 'aria-label title alt placeholder'}`.split(/[^\w:-]+/);
  let isKnown = false;
  let reads = (/** @type {string} */ text) => GUESS.test(text);

  /** @param {Document | ShadowRoot | Element | null | undefined} root */
  function textOf(root) {
    let [all, beside] = ['', ''];
    const walker = root && document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (all.length < MAX_TEXT && walker?.nextNode()) {
      const node = /** @type {any} */ (walker.currentNode);
      if (node.nodeType === 1) {
        for (const name of names) beside += ` ${node.getAttribute(name) ?? ''}`;
        beside += textOf(node.shadowRoot ?? node.contentDocument?.body);
      } else if (!UNREAD.test(node.parentNode.nodeName)) all += ` ${node.data}`;
    }
    return all + beside;
  }

  /** @param {string} answer */
  function learn(answer) {
    let patterns;
    try {
      patterns = Object.entries(JSON.parse(answer)).filter(([target]) => !targets || targets.some((one) => target.endsWith(one.replace(/^0+/, '')))).map(([, pattern]) => pattern);
    } catch {
      // Without the country's code, which a page may leave out: the last seven digits are everyone's own.
      patterns = targets?.map((target) => [...target.slice(-7)].join('-?'));
    }
    if (patterns) {
      const any = new RegExp(patterns.join('|') || '[]', 'iu');
      reads = (text) => any.test(text.replace(BETWEEN, '-'));
    }
    isKnown = true;
    again();
  }

  const gate = {
    /** @type {Promise<void> | undefined} what the edge was asked, until it has answered and after */
    asked: undefined,
    /** Says whether a number is on the page. */
    isOpen() {
      if (!targets && !options.lease && document.querySelector('[href*="tel:"]')) return true;
      const text = textOf(document.body);
      if (!gate.asked && /\p{Nd}/u.test(text)) {
        gate.asked = post(`${edge}/targets/${site}`).then(learn);
        if (GUESS.test(text)) again(true);
      }
      return isKnown && reads(text);
    },
    /** Says whether a number is in a text. */
    reads: (/** @type {string} */ text) => reads(text),
  };
  return gate;
}
