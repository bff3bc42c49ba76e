/** Lets the browser itself find the few texts and attributes that may have a target in them. */

/** Most texts taken from one search: beyond, a walk is as fast. */
const MAX_FOUND = 4096;
/** The elements that have an attribute, where not any may; others may have it too, but it says nothing there. */
const OWNERS = { href: ['a'], alt: ['img'], placeholder: ['input', 'textarea'], content: ['meta'] };

/**
 * Makes the searches for some runs of digits, one of which every written form of a target has in it.
 *
 * `contains(string())` is what makes the search of 12,000 texts as fast as a walk that does nothing: `contains(.)` would make
 * a set of nodes for each.
 *
 * @param {string} seeds runs of digits, each followed by a space; some come twice
 * @param {string} endings of our own numbers, likewise
 * @param {string[]} names of attributes
 */
export function search(seeds, endings, names) {
  const digits = runs(seeds);
  const any = digits.map((run) => `contains(string(),'${run}')`).join(' or ');
  const path = `descendant-or-self::text()[${any}]`;
  const hint = new RegExp(digits.join('|'));
  const places = ['href', ...names].map((name) => [name, OWNERS[name]]);
  const ofElement = (element, name) => {
    const attribute = element.getAttributeNode(name);
    return attribute && hint.test(attribute.value) ? [attribute] : [];
  };
  const attributesOf = (element) => places.flatMap(([name, owners]) => (
    !owners || owners.includes(element.localName) ? ofElement(element, name) : []));
  return {
    /** What it was made of. */
    runs: [seeds, endings],
    /** What a text must match to be worth a question. */
    hint,
    /** What a text must match to have a number of ours in it. */
    copy: new RegExp(runs(endings).join('|')),
    /** Answers the texts below an element, or nothing if they are too many for one answer. */
    texts(root) {
      const found = root.ownerDocument.evaluate(path, root, null, 6);
      if (found.snapshotLength > MAX_FOUND) return undefined;
      return Array.from({ length: found.snapshotLength }, (_, at) => found.snapshotItem(at));
    },
    attributesOf,
    /** Answers an element's and those below. A list of all elements of a name costs nothing: the browser keeps it. */
    attributes: (root) => [...attributesOf(root), ...places.flatMap(([name, owners]) => (
      (owners ?? ['*']).flatMap((owner) => (
        [...owners ? root.getElementsByTagName(owner) : root.querySelectorAll(`[${name}]`)].flatMap((one) => ofElement(one, name))))))],
  };
}

function runs(list) {
  return [...new Set(list.trim().split(' '))];
}
