/**
 * Reads TwiML and walks it the way Twilio does. Nothing here touches the network or a clock: the
 * line that the verbs act on is an argument.
 */
import { XmlDocument, XmlCData, XmlElement, XmlText } from 'libxml2-wasm';

/** Plays of one Say or Play; `loop="0"` means "for ever" at the carrier, which here ends as well. */
const MOST_LOOPS = 10;
/** Legs of one Dial (Twilio's limit for simultaneous ringing). */
const MOST_LEGS = 10;
/** Characters of a document that are shown in an error message. */
const SHOWN = 80;

/** Verbs with their attributes and children, from Twilio's TwiML reference. */
const GRAMMAR = {
  Say: { attributes: ['voice', 'language', 'loop'] },
  Play: { attributes: ['loop', 'digits'] },
  Pause: { attributes: ['length'] },
  Gather: {
    attributes: ['input', 'action', 'method', 'timeout', 'speechTimeout', 'finishOnKey', 'numDigits', 'language', 'hints',
      'bargeIn', 'actionOnEmptyResult', 'profanityFilter', 'speechModel', 'enhanced', 'partialResultCallback'],
    children: ['Say', 'Play', 'Pause'],
  },
  Dial: {
    attributes: ['action', 'method', 'timeout', 'timeLimit', 'callerId', 'record', 'trim', 'hangupOnStar', 'answerOnBridge',
      'ringTone', 'recordingTrack', 'recordingStatusCallback', 'recordingStatusCallbackMethod', 'recordingStatusCallbackEvent'],
    children: ['Number'],
    text: true,
  },
  Number: { attributes: ['sendDigits', 'statusCallback', 'statusCallbackMethod', 'statusCallbackEvent'], nested: true },
  Record: {
    attributes: ['action', 'method', 'timeout', 'maxLength', 'finishOnKey', 'playBeep', 'trim', 'transcribe', 'transcribeCallback',
      'recordingStatusCallback', 'recordingStatusCallbackMethod', 'recordingStatusCallbackEvent'],
  },
  Redirect: { attributes: ['method'] },
  Hangup: { attributes: [] },
  Reject: { attributes: ['reason'] },
};

/** A document the carrier cannot use; `code` is Twilio's error code. */
export class DocumentError extends Error {
  /** @param {number} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads an answer as a document.
 *
 * @param {import('./requests.mjs').Reply} reply
 * @returns {{verbs: Verb[], warnings: {code: number, message: string}[]}}
 * @throws {DocumentError} 11200 no usable answer, 11750 too long, 12300 wrong content type, 12100 not a TwiML document
 *
 * @typedef {{name: string, attributes: Record<string, string>, children: Verb[], text: string}} Verb
 */
export function readDocument(reply) {
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
  return parse(reply.body);
}

/**
 * Walks the verbs until one of them asks for another document or ends the call.
 *
 * @param {Verb[]} verbs
 * @param {string} url the address of this document, which relative addresses and missing actions refer to
 * @param {Line} line the call the verbs act on; its methods may throw to end the walk (the caller hung up)
 * @returns {Promise<Next>}
 *
 * @typedef {object} Line
 * @property {(verb: Verb) => void} enter notes that a verb is reached; throws past the call's limit of verbs
 * @property {(words: string) => Promise<void>} say
 * @property {(url: string) => Promise<void>} play
 * @property {(seconds: number) => Promise<void>} pause
 * @property {(wanted: {timeout: number, digits: number, finishOnKey: string, prompt: () => Promise<void>}) => Promise<string>} gather
 * @property {(plan: object) => Promise<{params: Record<string, string>, gone: boolean}>} dial
 * @property {(plan: object) => Promise<{params: Record<string, string>|null, gone: boolean}>} record
 *
 * @typedef {{do: 'fetch', why: string, url: string, method: string, params: Record<string, string>, last: boolean}
 *   | {do: 'hangup'} | {do: 'reject', reason: string}} Next `last`: the caller is gone, so the answer is not carried out
 */
export async function walk(verbs, url, line) {
  for (const [position, verb] of verbs.entries()) {
    line.enter(verb);
    const next = await STEPS[verb.name](verb, { url, line, first: position === 0 });
    if (next) {
      return next;
    }
  }
  return { do: 'hangup' };
}

const STEPS = {
  Say: (verb, at) => repeat(verb, () => at.line.say(verb.text)),
  Play: (verb, at) => repeat(verb, () => at.line.play(absolute(verb.text, at.url))),
  Pause: async (verb, at) => {
    await at.line.pause(number(verb, 'length', 1, 1, 600));
  },
  Gather: gather,
  Dial: dial,
  Record: record,
  Redirect: async (verb, at) => fetchNext('redirect', verb, verb.text, at, {}),
  Hangup: async () => ({ do: 'hangup' }),
  // After another verb the call is already answered, and then refusing it is hanging up.
  Reject: async (verb, at) => (at.first ? { do: 'reject', reason: verb.attributes.reason ?? 'rejected' } : { do: 'hangup' }),
};

async function repeat(verb, once) {
  const asked = number(verb, 'loop', 1, 0, 1000);
  const times = asked === 0 ? MOST_LOOPS : Math.min(asked, MOST_LOOPS);
  for (let i = 0; i < times; i += 1) {
    await once();
  }
}

async function gather(verb, at) {
  const prompt = async () => {
    for (const child of verb.children) {
      at.line.enter(child);
      await STEPS[child.name](child, { ...at, first: false });
    }
  };
  const finishOnKey = verb.attributes.finishOnKey ?? '#';
  const digits = await at.line.gather({
    timeout: number(verb, 'timeout', 5, 0, 600),
    digits: number(verb, 'numDigits', 32, 1, 32),
    finishOnKey,
    prompt,
  });
  if (digits === '' && verb.attributes.actionOnEmptyResult !== 'true') {
    return undefined;
  }
  return fetchNext('gather', verb, verb.attributes.action, at, { Digits: digits, FinishedOnKey: '' });
}

async function dial(verb, at) {
  const legs = verb.children.length > 0
    ? verb.children.map((child) => leg(child, at))
    : [{ to: verb.text, statusCallback: null, events: [] }];
  const { params, gone } = await at.line.dial({
    legs: legs.slice(0, MOST_LEGS),
    timeout: number(verb, 'timeout', 30, 5, 600),
    timeLimit: number(verb, 'timeLimit', 14_400, 1, 14_400),
    callerId: verb.attributes.callerId ?? null,
    answerOnBridge: verb.attributes.answerOnBridge === 'true',
    record: recording(verb, at, verb.attributes.record ?? 'do-not-record'),
  });
  if (verb.attributes.action !== undefined) {
    return fetchNext('dial', verb, verb.attributes.action, at, params, gone);
  }
  return gone ? { do: 'hangup' } : undefined;
}

function leg(verb, at) {
  const { statusCallback, statusCallbackEvent = 'completed', statusCallbackMethod = 'POST' } = verb.attributes;
  return {
    to: verb.text,
    statusCallback: statusCallback === undefined ? null : absolute(statusCallback, at.url),
    method: statusCallbackMethod,
    events: statusCallbackEvent.split(/\s+/).filter((event) => event !== ''),
  };
}

async function record(verb, at) {
  const { params, gone } = await at.line.record({
    maxLength: number(verb, 'maxLength', 3600, 1, 14_400),
    timeout: number(verb, 'timeout', 5, 0, 600),
    finishOnKey: verb.attributes.finishOnKey ?? '1234567890*#',
    record: recording(verb, at, 'record-from-answer'),
  });
  if (params === null) {
    return gone ? { do: 'hangup' } : undefined;
  }
  return fetchNext('record', verb, verb.attributes.action, at, params, gone);
}

function recording(verb, at, mode) {
  if (mode === 'do-not-record' || mode === 'false') {
    return null;
  }
  const callback = verb.attributes.recordingStatusCallback;
  return {
    channels: mode.endsWith('-dual') ? 2 : 1,
    callback: callback === undefined ? null : absolute(callback, at.url),
    method: verb.attributes.recordingStatusCallbackMethod ?? 'POST',
    events: (verb.attributes.recordingStatusCallbackEvent ?? 'completed').split(/\s+/),
  };
}

/** A missing or empty address means the current document once more, which is how Twilio comes to loop. */
function fetchNext(why, verb, address, at, params, last = false) {
  const url = address === undefined || address === '' ? at.url : absolute(address, at.url);
  return { do: 'fetch', why, url, method: verb.attributes.method === 'GET' ? 'GET' : 'POST', params, last };
}

function absolute(address, base) {
  try {
    // The text is kept as written where it is absolute: that text is what gets signed.
    return /^https?:\/\//i.test(address) ? address : new URL(address, base).href;
  } catch {
    throw new DocumentError(11100, `"${address.slice(0, SHOWN)}" is not an address`);
  }
}

function number(verb, name, missing, least, most) {
  const value = Number.parseInt(verb.attributes[name] ?? '', 10);
  return Number.isNaN(value) ? missing : Math.min(Math.max(value, least), most);
}

/** A conforming parser matters here: a bare "&" must fail, as it does at the carrier. */
function parse(text) {
  let document;
  try {
    document = XmlDocument.fromString(text);
  } catch (error) {
    throw new DocumentError(12100, `the document is not well-formed XML: ${String(error.message).trim().slice(0, SHOWN)}`);
  }
  try {
    return readResponse(document.root);
  } finally {
    document.dispose();
  }
}

function readResponse(root) {
  if (root.name !== 'Response') {
    throw new DocumentError(12100, `the root element is <${root.name}>, not <Response>`);
  }
  const warnings = [];
  const verbs = elements(root).map((element) => verbOf(element, warnings)).filter((verb) => verb !== null);
  if (loose(root) !== '') {
    warnings.push({ code: 12200, message: 'text stands between the verbs of <Response>' });
  }
  const top = verbs.filter((verb) => !GRAMMAR[verb.name].nested);
  if (top.length !== verbs.length) {
    warnings.push({ code: 12200, message: '<Number> stands outside of <Dial>' });
  }
  return { verbs: top, warnings };
}

/** What Twilio does not know it reports as 12200 and passes over. */
function verbOf(element, warnings) {
  const { name } = element;
  const rule = Object.hasOwn(GRAMMAR, name) ? GRAMMAR[name] : undefined;
  if (!rule) {
    warnings.push({ code: 12200, message: `<${name}> is not a verb this carrier knows` });
    return null;
  }
  const attributes = {};
  for (const { name: key, value } of element.attrs) {
    attributes[key] = value;
    if (!rule.attributes.includes(key)) {
      warnings.push({ code: 12200, message: `<${name}> has no attribute "${key}"` });
    }
  }
  if (name === 'Number' && attributes.statusCallback !== undefined && !/^https?:\/\//i.test(attributes.statusCallback)) {
    warnings.push({ code: 21609, message: 'the statusCallback of <Number> is not an absolute address' });
  }
  const children = [];
  for (const child of elements(element)) {
    const verb = (rule.children ?? []).includes(child.name) ? verbOf(child, warnings) : null;
    if (verb) {
      children.push(verb);
    } else if (Object.hasOwn(GRAMMAR, child.name)) {
      warnings.push({ code: 12200, message: `<${child.name}> may not stand in <${name}>` });
    } else {
      verbOf(child, warnings);
    }
  }
  return { name, attributes, children, text: loose(element) };
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
