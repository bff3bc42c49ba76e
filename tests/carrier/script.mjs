/** What a simulated call is to do: read from JSON, with every value checked and every gap filled. */

import { readMediaFaults } from './recordings.mjs';

/** What a callee does; `ask` leaves it to whoever presses the buttons of the soft-phone. */
const CALLEES = new Set(['answer', 'busy', 'no-answer', 'failed', 'ask']);
/** Parts of a call during which a caller may hang up. */
const PHASES = new Set(['listening', 'menu', 'ringing', 'whisper', 'asked', 'talking', 'recording']);
/** Callees of one script. */
const MOST_CALLEES = 20;
/** Ways a message or a talk ends. */
const MESSAGE_ENDS = new Set(['hangup', 'key', 'silence']);
/** Seconds any part of a script may last: Twilio's own limit of a call is four hours. */
const MOST_SECONDS = 14_400;
/** Extra form fields a script may add to every webhook. */
const MOST_PARAMS = 50;

/** An ordinary mobile caller, for scripts that do not care. */
const SOMEBODY = {
  name: 'WIRELESS CALLER', city: 'CHICAGO', state: 'IL', zip: '60611', country: 'US', verstat: 'TN-Validation-Passed-A',
};

/** A script that cannot be played; the message says which value is wrong. */
export class ScriptError extends Error {}

/**
 * Reads a script.
 *
 * @param {unknown} input
 * @returns {Script}
 * @throws {ScriptError}
 *
 * @typedef {object} Script
 * @property {string} from caller, E.164 (or what a carrier sends for withheld callers)
 * @property {string} to dialled number, E.164
 * @property {{name: string|null, city: string|null, state: string|null, zip: string|null, country: string|null, verstat: string|null}} caller
 * @property {Callee[]} callee who answers the dialled legs, in order; the last one repeats. Written as what they do, or as
 *   an object whose gaps `ring_seconds` and `talk_seconds` fill
 * @property {Record<string, Callee>} callees who answers a number, whatever the order
 * @property {number|null} caller_hangs_up_after seconds from the start of the call
 * @property {{phase: string, seconds: number}|null} caller_hangs_up_in hangs up that long after this part of the call begins:
 *   `listening`, `menu`, `ringing`, `whisper`, `asked`, `talking` or `recording`
 * @property {import('./keys.mjs').Pressed[]} digits what is pressed at each Gather; then nothing
 * @property {{seconds: number, ends: string}|null} voicemail null: hangs up at the tone without a word
 * @property {string|null} sound a file that every recording of the call sounds like; null: a soft signal is made
 * @property {import('./faults.mjs').Faults} faults
 * @property {import('./recordings.mjs').MediaFaults} media what is wrong with its recordings
 * @property {boolean} bad_signature sign with a wrong token
 * @property {boolean} interactive a person plays both ends
 * @property {number|null} speed script seconds in a real second; null: the carrier's
 * @property {Record<string, string>} params form fields added to each webhook of the call
 *
 * @typedef {object} Callee
 * @property {'answer'|'busy'|'no-answer'|'failed'|'ask'} does
 * @property {number} after seconds it rings until they pick up (`ring_seconds`)
 * @property {number} talk_seconds seconds of talk until they hang up
 * @property {import('./keys.mjs').Pressed[]} keys what they press where the whisper asks for a key; else they press nothing, as
 *   a mobile's own voicemail does
 * @property {number|null} hangs_up_after seconds after picking up at which they hang up, if they are not connected by then
 */
export function readScript(input) {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw new ScriptError('A script is a JSON object with at least "from" and "to".');
  }
  const interactive = input.interactive === true;
  const usual = {
    ring_seconds: seconds(input.ring_seconds ?? 4, 'ring_seconds'),
    talk_seconds: seconds(input.talk_seconds ?? (interactive ? MOST_SECONDS : 60), 'talk_seconds'),
  };
  return {
    from: party(input.from, 'from'),
    to: party(input.to, 'to'),
    caller: { ...SOMEBODY, ...callerOf(input.caller) },
    callee: calleesOf(input.callee ?? (interactive ? 'ask' : 'answer'), usual),
    callees: calleesByNumber(input.callees ?? {}, usual),
    caller_hangs_up_after: input.caller_hangs_up_after === undefined || input.caller_hangs_up_after === null
      ? null
      : seconds(input.caller_hangs_up_after, 'caller_hangs_up_after'),
    caller_hangs_up_in: leavingOf(input.caller_hangs_up_in ?? null),
    digits: pressedList(input.digits ?? [], 'digits'),
    voicemail: voicemailOf(input.voicemail ?? null),
    sound: soundOf(input.sound ?? null),
    faults: faultsOf(input.faults ?? {}),
    media: readMediaFaults(input.media),
    bad_signature: input.bad_signature === true,
    interactive,
    speed: input.speed === undefined || input.speed === null ? null : bounded(input.speed, 'speed', 0.1, 100_000),
    params: paramsOf(input.params ?? {}),
  };
}

function party(value, name) {
  if (typeof value !== 'string' || !/^(\+?[0-9]{1,15}|sip:[^\s]{1,60}|[a-z]{1,20})$/i.test(value)) {
    throw new ScriptError(`"${name}" is not a phone number like +13125550142.`);
  }
  return value;
}

function callerOf(value) {
  const caller = {};
  for (const key of Object.keys(SOMEBODY)) {
    const field = value?.[key];
    if (field === null) {
      caller[key] = null;
    } else if (field !== undefined) {
      caller[key] = String(field).slice(0, 60);
    }
  }
  return caller;
}

function calleesOf(value, usual) {
  const list = Array.isArray(value) ? value.slice(0, MOST_CALLEES) : [value];
  if (list.length === 0) {
    throw new ScriptError('"callee" is a list of nobody.');
  }
  return list.map((callee) => calleeOf(callee, usual));
}

function calleesByNumber(value, usual) {
  const entries = Object.entries(value).slice(0, MOST_CALLEES);
  return Object.fromEntries(entries.map(([number, callee]) => [party(number, 'callees'), calleeOf(callee, usual)]));
}

function calleeOf(value, usual) {
  const { does = 'answer', after, talk_seconds: talk, keys = [], hangs_up_after: gone = null } = typeof value === 'string' ? { does: value } : value ?? {};
  if (!CALLEES.has(does)) {
    throw new ScriptError(`A callee does one of ${[...CALLEES].join(', ')}.`);
  }
  return {
    does, after: seconds(after ?? usual.ring_seconds, 'callee.after'), talk_seconds: seconds(talk ?? usual.talk_seconds, 'callee.talk_seconds'),
    keys: pressedList(keys, 'callee.keys'), hangs_up_after: gone === null ? null : seconds(gone, 'callee.hangs_up_after'),
  };
}

/** What is pressed at one Gather after the other: keys, or keys with the time of the first and between two. */
function pressedList(value, name) {
  const list = Array.isArray(value) ? value.slice(0, 50) : [value];
  return list.map((one) => {
    const { keys, after = null, every = 0 } = typeof one === 'object' && one !== null ? one : { keys: String(one) };
    if (typeof keys !== 'string' || !/^[0-9*#]{0,32}$/.test(keys)) {
      throw new ScriptError(`"${name}" holds keys of a telephone: 0-9, * and #.`);
    }
    return { keys, after: after === null ? null : seconds(after, `${name}.after`), every: seconds(every, `${name}.every`) };
  });
}

function leavingOf(value) {
  if (value === null) {
    return null;
  }
  if (!PHASES.has(value.phase)) {
    throw new ScriptError(`"caller_hangs_up_in.phase" is one of ${[...PHASES].join(', ')}.`);
  }
  return { phase: value.phase, seconds: seconds(value.seconds ?? 0, 'caller_hangs_up_in.seconds') };
}

function voicemailOf(value) {
  if (value === null) {
    return null;
  }
  const ends = value.ends ?? 'hangup';
  if (!MESSAGE_ENDS.has(ends)) {
    throw new ScriptError(`"voicemail.ends" is one of ${[...MESSAGE_ENDS].join(', ')}.`);
  }
  return { seconds: seconds(value.seconds ?? 10, 'voicemail.seconds'), ends };
}

function soundOf(value) {
  if (value !== null && !(typeof value === 'string' && /\.(wav|mp3)$/.test(value))) {
    throw new ScriptError('"sound" is the path of a .wav or .mp3 file.');
  }
  return value;
}

function faultsOf(value) {
  const faults = {};
  if (value.duplicate !== undefined) {
    faults.duplicate = bounded(value.duplicate, 'faults.duplicate', 0, 20);
  }
  if (value.shuffle !== undefined && value.shuffle !== null) {
    faults.shuffle = bounded(value.shuffle, 'faults.shuffle', 0, 2 ** 32 - 1);
  }
  if (value.reverse === true) {
    faults.reverse = true;
  }
  if (value.lose_answers !== undefined) {
    const counts = Object.entries(value.lose_answers).slice(0, 20);
    faults.lose_answers = Object.fromEntries(counts.map(([kind, count]) => [kind, bounded(count, 'faults.lose_answers', 0, 10)]));
  }
  if (value.drop !== undefined) {
    faults.drop = [].concat(value.drop).slice(0, 20).map(String);
  }
  if (value.delay !== undefined) {
    faults.delay = seconds(value.delay, 'faults.delay');
  }
  return faults;
}

function paramsOf(value) {
  return Object.fromEntries(Object.entries(value).slice(0, MOST_PARAMS).map(([key, text]) => [key, String(text)]));
}

function seconds(value, name) {
  return bounded(value, name, 0, MOST_SECONDS);
}

function bounded(value, name, least, most) {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new ScriptError(`"${name}" is a number from ${least} to ${most}.`);
  }
  return value;
}
