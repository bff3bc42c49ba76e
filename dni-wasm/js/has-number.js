/** Whether a page has a number on it that could be swapped: a page without one takes none from the pool. */

/** Most characters of text looked at: more than any page has to say. */
const MAX_TEXT = 1_000_000;
/** Elements whose text nobody reads. */
const UNREAD = /^(SCRIPT|STYLE|NOSCRIPT|TEXTAREA)$/;
/**
 * What people write as phone numbers: with a plus; ten digits of the North American plan; groups of digits, but no date; an
 * 800 number in letters. It may find too much, at the price of a lease; the wasm then looks to the digit.
 */
const NUMBER = new RegExp([
  '\\+\\d[\\d\\s().\\/-]{6,}\\d',
  '(?:^|[^\\d.,$])1?[2-9]\\d{9}(?!\\d)',
  '(?:^|[^\\d.,$/:-])(?!(?:19|20)\\d\\d\\D|\\d\\d?[./-]\\d\\d?[./-](?:19|20)\\d\\d)\\(?\\d{2,4}\\)?(?:[\\s.\\/\\u2010-\\u2013-]{1,3}\\d{2,4}){2,4}(?!\\d)',
  '8\\d\\d[\\s.-]+[A-Z]{3}',
].join('|'));

/**
 * Says whether a number is on the page.
 *
 * @param {string[] | null} [targets] the numbers to look for, in E.164; by default anything that could be one
 */
export function hasNumber(targets) {
  const links = [...document.querySelectorAll('a[href^="tel:"]')].map((link) => link.getAttribute('href'));
  if (!targets) return links.length > 0 || NUMBER.test(text());
  const digits = (links + text()).replace(/\D+/g, '');
  // Without the country's code, which a page may leave out: the last seven digits are everyone's own.
  return targets.some((target) => digits.includes(target.slice(-7)));
}

function text() {
  let all = '';
  if (!document.body) return all;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && all.length < MAX_TEXT) {
    if (!UNREAD.test(/** @type {Node} */ (walker.currentNode.parentNode).nodeName)) all += walker.currentNode.nodeValue;
  }
  return all;
}
