/** Lets the browser itself find the few texts and attributes that may have a target in them. */

/** Most texts taken from one search: beyond, a walk is as fast. */
const MAX_FOUND = 4096;
/** The elements that have an attribute; others may have it, but it says nothing there. */
const OWNERS = { alt: 'img', placeholder: 'input,textarea', content: 'meta' };

/**
 * Makes the searches for some runs of digits, one of which every written form of a target has in it.
 *
 * `contains(string())` is what makes the search of 12,000 texts as fast as a walk that does nothing: `contains(.)` would make
 * a set of nodes for each.
 *
 * @param {string} seeds runs of digits, each followed by a space; some come twice
 * @param {string[]} names of attributes
 */
export function search(seeds, names) {
  const digits = [...new Set(seeds.trim().split(' '))];
  const any = digits.map((run) => `contains(string(),'${run}')`).join(' or ');
  const path = `descendant-or-self::text()[${any}]`;
  const wanted = ['href', ...names];
  const selector = digits.flatMap((run) => wanted.flatMap((name) => (
    (name === 'href' ? 'a' : OWNERS[name] ?? '').split(',').map((owner) => `${owner}[${name}*="${run}"]`)
  ))).join(',');
  const attributesOf = (element) => (element.matches(selector)
    ? wanted.map((name) => element.getAttributeNode(name)).filter(Boolean) : []);
  return {
    seeds,
    /** What a text must match to be worth a question. */
    hint: new RegExp(digits.join('|')),
    /** Answers the texts below an element, or nothing if they are too many for one answer. */
    texts(root) {
      const found = root.ownerDocument.evaluate(path, root, null, 6);
      if (found.snapshotLength > MAX_FOUND) return undefined;
      return Array.from({ length: found.snapshotLength }, (_, at) => found.snapshotItem(at));
    },
    attributesOf,
    attributes: (root) => [root, ...root.querySelectorAll(selector)].flatMap(attributesOf),
  };
}
