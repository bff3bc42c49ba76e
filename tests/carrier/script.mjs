/** What a simulated call is to do: read from JSON, with every value checked and every gap filled. */

/** Callee behaviours; `ask` leaves it to whoever presses the buttons of the soft-phone. */
const CALLEES = new Set(['answer', 'busy', 'no-answer', 'failed', 'ask']);
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
 * @property {string[]} callee behaviour of the dialled legs in order; the last one repeats
 * @property {number} ring_seconds rings before the callee picks up
 * @property {number} talk_seconds talk until the callee hangs up
 * @property {number|null} caller_hangs_up_after seconds from the start of the call
 * @property {string[]} digits what is pressed at each Gather; then nothing
 * @property {{seconds: number, ends: string}|null} voicemail null: hangs up at the tone without a word
 * @property {import('./faults.mjs').Faults} faults
 * @property {boolean} bad_signature sign with a wrong token
 * @property {boolean} interactive a person plays both ends
 * @property {number|null} speed script seconds in a real second; null: the carrier's
 * @property {Record<string, string>} params form fields added to each webhook of the call
 */
export function readScript(input) {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw new ScriptError('A script is a JSON object with at least "from" and "to".');
  }
  const interactive = input.interactive === true;
  return {
    from: party(input.from, 'from'),
    to: party(input.to, 'to'),
    caller: { ...SOMEBODY, ...callerOf(input.caller) },
    callee: calleesOf(input.callee ?? (interactive ? 'ask' : 'answer')),
    ring_seconds: seconds(input.ring_seconds ?? 4, 'ring_seconds'),
    talk_seconds: seconds(input.talk_seconds ?? (interactive ? MOST_SECONDS : 60), 'talk_seconds'),
    caller_hangs_up_after: input.caller_hangs_up_after === undefined || input.caller_hangs_up_after === null
      ? null
      : seconds(input.caller_hangs_up_after, 'caller_hangs_up_after'),
    digits: digitsOf(input.digits ?? []),
    voicemail: voicemailOf(input.voicemail ?? null),
    faults: faultsOf(input.faults ?? {}),
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

function calleesOf(value) {
  const callees = Array.isArray(value) ? value.slice(0, 20) : [value];
  if (callees.length === 0 || !callees.every((callee) => CALLEES.has(callee))) {
    throw new ScriptError(`"callee" is one of ${[...CALLEES].join(', ')}, or a list of them.`);
  }
  return callees;
}

function digitsOf(value) {
  const list = Array.isArray(value) ? value.slice(0, 50).map(String) : [String(value)];
  if (!list.every((keys) => /^[0-9*#]{0,32}$/.test(keys))) {
    throw new ScriptError('"digits" holds keys of a telephone: 0-9, * and #.');
  }
  return list;
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

function faultsOf(value) {
  const faults = {};
  if (value.duplicate !== undefined) {
    faults.duplicate = bounded(value.duplicate, 'faults.duplicate', 0, 20);
  }
  if (value.shuffle !== undefined && value.shuffle !== null) {
    faults.shuffle = bounded(value.shuffle, 'faults.shuffle', 0, 2 ** 32 - 1);
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
