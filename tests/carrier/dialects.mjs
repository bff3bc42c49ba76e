/**
 * The carriers that speak TwiML or a dialect of it: how each signs, names its calls, and fills the
 * forms of its webhooks. Names and values are those of their references.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { signalwireHeaders, telnyxHeaders, twilioHeaders } from './signer.mjs';
import { signedAddress } from './telnyx-recordings.mjs';

/** Fields that no webhook of SignalWire's compatibility API carries. */
const NOT_SIGNALWIRE = ['Caller', 'Called', 'StirVerstat', 'CallerName', 'DialBridged'];
/** Fields of TeXML webhooks, beside those of Twilio that they share. */
const TELNYX_SHARES = new Set([
  'AccountSid', 'CallSid', 'ParentCallSid', 'From', 'To', 'CallStatus', 'CallbackSource', 'SequenceNumber', 'CallDuration', 'Digits',
  'DialCallStatus', 'DialCallSid', 'DialCallDuration', 'RecordingSid', 'RecordingUrl', 'RecordingStatus', 'RecordingDuration', 'RecordingChannels',
  'RecordingSource',
]);

/**
 * @typedef {object} Dialect
 * @property {(prefix: string) => string} newSid
 * @property {(secret: any) => (request: object) => Record<string, string>} headers
 * @property {(kind: string, form: Record<string, string>) => Record<string, string>} fill turns Twilio's form into the carrier's own
 * @property {(carrier: object, id: string, now: number) => string} recordingUrl where a recording is said to be, at an instant
 */

const lastingUrl = ({ mediaUrl, accountSid }, id) => `${mediaUrl}/2010-04-01/Accounts/${accountSid}/Recordings/${id}`;

/** @type {Record<string, Dialect>} */
export const DIALECTS = {
  twilio: { newSid: (prefix) => prefix + randomBytes(16).toString('hex'), headers: twilioHeaders, fill: (_kind, form) => form, recordingUrl: lastingUrl },
  signalwire: { newSid: () => randomUUID(), headers: signalwireHeaders, fill: fillSignalwire, recordingUrl: lastingUrl },
  telnyx: {
    newSid: () => `v3:${randomBytes(40).toString('base64url')}`, headers: telnyxHeaders, fill: fillTelnyx,
    recordingUrl: ({ mediaUrl }, id, now) => signedAddress(mediaUrl, id, now),
  },
};

function fillSignalwire(_kind, form) {
  const kept = Object.entries(form).filter(([name]) => !NOT_SIGNALWIRE.includes(name) && !/^(From|To|Caller|Called)(City|State|Zip|Country)$/.test(name));
  return Object.fromEntries(kept);
}

function fillTelnyx(kind, form) {
  const filled = Object.fromEntries(Object.entries(form).filter(([name]) => TELNYX_SHARES.has(name)));
  filled.CallSidLegacy = form.CallSid;
  filled.ConnectionId = '1234567890';
  if (kind === 'voice') {
    const attested = /^TN-Validation-(Passed|Failed)-([ABC])/.exec(form.StirVerstat ?? '');
    Object.assign(filled, form.CallerName && { CallerId: form.CallerName }, attested && {
      ShakenStirAttestation: attested[2], ShakenStirValidated: String(attested[1] === 'Passed'),
    });
  }
  if (kind === 'gather' || kind === 'accept') {
    delete filled.CallStatus;
  }
  if (form.Timestamp) {
    filled.Timestamp = new Date(form.Timestamp).toISOString();
  }
  return filled;
}
