/**
 * The page: shows the numbers on it and keeps them there while it changes. Only `write.js` beside it writes.
 *
 * The wasm says what a text is to become (`shown`, `original`); which texts there are, and when, is found out here: a walk over
 * the page from inside the wasm would copy every text there.
 */

import { original, refresh } from 'dni-bindgen';
import { guard, isAwaited, open as openHydration } from './hydration.js';
import { search } from './search.js';
import { forgetAll, isOwn, isWorth, leave, look, mend, nextRound, ownerOf, pools as named, report as writes, showAgain } from './write.js';

/** @import { Finder } from './search.js' */

/** Milliseconds of a frame, and how many of them changes of the page may take: half of it is left to the page itself. */
const FRAME = 16;
const FRAME_BUDGET = 8;
/** Milliseconds that a first look may take: it waits for nothing, so that the first picture has the number in it. */
const FIRST_BUDGET = 24;
/** Milliseconds until a text that a framework has yet to take over is looked at again. */
const HELD_FOR = 50;
/** Most elements that the browser is asked to search at once: about ten milliseconds on a slow phone. */
const MAX_AT_ONCE = 20_000;
/** Most elements of an addition whose shadow roots and frames are looked for at once. */
const MAX_DOORS = 200;
/** Most nodes that wait: beyond, the whole page is looked through again instead. */
const MAX_WAITING = 10_000;
/** What a walk goes through: elements to find shadow roots and frames in, or texts as well. */
const ELEMENTS = 1;
const EVERYTHING = 5;
/** What is not for reading or not ours: what the site asked to leave alone, our element, and text being edited. */
const LEFT_ALONE = '[data-dni-noswap],[data-calltrk-noswap],dni-number:defined,[contenteditable]:not([contenteditable=false])';
/** The attributes that decide about all that is below: what they are given to later is looked at anew. */
const MARKS = ['contenteditable', 'data-dni-noswap', 'data-calltrk-noswap', 'data-dni-pool', 'data-dni-destination'];

/** @type {Set<Node>} what is to be looked at */
const waiting = new Set();
/** @type {Set<Node>} what a framework has yet to take over */
const held = new Set();
/** @type {NodeIterator[]} walks through what is too large to be searched at once; they survive any change of the page */
let walks = [];
/** @type {WeakSet<Node>} documents and shadow roots whose changes are heard, and elements that will tell when they have one */
let watched = new WeakSet();
/** @type {MutationObserver} */
let observer;
let isInFrame = false;
let spent = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
/** @type {Finder | undefined} how targets are found; nothing while no number is shown */
let finder;
/** @type {string[]} */
let attributes = [];
/** How many of the pools that the markup names were asked for. */
let requestedPools = 0;

/**
 * Prepares the page.
 *
 * @param {Record<string, string>} options the script tag's `data-` attributes: `attributes`, `print` and `copy`
 */
export function open(options) {
  attributes = (options.attributes ?? 'aria-label title alt placeholder').match(/[\w-]+/g) ?? [];
  openHydration(again);
  if (options.print === 'original') {
    /** @type {string | undefined} */
    let seeds;
    addEventListener('beforeprint', () => {
      seeds = finder?.seeds;
      revert();
    });
    addEventListener('afterprint', () => seeds && show(null, seeds));
  }
  if (options.copy === 'original') {
    document.addEventListener('copy', (event) => {
      const text = original(String(getSelection()));
      if (!text) return;
      /** @type {DataTransfer} */ (event.clipboardData).setData('text/plain', text);
      event.preventDefault();
    });
  }
}

/**
 * Shows the numbers below a node, or on the whole page, and wherever numbers are shown already or will stand.
 *
 * @param {Node | null} root
 * @param {string} seeds
 */
export function show(root, seeds) {
  finder = search(seeds, attributes);
  observer ??= new MutationObserver(takeIn);
  showAgain();
  watch(document);
  waiting.add(root ?? document.body);
  work(FIRST_BUDGET);
}

/** Answers the pools that the markup names, for the next request; one that the site does not have is asked for once. */
export function pools() {
  requestedPools = named.size;
  return [...named];
}

/** Puts everything back and hears nothing any more. */
export function revert() {
  finder = undefined;
  observer?.disconnect();
  watched = new WeakSet();
  waiting.clear();
  held.clear();
  walks = [];
  forgetAll();
}

/**
 * Says what happened on the page: how many texts and links show a number, which elements were given up to another script, how
 * many texts wait for the next frame or for a framework, and how many walks are on their way.
 */
export function report() {
  return { ...writes(), waiting: waiting.size, held: held.size, walks: walks.length };
}

/**
 * Hears the changes of a document or shadow root; says whether it was not heard before.
 *
 * @param {Node} root
 */
function watch(root) {
  if (!isNew(root)) return false;
  observer.observe(root, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['href', 'ssr', ...MARKS, ...attributes],
  });
  return true;
}

/**
 * Takes in changes; they are worked on before the next picture if the frame's budget allows.
 *
 * @param {MutationRecord[]} records
 */
function takeIn(records) {
  if (records.some(({ removedNodes }) => removedNodes.length)) mend();
  for (const { type, target, addedNodes, attributeName } of records) {
    if (type === 'childList') addedNodes.forEach((node) => waiting.add(node));
    else if (MARKS.includes(/** @type {string} */ (attributeName))) {
      // At once, and whatever it costs: an editor may read the text next, to keep it.
      leave(target);
      waiting.add(target);
    } else {
      const node = (type === 'attributes' && /** @type {Element} */ (target).getAttributeNode(/** @type {string} */ (attributeName))) || target;
      // Our own writings are heard too, and need no other look.
      if (!isOwn(node)) waiting.add(node);
    }
  }
  if (waiting.size > MAX_WAITING) {
    waiting.clear();
    walks = [];
    waiting.add(document.body);
  }
  if (waiting.size) work(FRAME_BUDGET);
}

/**
 * Works on what waits until the frame's budget is spent, and goes on in the next frame.
 *
 * @param {number} budget in milliseconds
 */
function work(budget) {
  if (!finder) return;
  nextRound();
  const start = performance.now();
  const isOver = () => spent + performance.now() - start > budget;
  for (const node of waiting) {
    if (isOver()) break;
    waiting.delete(node);
    try {
      if (node.nodeType === 2 || node.nodeType === 3) see(/** @type {Text | Attr} */ (node));
      else enter(node);
    } catch {
      // A page may have changed what the browser's own methods do; this node then stays as it is.
    }
  }
  if (named.size > requestedPools) refresh();
  spent += performance.now() - start;
  if (!isInFrame) {
    isInFrame = true;
    // A timer and not the frame itself, which the browser needs to lay out and paint what has changed.
    setTimeout(nextFrame, FRAME);
  }
}

/** Goes on with what was left, and walks on if there is time. */
function nextFrame() {
  isInFrame = false;
  spent = 0;
  if (waiting.size) work(FRAME_BUDGET);
  const start = performance.now();
  while (walks.length && !waiting.size && spent + performance.now() - start < FRAME_BUDGET) walk();
  if (waiting.size || walks.length) work(FRAME_BUDGET);
}

/**
 * Looks at one text or attribute.
 *
 * @param {Text | Attr} node
 */
function see(node) {
  const element = ownerOf(node);
  if (!element?.isConnected) return;
  if (element.closest(LEFT_ALONE)) leave(node);
  else if (!isWorth(node, /** @type {Finder} */ (finder).hint)) return;
  else if (isAwaited(element)) {
    held.add(node);
    retry ??= setTimeout(again, HELD_FOR);
  } else {
    look(node, element, /** @type {Finder} */ (finder));
    if (isOwn(node)) guard(element, leave);
  }
}

function again() {
  clearTimeout(retry);
  retry = undefined;
  for (const node of held) waiting.add(node);
  held.clear();
  work(FRAME_BUDGET);
}

/**
 * Looks for targets below a node.
 *
 * @param {any} root
 */
function enter(root) {
  if (root.nodeType === 9) root = root.body;
  if (!root?.isConnected) return;
  if (root.nodeType === 11) {
    root.childNodes.forEach((/** @type {Node} */ node) => waiting.add(node));
  } else if (root.nodeType === 1 && root.closest(LEFT_ALONE)) {
    leave(root);
  } else if (root.nodeType === 1) {
    const count = root.getElementsByTagName('*').length;
    // The text of an element without others may be a piece of a number that the search does not know.
    /** @type {Text[] | undefined | false} */
    const texts = count === 0 ? root.childNodes : count < MAX_AT_ONCE && /** @type {Finder} */ (finder).texts(root);
    if (!texts) {
      walks.push(document.createNodeIterator(root, EVERYTHING));
      return;
    }
    texts.forEach((node) => node.nodeType === 3 && waiting.add(node));
    /** @type {Finder} */ (finder).attributes(root).forEach((node) => waiting.add(node));
    if (count > MAX_DOORS) walks.push(document.createNodeIterator(root, ELEMENTS));
    else [root, ...root.querySelectorAll('*')].forEach(door);
  }
}

/** Goes on for a hundred nodes through what is too large for one search. */
function walk() {
  for (let step = 0; step < 100; step += 1) {
    const node = /** @type {any} */ (walks[0].nextNode());
    if (!node) {
      walks.shift();
      return;
    }
    if (node.nodeType === 3) {
      if (/** @type {Finder} */ (finder).hint.test(node.data)) see(node);
    } else {
      if (walks[0].whatToShow === EVERYTHING) /** @type {Finder} */ (finder).attributesOf(node).forEach(see);
      door(node);
    }
  }
}

/**
 * Enters an open shadow root or a frame of the same origin, now or when there is one.
 *
 * @param {any} element
 */
function door(element) {
  const name = element.localName;
  const later = () => {
    if (!finder) return;
    door(element);
    work(FRAME_BUDGET);
  };
  let inside = element.shadowRoot;
  if (name === 'iframe') {
    // A frame of another site shows no document, and its window may not be looked into: that would throw.
    inside = element.contentDocument;
    // A frame whose page has a tag of its own is that one's; before the page is there, nobody can tell.
    if (inside?.readyState !== 'complete' || inside.defaultView?.dni?.site) inside = null;
    if (isNew(element)) element.addEventListener('load', later);
  } else if (!inside && name.includes('-') && !customElements.get(name) && isNew(element)) {
    customElements.whenDefined(name).then(later, () => undefined);
  }
  if (inside && inside.designMode !== 'on' && !element.closest(LEFT_ALONE) && watch(inside)) waiting.add(inside);
}

/** @param {Node} node */
function isNew(node) {
  return !watched.has(node) && !!watched.add(node);
}
