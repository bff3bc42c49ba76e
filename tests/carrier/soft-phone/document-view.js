/** Shows an XML document with one element to a line. */

/** Characters of an answer that are shown. */
const SHOWN = 20_000;

/**
 * Answers the text with line breaks and indents between its elements; anything that is not XML
 * comes back as it is.
 *
 * @param {string} text
 * @returns {string}
 */
export function pretty(text) {
  const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
  if (text.length > SHOWN || root === null || root.querySelector('parsererror') || root.nodeName === 'parsererror') {
    return text.slice(0, SHOWN);
  }
  return lines(root, '').join('\n');
}

function lines(element, indent) {
  const open = element.cloneNode(false);
  const tag = new XMLSerializer().serializeToString(open);
  const children = Array.from(element.children);
  if (children.length === 0) {
    return [indent + new XMLSerializer().serializeToString(element)];
  }
  const start = tag.endsWith('/>') ? `${tag.slice(0, -2)}>` : tag.replace(/<\/[^>]*>$/, '');
  return [indent + start, ...children.flatMap((child) => lines(child, `${indent}  `)), `${indent}</${element.nodeName}>`];
}
