/** `<dni-number target="+13125550142">(312) 555-0142</dni-number>`: an element that shows the number for its target. */

import { follow, numberFor } from './numbers.js';

/** What reads like a phone number: seven digits or more with nothing but separators between them. */
const NUMBER = /\+?\(?\d(?:[\s()./\u2010-\u2013-]*\d){6,14}/;
const NAME = 'dni-number';

if (typeof customElements !== 'undefined' && !customElements.get(NAME)) {
  customElements.define(NAME, class extends HTMLElement {
    static observedAttributes = ['target'];

    /** @type {Text | undefined} the text with the number in it */
    #text;
    /** @type {string | undefined} what stood there */
    #before;
    /** @type {string | undefined} */
    #shown;
    /** @type {() => void} */
    #stop = () => {};

    connectedCallback() {
      // Its content is not there yet while the page is still being read.
      queueMicrotask(() => this.#start());
    }

    disconnectedCallback() {
      this.#stop();
    }

    attributeChangedCallback() {
      if (this.#text) this.#start();
    }

    #start() {
      this.#stop();
      if (!this.isConnected) return;
      const target = this.getAttribute('target') ?? '';
      this.#text ??= ownText(this) ?? this.appendChild(document.createTextNode(target));
      this.#before ??= this.#text.data;
      const [node, before] = [this.#text, this.#before];
      const [example] = before.match(NUMBER) ?? [target];
      const show = () => {
        const number = numberFor(example);
        const text = number === example ? before : before.includes(example) ? before.replace(example, () => number) : number;
        // What another script has written since is its own.
        if (![before, this.#shown].includes(node.data) || node.data === text) return;
        this.#shown = text;
        node.data = text;
      };
      this.#stop = follow(example, show);
      show();
    }
  });
}

/**
 * The text of an element that reads like a number, else its first that is not blank.
 *
 * @param {Element} element
 */
function ownText(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  /** @type {Text | undefined} */
  let first;
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    if (NUMBER.test(node.data)) return node;
    if (node.data.trim()) first ??= node;
  }
  return first;
}
