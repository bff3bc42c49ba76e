/** Reads a carrier's answer as a document, and finds in it what the carrier would not take. */
import { XmlCData, XmlDocument, XmlElement, XmlText } from 'libxml2-wasm';
import { canBeDialled, GRAMMARS } from './grammar.mjs';

/** Numbers of one Dial (Twilio's limit for simultaneous ringing). */
export const MOST_LEGS = 10;
/** Characters of a document that are shown in an error message. */
const SHOWN = 80;
/** Twilio's warning that a document is not as its schema has it. */
const NOT_IN_SCHEMA = 12_200;
/** Twilio's warning of a number that it cannot dial. */
const NO_NUMBER = 13_223;
/** Twilio's warning of a relative statusCallback. */
const RELATIVE_CALLBACK = 21_609;

/** A document the carrier cannot use; `code` is Twilio's error code. */
export class DocumentError extends Error {
  /** @param {number|string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads an answer as a document.
 *
 * @param {import('./requests.mjs').Reply} reply
 * @param {object} [options]
 * @param {'twilio'|'signalwire'|'telnyx'} [options.dialect]
 * @param {boolean} [options.toCallee] it is carried out on a leg that was dialled, where nothing more can be dialled
 * @returns {{verbs: Verb[], warnings: {code: number, message: string}[]}}
 * @throws {DocumentError} 11200 no usable answer, 11750 too long, 12300 wrong content type, 12100 not a TwiML document
 *
 * @typedef {{name: string, attributes: Record<string, string>, children: Verb[], text: string}} Verb
 */
export function readDocument(reply, { dialect = 'twilio', toCallee = false } = {}) {
  if (reply.status < 200 || reply.status > 299) {
    throw new DocumentError(11200, reply.failure ? `no answer (${reply.failure})` : `answered with HTTP status ${reply.status}`);
  }
  if (reply.tooLong) {
    throw new DocumentError(11750, 'the document is longer than 64 kB');
  }
  const type = reply.contentType.split(';', 1)[0].trim().toLowerCase();
  if (type !== 'text/xml' && type !== 'application/xml') {
    throw new DocumentError(12300, `content type "${type}" is neither text/xml nor application/xml`);
  }
  return new Reader(GRAMMARS[dialect], toCallee).read(reply.body);
}

/** One document while it is read. What a carrier does not know it reports and passes over. */
class Reader {
  #grammar;
  #toCallee;
  #warnings = [];

  constructor(grammar, toCallee) {
    this.#grammar = grammar;
    this.#toCallee = toCallee;
  }

  /** A conforming parser matters here: a bare "&" must fail, as it does at the carrier. */
  read(text) {
    let document;
    try {
      document = XmlDocument.fromString(text);
    } catch (error) {
      throw new DocumentError(12100, `the document is not well-formed XML: ${String(error.message).trim().slice(0, SHOWN)}`);
    }
    try {
      return this.#response(document.root);
    } finally {
      document.dispose();
    }
  }

  #response(root) {
    if (root.name !== 'Response') {
      throw new DocumentError(12100, `the root element is <${root.name}>, not <Response>`);
    }
    const verbs = elements(root).map((element) => this.#verb(element)).filter((verb) => verb !== null);
    if (loose(root) !== '') {
      this.#warn('text stands between the verbs of <Response>');
    }
    const top = verbs.filter((verb) => !this.#grammar[verb.name].nested);
    if (top.length !== verbs.length) {
      this.#warn('<Number> stands outside of <Dial>');
    }
    if (this.#toCallee && top.some((verb) => ['Dial', 'Reject'].includes(verb.name))) {
      this.#warn('a document for a dialled leg may hold neither <Dial> nor <Reject>');
    }
    if (top.findIndex((verb) => verb.name === 'Reject') > 0) {
      this.#warn('<Reject> stands behind another verb, which has answered the call');
    }
    return { verbs: top, warnings: this.#warnings };
  }

  #verb(element) {
    const { name } = element;
    const rule = Object.hasOwn(this.#grammar, name) ? this.#grammar[name] : undefined;
    if (!rule) {
      this.#warn(`<${name}> is not a verb this carrier knows`);
      return null;
    }
    const verb = { name, attributes: this.#attributes(element, rule), children: this.#children(element, rule), text: loose(element) };
    this.#content(verb, rule);
    return verb;
  }

  #attributes(element, rule) {
    const attributes = {};
    for (const { name, value } of element.attrs) {
      attributes[name] = value;
      if (!Object.hasOwn(rule.attributes, name)) {
        this.#warn(`<${element.name}> has no attribute "${name}"`);
      } else if (!rule.attributes[name](value)) {
        const code = name === 'statusCallback' ? RELATIVE_CALLBACK : NOT_IN_SCHEMA;
        this.#warn(`${name}="${value.slice(0, SHOWN)}" is no value that <${element.name}> takes`, code);
      }
    }
    return attributes;
  }

  #children(element, rule) {
    const children = [];
    for (const child of elements(element)) {
      const verb = (rule.children ?? []).includes(child.name) ? this.#verb(child) : null;
      if (verb) {
        children.push(verb);
      } else if (Object.hasOwn(this.#grammar, child.name)) {
        this.#warn(`<${child.name}> may not stand in <${element.name}>`);
      } else {
        this.#verb(child);
      }
    }
    return children;
  }

  /** Looks at what stands inside a verb: words to say, an address to play, numbers to dial. */
  #content({ name, text, children }) {
    const isEmpty = text === '' && children.length === 0;
    if (['Say', 'Play', 'Dial', 'Number'].includes(name) && isEmpty) {
      this.#warn(`<${name}> is empty`);
    }
    if (['Gather', 'Pause', 'Hangup', 'Reject', 'Record'].includes(name) && text !== '') {
      this.#warn(`text stands in <${name}>`);
    }
    if ((name === 'Number' || (name === 'Dial' && children.length === 0)) && text !== '' && !canBeDialled(text)) {
      this.#warn(`"${text.slice(0, SHOWN)}" is no number that can be dialled`, NO_NUMBER);
    }
    if (name === 'Dial' && children.length > MOST_LEGS) {
      this.#warn(`<Dial> rings ${MOST_LEGS} numbers at most`);
    }
  }

  #warn(message, code = NOT_IN_SCHEMA) {
    this.#warnings.push({ code, message });
  }
}

function elements(element) {
  return nodes(element).filter((node) => node instanceof XmlElement);
}

function loose(element) {
  const texts = nodes(element).filter((node) => node instanceof XmlText || node instanceof XmlCData);
  return texts.map((node) => node.content).join('').replace(/\s+/g, ' ').trim();
}

/** The children; a document of 64 kB cannot have more of them than characters. */
function nodes(element) {
  const found = [];
  for (let node = element.firstChild; node !== null; node = node.next) {
    found.push(node);
  }
  return found;
}
