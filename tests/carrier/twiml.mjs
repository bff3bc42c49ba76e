/**
 * Walks a document the way Twilio does. Nothing here touches the network or a clock: the line that
 * the verbs act on is an argument.
 */
import { DocumentError, MOST_LEGS } from './document.mjs';

/** Plays of one Say or Play; `loop="0"` means "for ever" at the carrier, which here ends as well. */
const MOST_LOOPS = 10;
/** Characters of an address that are shown in an error message. */
const SHOWN = 80;
/** Ways of recording a Dial that begin while it rings. */
const FROM_RINGING = /^record-from-ringing/;

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
 * @property {(words: string, voice: {language?: string, voice?: string}) => Promise<void>} say
 * @property {(url: string) => Promise<void>} play
 * @property {(seconds: number) => Promise<void>} pause
 * @property {() => boolean} interrupted says whether a key was pressed, which ends what is being heard
 * @property {(wanted: {timeout: number, digits: number, finishOnKey: string, prompt: () => Promise<void>}) => Promise<{digits: string, finishedOnKey: string}>} gather
 * @property {(plan: object) => Promise<{params: Record<string, string>, gone: boolean}>} dial
 * @property {(plan: object) => Promise<{params: Record<string, string>|null, gone: boolean}>} record
 *
 * @typedef {{do: 'fetch', why: string, url: string, method: string, params: Record<string, string>, last: boolean}
 *   | {do: 'end'} | {do: 'hangup'} | {do: 'reject', reason: string}} Next `last`: the caller is gone, so the answer is not carried
 *   out; `end`: nothing is left to do, which hangs up on a caller and connects a leg that was dialled
 */
export async function walk(verbs, url, line) {
  for (const [position, verb] of verbs.entries()) {
    line.enter(verb);
    const next = await STEPS[verb.name](verb, { url, line, first: position === 0 });
    if (next) {
      return next;
    }
  }
  return { do: 'end' };
}

const STEPS = {
  Say: (verb, at) => repeat(verb, at, () => at.line.say(verb.text, verb.attributes)),
  Play: (verb, at) => repeat(verb, at, () => at.line.play(absolute(verb.text, at.url))),
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

async function repeat(verb, at, once) {
  const asked = number(verb, 'loop', 1, 0, 1000);
  const times = asked === 0 ? MOST_LOOPS : Math.min(asked, MOST_LOOPS);
  for (let i = 0; i < times && !at.line.interrupted(); i += 1) {
    await once();
  }
}

async function gather(verb, at) {
  const prompt = async () => {
    for (const child of verb.children) {
      if (at.line.interrupted()) {
        return;
      }
      at.line.enter(child);
      await STEPS[child.name](child, { ...at, first: false });
    }
  };
  const finishOnKey = verb.attributes.finishOnKey ?? '#';
  const { digits, finishedOnKey } = await at.line.gather({
    timeout: number(verb, 'timeout', 5, 0, 600),
    digits: number(verb, 'numDigits', 32, 1, 32),
    finishOnKey,
    prompt,
  });
  if (digits === '' && verb.attributes.actionOnEmptyResult !== 'true') {
    return undefined;
  }
  return fetchNext('gather', verb, verb.attributes.action, at, { Digits: digits, FinishedOnKey: finishedOnKey });
}

async function dial(verb, at) {
  const legs = verb.children.length > 0
    ? verb.children.map((child) => leg(child, at))
    : [{ to: verb.text, url: null, statusCallback: null, events: [] }];
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
  const { url, method, statusCallback, statusCallbackEvent = 'completed', statusCallbackMethod = 'POST' } = verb.attributes;
  return {
    to: verb.text,
    url: url === undefined ? null : absolute(url, at.url),
    urlMethod: method === 'GET' ? 'GET' : 'POST',
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
    channels: mode.endsWith('-dual') || verb.attributes.recordingChannels === 'dual' ? 2 : 1,
    fromRinging: FROM_RINGING.test(mode),
    track: verb.attributes.recordingTrack ?? 'both',
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
