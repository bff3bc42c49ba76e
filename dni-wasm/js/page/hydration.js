/**
 * Pages that a server made and a framework has yet to take over: it compares the texts with its own, and one that was swapped
 * before would be an error to it.
 */

/** Milliseconds after the page has loaded in which a framework may still take it over. */
const LATEST = 3_000;
/** Milliseconds after which a page that never ends loading counts as loaded. */
const LOAD_LIMIT = 10_000;
/** Roots in which servers put a framework's pages. */
const ROOTS = '#root,#app,#__next,#__nuxt,#___gatsby,#svelte,[data-reactroot],[data-server-rendered]';
/** The comments by which React, Vue and Svelte find their way through a server's page. */
const MARKS = "boolean(//comment()[string()=' ' or string()='$' or string()='[' or string()='[!'])";

/** 0 while the page loads, 1 while a framework that is there may still be at work, 2 for the rest of the page's life. */
let stage = 0;
/** @type {WeakSet<Node>} elements that tell when React begins to take them over */
const guarded = new WeakSet();
/** @type {boolean | undefined} whether the server's page has a framework's marks in it; unknown at first */
let isMarked;

/**
 * Follows the page's loading.
 *
 * @param {() => void} proceed is called whenever fewer texts are awaited
 */
export function open(proceed) {
  const reach = (/** @type {number} */ next) => () => {
    stage = Math.max(stage, next);
    proceed();
  };
  const loaded = () => {
    // What waits for the load event runs before.
    (window.requestIdleCallback ?? setTimeout)(reach(1), { timeout: 1_000 });
    setTimeout(reach(2), LATEST);
  };
  if (document.readyState === 'complete') loaded();
  else addEventListener('load', loaded);
  setTimeout(reach(2), LOAD_LIMIT);
}

/**
 * Says whether a framework has yet to take an element over.
 *
 * @param {Element} element
 */
export function isAwaited(element) {
  if (element.closest('astro-island[ssr]')) return true;
  if (stage === 2) return false;
  for (let node = /** @type {any} */ (element); node; node = node.parentNode) {
    const key = keyOf(node);
    // React marks the root when it starts, and each element when it has taken it over.
    if (key) return key[7] === 'C' || node !== element && !hasMarkup(node);
    if (node.__vue_app__) return false;
  }
  if (stage > 0) return false;
  isMarked ??= document.evaluate(MARKS, document, null, 3).booleanValue;
  return isMarked || !!element.closest(ROOTS);
}

/**
 * Calls back when React begins to take over an element that a number stands in: no sign in the page tells of it before. Wherever it
 * is about to compare texts, it marks the root and listens there first; the texts it compares a moment later.
 *
 * @param {Node} element
 * @param {(root: Node) => void} begins
 */
export function guard(element, begins) {
  for (let node = /** @type {any} */ (element); node && !guarded.has(node); node = node.parentNode) {
    guarded.add(node);
    // What somebody else has put there is theirs.
    if (!Object.keys(node).includes('addEventListener')) node.addEventListener = listen;
  }

  /** @type {(this: any, ...args: any) => void} */
  function listen(...args) {
    Object.getPrototypeOf(this).addEventListener.apply(this, args);
    if (keyOf(this)?.[7] !== 'C') return;
    delete this.addEventListener;
    stage = 1;
    setTimeout(() => { stage = 2; }, LATEST);
    begins(this);
  }
}

/**
 * The name under which React keeps an element or a root, if it does.
 *
 * @param {object} node
 */
function keyOf(node) {
  return Object.keys(node).find((name) => /^__react(Fiber|Container)/.test(name));
}

/**
 * Says whether React keeps what is in an element as markup, which it does not compare.
 *
 * @param {Record<string, any>} element
 */
function hasMarkup(element) {
  const key = /** @type {string} */ (Object.keys(element).find((name) => name.startsWith('__reactProps')));
  return !!element[key]?.dangerouslySetInnerHTML;
}
