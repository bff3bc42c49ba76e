/** Lets the browser itself find the few texts and attributes that may have a target in them. */

/**
 * How the texts and attributes are found that may have a target in them.
 *
 * @typedef {object} Finder
 * @property {string} seeds what it was made of
 * @property {RegExp} hint what a text must match to be worth a question
 * @property {(root: Element) => Text[] | undefined} texts answers the texts below an element, or nothing if they are too many for one
 *   answer
 * @property {(element: Element) => Attr[]} attributesOf answers an element's attributes
 * @property {(root: Element) => Attr[]} attributes answers an element's and those below
 */

/** Most texts taken from one search: beyond, a walk is as fast. */
const MAX_FOUND = 4096;
/** The elements that link to something. */
const LINKS = ['a', 'area'];
/** The elements that have an attribute, where not any may; others may have it too, but it says nothing there. */
const OWNERS = /** @type {Record<string, string[] | undefined>} */ ({ href: LINKS, 'xlink:href': LINKS, alt: ['img'], placeholder: ['input', 'textarea'], content: ['meta'] });

/**
 * Makes the searches for some runs of digits, one of which every usual form of a target has in it.
 *
 * On a page that no script has walked over yet the browser's own search takes half as long as a walk that does nothing: that
 * one makes an object for each text. `contains(string())`, because `contains(.)` would make a set of nodes for each.
 *
 * @param {string} seeds runs of digits, each followed by a space; some come twice
 * @param {string[]} names of attributes
 * @returns {Finder}
 */
export function search(seeds, names) {
  const digits = [...new Set(seeds.trim().split(' '))];
  const hint = new RegExp(digits.join('|'));
  const places = ['href', 'xlink:href', ...names].map((name) => /** @type {const} */ ([name, OWNERS[name]]));
  const anywhere = places.filter(([, owners]) => !owners).map(([name]) => `[${name}]`).join();
  const tags = places.flatMap(([, owners]) => owners ?? []);
  const attributesOf = (/** @type {Element} */ element) => /** @type {Attr[]} */ (places
    .filter(([, owners]) => !owners || owners.includes(element.localName))
    .map(([name]) => element.getAttributeNode(name))
    .filter((attribute) => attribute && hint.test(attribute.value)));
  return {
    seeds,
    hint,
    texts(root) {
      // Each run costs the search as much again; whether one is there at all costs little.
      const text = digits.length > 1 && root.textContent;
      const any = digits.filter((run) => !text || text.includes(run)).map((run) => `contains(string(),'${run}')`).join(' or ');
      if (!any) return [];
      const found = root.ownerDocument.evaluate(`descendant-or-self::text()[${any}]`, root, null, 6);
      if (found.snapshotLength > MAX_FOUND) return undefined;
      // Without `Array.from`: old libraries put another in its place.
      return [...Array(found.snapshotLength)].map((_, at) => /** @type {Text} */ (found.snapshotItem(at)));
    },
    attributesOf,
    // A list of all elements of a name costs nothing: the browser keeps it.
    attributes: (root) => [
      root, ...tags.flatMap((tag) => [...root.getElementsByTagName(tag)]), ...(anywhere ? root.querySelectorAll(anywhere) : []),
    ].flatMap(attributesOf),
  };
}
