/**
 * What each carrier's documents may hold: verbs, their attributes with the values they take, and
 * what may stand in what. From Twilio's TwiML reference and Telnyx's TeXML reference.
 */

/** Digits of a number that a carrier dials or shows (E.164). */
const E164 = /^\+[1-9][0-9]{6,14}$/;
/** What carriers put in the place of a withheld number; none of them can be shown to anybody. */
const WITHHELD = new Set(['+266696687', '+7378742833', '+86282452253', '+2562533', '+8656696']);

const text = () => true;
const flag = oneOf('true', 'false');
const method = oneOf('GET', 'POST');
const address = (value) => URL.canParse(value, 'https://relative.example');
const absolute = (value) => /^https?:\/\//i.test(value) && URL.canParse(value);
const language = (value) => /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/.test(value);
const keys = (value) => /^[0-9*#]*$/.test(value);
const recordingEvents = listOf('in-progress', 'completed', 'absent');
const legEvents = listOf('initiated', 'ringing', 'answered', 'completed');
const recordModes = oneOf(
  'do-not-record', 'true', 'false', 'record-from-answer', 'record-from-ringing', 'record-from-answer-dual', 'record-from-ringing-dual',
);
const recordingCallback = {
  recordingStatusCallback: address, recordingStatusCallbackMethod: method, recordingStatusCallbackEvent: recordingEvents,
};

/** Verbs by name: `attributes` with a check of their values, `children`, and where else than in the document they stand. */
const TWILIO = {
  Say: { attributes: { voice: text, language, loop: whole(0, 1000) } },
  Play: { attributes: { loop: whole(0, 1000), digits: (value) => /^[0-9*#wW]+$/.test(value) } },
  Pause: { attributes: { length: whole(1, 600) } },
  Gather: {
    attributes: {
      input: listOf('dtmf', 'speech'), action: address, method, timeout: (value) => value === 'auto' || whole(1, 600)(value),
      speechTimeout: (value) => value === 'auto' || whole(1, 600)(value), finishOnKey: (value) => /^[0-9*#]?$/.test(value),
      numDigits: whole(1, 32), language, hints: text, bargeIn: flag, actionOnEmptyResult: flag, profanityFilter: flag,
      speechModel: text, enhanced: flag, partialResultCallback: address, partialResultCallbackMethod: method,
    },
    children: ['Say', 'Play', 'Pause'],
  },
  Dial: {
    attributes: {
      action: address, method, timeout: whole(5, 600), timeLimit: whole(1, 14_400), callerId: text, record: recordModes,
      trim: oneOf('trim-silence', 'do-not-trim'), hangupOnStar: flag, answerOnBridge: flag, ringTone: text, sequential: flag,
      recordingTrack: oneOf('both', 'inbound', 'outbound'), ...recordingCallback,
    },
    children: ['Number'],
  },
  Number: {
    attributes: {
      sendDigits: (value) => /^[0-9A-D*#wW]+$/.test(value), url: address, method, statusCallback: absolute, statusCallbackMethod: method,
      statusCallbackEvent: legEvents,
    },
    nested: true,
  },
  Record: {
    attributes: {
      action: address, method, timeout: whole(0, 600), maxLength: whole(1, 14_400), finishOnKey: keys, playBeep: flag,
      trim: oneOf('trim-silence', 'do-not-trim'), transcribe: flag, transcribeCallback: address, ...recordingCallback,
    },
  },
  Redirect: { attributes: { method } },
  Hangup: { attributes: {} },
  Reject: { attributes: { reason: oneOf('rejected', 'busy') } },
};

/** What TeXML has otherwise: narrower times, channels by an attribute of their own, and no word on who is bridged. */
const TELNYX = {
  ...TWILIO,
  Pause: { attributes: { length: whole(1, 180) } },
  Gather: {
    attributes: {
      input: listOf('dtmf', 'speech'), action: address, method, timeout: whole(1, 120), finishOnKey: keys, numDigits: whole(1, 128),
      minDigits: whole(1, 128), maxDigits: whole(1, 128), validDigits: keys, invalidDigitsAction: address, language,
    },
    children: ['Say', 'Play'],
  },
  Dial: {
    attributes: {
      action: address, method, timeout: whole(5, 120), timeLimit: whole(60, 14_400), callerId: text, fromDisplayName: text,
      hangupOnStar: flag, ringTone: text, record: recordModes, recordingChannels: oneOf('single', 'dual'), recordMaxLength: whole(0, 14_400),
      recordingTrack: oneOf('both', 'inbound', 'outbound'), ...recordingCallback,
    },
    children: ['Number'],
  },
  Record: {
    attributes: {
      action: address, method, timeout: whole(0, 600), maxLength: whole(1, 14_400), finishOnKey: keys, playBeep: flag, trim: text,
      channels: oneOf('single', 'dual'), transcription: flag, transcriptionCallback: address, ...recordingCallback,
    },
  },
};

/** SignalWire's compatibility language is Twilio's without the sequential Dial. */
const { sequential: _none, ...signalwireDial } = TWILIO.Dial.attributes;
const SIGNALWIRE = { ...TWILIO, Dial: { ...TWILIO.Dial, attributes: signalwireDial } };

/** The grammar of each dialect. */
export const GRAMMARS = { twilio: TWILIO, signalwire: SIGNALWIRE, telnyx: TELNYX };

/** Says whether a carrier can dial a number. */
export function canBeDialled(number) {
  return E164.test(number);
}

/** Says whether a carrier can show a number to whoever is dialled. */
export function canBeShown(number) {
  return E164.test(number) && !WITHHELD.has(number);
}

function whole(least, most) {
  return (value) => /^[0-9]{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most;
}

function oneOf(...words) {
  return (value) => words.includes(value);
}

function listOf(...words) {
  return (value) => value.trim() !== '' && value.trim().split(/\s+/).every((word) => words.includes(word));
}
