/**
 * The only place that writes to the page: values of text nodes and attributes, digits for digits. No node is added, moved or
 * removed, so that a framework finds each one where it left it.
 */

import { original, shown } from 'dni-bindgen';

/** @import { Finder } from './search.js' */
/** @typedef {Text | Attr} Holder what holds a text */

/** Longest text looked at, in UTF-16 units: an embedded data file would block the page. */
const MAX_TEXT = 100_000;
/** Longest text of which a part may be a piece of a split number, in UTF-16 units. */
const MAX_PIECE = 20;
/** Most pieces one number is split into: one for each digit and each sign between. */
const MAX_PIECES = 32;
/** Most steps from one piece to the next, over comments and the ends of elements. */
const MAX_STEPS = 16;
/** How often within `FIGHT_MS` an element is written before it is given up: another script writes it too. */
const MAX_WRITES = 20;
/** Milliseconds within which: a part that is made anew five times a second is no fight, a restoring every tenth is. */
const FIGHT_MS = 3_000;
/** Most elements remembered as given up, for the report. */
const MAX_GIVEN_UP = 50;
/** Most numbers remembered. Beyond, what is new stays as it is. */
const MAX_GROUPS = 10_000;
/** Most split numbers that are followed when a piece of theirs is removed. */
const MAX_SPLITS = 200;
/** Most pools that are asked for: what the edge allows. */
const MAX_POOLS = 8;
/** Elements whose text nobody reads, or that is typed in. */
const UNREAD = 'head,script,style,noscript,template,textarea';
/** Elements that do not part a number from what stands beside them. */
const INLINE = /^(a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strong|sub|sup|time|tt|u|var|wbr)$/;
/** What may stand at the end of one piece of a number, and at the beginning of the next: the wasm knows which signs do. */
const ENDS_OPEN = /(^|[\d\W])$/;
const BEGINS_OPEN = /^($|[\d\W])/;
/** A link that calls or writes to a number: what stands before it, blanks that browsers pass over among that, and the number. */
const LINK = /^\s*(?:(?:tel|sms|callto):|https?:\/\/wa\.me\/|(?:whatsapp:|https?:\/\/\w+\.whatsapp\.com\/).*?[?&]phone=)(?:%2B)?([^?&#;,]*)/i;

/**
 * @typedef {object} Group the texts that one or more numbers of ours stand in: one text, or the pieces of a split number
 * @property {Holder[]} nodes
 * @property {string[]} originals what stood there
 * @property {string[]} written what we wrote
 * @property {string} place the pool or destination asked for by the markup
 */

/** @type {Set<string>} the pools that the markup names and that had no number */
export const pools = new Set();
/** @type {WeakMap<Node, Group>} */
const groupOf = new WeakMap();
/** @type {Set<WeakRef<Group>>} a group lives as long as its nodes */
let groups = new Set();
/** @type {WeakRef<Group>[]} those of several pieces */
let splits = [];
/** @type {WeakMap<Node, {since: number, times: number, at: number, thing: Node}>} */
let fights = new WeakMap();
/** @type {Element[]} */
let givenUp = [];
let round = 0;
let isFirst = true;

/**
 * Returns the element that a text stands in, or whose attribute it is.
 *
 * @param {Record<string, any>} node
 * @returns {Element}
 */
export function ownerOf(node) {
  return node.ownerElement ?? node.parentElement ?? node.parentNode?.host;
}

/**
 * Says whether a text or attribute is as we wrote it.
 *
 * @param {Node} node
 */
export function isOwn(node) {
  const group = groupOf.get(node);
  return !!group && isUnchanged(group);
}

/**
 * Says whether a text or attribute is worth a look: by far most are not. What another script wrote over ours is put right.
 *
 * @param {Holder} node
 * @param {RegExp} hint
 */
export function isWorth(node, hint) {
  if (isOwn(node)) return false;
  const group = groupOf.get(node);
  if (group) settle(group);
  return hint.test(/** @type {string} */ (node.nodeValue)) || isPiece(node);
}

/**
 * Swaps what is in a text or attribute of an element, as far as the search finds something in it.
 *
 * @param {Holder} node
 * @param {Element} element
 * @param {Finder} finder
 */
export function look(node, element, { hint }) {
  const isText = node.nodeType === 3;
  if (isText && element.closest(UNREAD)) return;
  const near = /** @type {HTMLElement | null} */ (element.closest('[data-dni-pool],[data-dni-destination]'))?.dataset;
  const place = near?.dniPool ?? near?.dniDestination ?? '';
  if (hint.test(/** @type {string} */ (node.nodeValue)) && swap([node], place)) return;
  if (near?.dniPool && pools.size < MAX_POOLS && /^[a-z0-9-]{3,40}$/.test(place)) pools.add(place);
  if (!isText) return;
  const pieces = piecesAround(/** @type {Text} */ (node));
  if (pieces.length > 1 && hint.test(pieces.map((piece) => piece.data).join(''))) swap(pieces, place);
}

/** Begins another round of work, of which the writings of one element count as one. */
export function nextRound() {
  round += 1;
}

/** Shows the numbers of now where numbers are shown. */
export function showAgain() {
  for (const group of all()) {
    const { nodes, originals, place } = group;
    const after = isUnchanged(group) && rewritten(nodes, originals, (text) => shown(text, place));
    if (after) {
      group.written = after;
      nodes.forEach((node, at) => write(node, after[at]));
    } else settle(group);
  }
}

/** Puts back what is left of split numbers of which a piece was taken from the page. */
export function mend() {
  for (const group of living(splits)) {
    const on = group.nodes.filter((node) => node.isConnected).length;
    if (on && on < group.nodes.length) settle(group);
  }
}

/**
 * Puts back what was swapped in or below a node: it was moved to where nothing is to be swapped.
 *
 * @param {Node} node
 */
export function leave(node) {
  for (const group of all()) if (group.nodes.some((one) => one === node || node.contains(ownerOf(one)))) settle(group);
}

/** Puts everything back, byte for byte, and forgets it. */
export function forgetAll() {
  all().forEach(settle);
  groups = new Set();
  splits = [];
  fights = new WeakMap();
  givenUp = [];
}

export function report() {
  return { swapped: all().length, given_up: givenUp };
}

/**
 * Writes the numbers into the nodes' values, taken together; says whether there was any.
 *
 * @param {Holder[]} nodes
 * @param {string} place
 */
function swap(nodes, place) {
  const values = nodes.map((node) => /** @type {string} */ (node.nodeValue));
  const after = values[0].length < MAX_TEXT && rewritten(nodes, values, (text) => shown(text, place));
  if (!after || groups.size >= MAX_GROUPS && !tidied()) return false;
  // A copy that a script made of one of our texts has no original yet.
  const originals = rewritten(nodes, values, original) ?? values;
  if (after.some((value, at) => value !== values[at]) && isFight(nodes[0])) return true;
  const group = { nodes, originals, written: after, place };
  nodes.forEach((node, at) => {
    groupOf.set(node, group);
    write(node, after[at]);
  });
  const reference = new WeakRef(group);
  groups.add(reference);
  if (isFirst) performance.mark('dni:swap');
  isFirst = false;
  if (nodes.length > 1) splits = [...splits.slice(1 - MAX_SPLITS), reference];
  return true;
}

/**
 * Puts back what is still ours of a group, and forgets it: where another script has written since, it knows better.
 *
 * @param {Group} group
 */
function settle({ nodes, originals, written }) {
  nodes.forEach((node, at) => {
    groupOf.delete(node);
    if (node.nodeValue === written[at]) write(node, originals[at]);
  });
}

/**
 * Says whether a text may be a piece of a split number.
 *
 * @param {Record<string, any>} node
 */
function isPiece(node) {
  return node.nodeType === 3 && node.length < MAX_PIECE && /\d/.test(node.data);
}

/** @param {Group} group */
function isUnchanged({ nodes, written }) {
  return nodes.every((node, at) => node.nodeValue === written[at]);
}

/**
 * Writes what has changed only: a selection or caret elsewhere in the text stays.
 *
 * @param {Holder} node
 * @param {string} value
 */
function write(node, value) {
  const before = /** @type {string} */ (node.nodeValue);
  if (before === value) return;
  if (node.nodeType !== 3) {
    node.nodeValue = value;
    return;
  }
  const [start, end] = difference(before, value);
  /** @type {Text} */ (node).replaceData(start, end - start, value.slice(start, end + value.length - before.length));
}

/**
 * Says where two texts differ: from where, and up to where in the first.
 *
 * @param {string} before
 * @param {string} after
 */
function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < most - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same += 1;
  return [start, before.length - same];
}

/**
 * Changes the text that some values make together and spreads it over them again; nothing if there is nothing to change.
 *
 * @param {Holder[]} nodes
 * @param {string[]} values
 * @param {(text: string) => string | undefined} change
 */
function rewritten(nodes, values, change) {
  const text = values.join('');
  let after;
  if (/href$/.test(/** @type {Partial<Attr>} */ (nodes[0]).name ?? '')) {
    const [whole, number] = LINK.exec(text) ?? /** @type {string[]} */ ([]);
    const changed = number && change(number);
    after = changed && whole.slice(0, -number.length) + changed + text.slice(whole.length);
  } else after = change(text);
  if (!after) return undefined;
  // Half a surrogate pair goes into the wasm as another sign, and comes out as that.
  if (after.length === text.length) after = after.replace(/\ufffd/g, (_, at) => text[at]);
  else if (after.includes('\ufffd')) return undefined;
  const [, end] = difference(text, after);
  const longer = after.length - text.length;
  const moved = (/** @type {number} */ at) => (at >= end ? at + longer : Math.min(at, end + longer));
  let from = 0;
  return values.map((value) => {
    const to = from + value.length;
    const part = after.slice(moved(from), moved(to));
    from = to;
    return part;
  });
}

/**
 * Returns the texts that a number may be split into, `node` among them.
 *
 * @param {Text} node
 */
function piecesAround(node) {
  const pieces = [node];
  for (const [to, isOpen] of /** @type {const} */ ([['previousSibling', BEGINS_OPEN], ['nextSibling', ENDS_OPEN]])) {
    /** @type {Text | undefined} */
    let piece = node;
    while (piece && isOpen.test(/** @type {string} */ (piece.nodeValue)) && pieces.length < MAX_PIECES) {
      piece = beside(piece, to);
      if (piece && to === 'nextSibling') pieces.push(piece);
      else if (piece) pieces.unshift(piece);
    }
  }
  return pieces;
}

/**
 * Returns the text that stands right before or behind another on the same line, over the ends of inline elements.
 *
 * @param {Text} text
 * @param {'previousSibling' | 'nextSibling'} to
 * @returns {Text | undefined}
 */
function beside(text, to) {
  let node = /** @type {any} */ (text);
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    if (node[to]) {
      node = node[to];
      while (isInline(node) && node.firstChild) node = to === 'nextSibling' ? node.firstChild : node.lastChild;
      if (node.nodeType === 3) return groupOf.has(node) ? undefined : node;
      if (node.nodeType !== 8 && !isInline(node)) return undefined;
    } else {
      node = node.parentNode;
      if (!isInline(node)) return undefined;
    }
  }
  return undefined;
}

/** @param {Element} node */
function isInline(node) {
  return INLINE.test(node?.localName) && !node.matches('[data-dni-noswap],[data-calltrk-noswap]');
}

/**
 * Counts a writing and says whether another script has won: one that writes the same text, or puts another in its place, as
 * often as we write.
 *
 * @param {Holder} node
 */
function isFight(node) {
  const now = performance.now();
  const element = ownerOf(node);
  // A script may put the element with the text in place of another too.
  const lost = /** @type {[Node, Node, boolean][]} */ ([[element, node, true], [element.parentNode, element, false]]).filter(([place, thing, isText]) => {
    const fight = fights.get(place) ?? { since: now, times: 0, at: 0, thing };
    fights.set(place, fight);
    if (fight.times > MAX_WRITES) return true;
    if (now - fight.since > FIGHT_MS) Object.assign(fight, { since: now, times: 0 });
    const isAgain = fight.thing === thing ? isText : !fight.thing.isConnected;
    if (fight.at !== round && isAgain) fight.times += 1;
    Object.assign(fight, { at: round, thing });
    return fight.times > MAX_WRITES;
  });
  if (lost.length && givenUp.length < MAX_GIVEN_UP && !givenUp.includes(element)) givenUp.push(element);
  return lost.length > 0;
}

function all() {
  return living([...groups]);
}

/** @param {WeakRef<Group>[]} references */
function living(references) {
  return /** @type {Group[]} */ (references.map((group) => group.deref()).filter((group) => group && groupOf.get(group.nodes[0]) === group));
}

/** Forgets what is gone; says whether there is room again. */
function tidied() {
  groups = new Set(all().map((group) => new WeakRef(group)));
  return groups.size < MAX_GROUPS;
}
