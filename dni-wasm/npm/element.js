/** `<dni-number target="+13125550142">(312) 555-0142</dni-number>`: an element that shows the number for its target. */

import { follow, numberFor } from './numbers.js';

/** What reads like a phone number: seven digits or more with nothing but separators between them. */
const NUMBER = /\+?\(?\d(?:[\s().\/\u2010-\u2013-]*\d){6,14}/;
const NAME = 'dni-number';

if (typeof customElements !== 'undefined' && !customElements.get(NAME)) {
  customElements.define(NAME, class extends HTMLElement {
    static observedAttributes = ['target'];

    /** The text with the number in it, and what stood there. */
    #text;
    #before;
    #shown;
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
      this.#before ??= this.#text.nodeValue;
      const [example] = this.#before.match(NUMBER) ?? [target];
      const show = () => {
        const number = numberFor(example);
        const text = number === example ? this.#before : this.#before.includes(example) ? this.#before.replace(example, () => number) : number;
        // What another script has written since is its own.
        if (![this.#before, this.#shown].includes(this.#text.nodeValue) || this.#text.nodeValue === text) return;
        this.#shown = text;
        this.#text.nodeValue = text;
      };
      this.#stop = follow(example, show);
      show();
    }
  });
}

/** The text of an element that reads like a number, else its first that is not blank. */
function ownText(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let first;
  while (walker.nextNode()) {
    if (NUMBER.test(walker.currentNode.nodeValue)) return walker.currentNode;
    if (walker.currentNode.nodeValue.trim()) first ??= walker.currentNode;
  }
  return first;
}
