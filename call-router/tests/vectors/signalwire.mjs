// Signs requests as SignalWire does and prints them as test vectors. Run by hand, from the repository's root:
//
//   node_modules/.bin/node call-router/tests/vectors/signalwire.mjs > call-router/tests/vectors/signalwire.json
//
// cXML requests are signed by Twilio's scheme, so the official twilio library signs them; SignalWire's JSON requests by
// HMAC-SHA1 in hexadecimal digits over URL and raw body, for which Node's own is called.
import { createHash, createHmac } from 'node:crypto';
import twilio from 'twilio';

const KEY = 'PSK_f2ca5d1e0b7a4c3896d1e2f3a4b5c6d7';
const VOICE = 'https://calls.example.com/carrier/signalwire/voice';
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const CALL = { CallSid: 'b3877c40-da60-4998-90ad-b792e98472ca', From: '+13125550123', To: '+13125550142', CallStatus: 'ringing' };
const EVENT = '{"CallSid":"b3877c40-da60-4998-90ad-b792e98472ca","CallStatus":"completed"}';
const HASHED = `${VOICE}?bodySHA256=${createHash('sha256').update(EVENT).digest('hex')}`;

const received = (request, changed) => ({ valid: Object.keys(changed).length === 0, method: 'POST', key: KEY, ...request, ...changed });

/** A cXML request. */
function cxml(id, { url = VOICE, params = CALL, body = new URLSearchParams(params).toString(), content_type = FORM } = {}, changed = {}) {
  return { id, ...received({ url, content_type, body, signature: twilio.getExpectedTwilioSignature(KEY, url, params) }, changed) };
}

/** A request signed over URL and raw body. */
function raw(id, { url = VOICE, body = EVENT, content_type = JSON_TYPE } = {}, changed = {}) {
  const signature = createHmac('sha1', KEY).update(url + body).digest('hex');
  return { id, ...received({ url, content_type, body, signature }, changed) };
}

/** Makes a vector whose URL the receiver writes in another way that is as good. */
const sameUrl = (vector, url) => ({ ...vector, url });

console.log(JSON.stringify([
  cxml('incoming'),
  cxml('a step of a flow', { url: 'https://calls.example.com/carrier/signalwire/dial?step=office&turn=1&call=b3877c40' }),
  cxml('beyond ASCII', { params: { ...CALL, CallerName: 'ZOË ☎ 日本 🎉' } }),
  cxml('JSON with the hash of its body', { url: HASHED, params: {}, body: EVENT, content_type: JSON_TYPE }),
  cxml('JSON with the hash of another', { url: HASHED, params: {}, body: EVENT, content_type: JSON_TYPE }, { body: EVENT.replace('completed', 'busy') }),
  cxml('JSON that nothing covers', { params: {}, body: EVENT, content_type: JSON_TYPE }, { content_type: JSON_TYPE }),
  sameUrl(cxml('port 443 signed, not seen', { url: VOICE.replace('.com', '.com:443') }), VOICE),
  sameUrl(cxml('port 443 seen, not signed'), VOICE.replace('.com', '.com:443')),
  cxml('another port is another address', { url: VOICE.replace('.com', '.com:8443') }, { url: VOICE }),
  cxml('value changed', {}, { body: new URLSearchParams({ ...CALL, To: '+13125550143' }).toString() }),
  cxml('parameter added', {}, { body: new URLSearchParams({ ...CALL, Digits: '1' }).toString() }),
  cxml('query changed', { url: `${VOICE}?step=a` }, { url: `${VOICE}?step=b` }),
  cxml('other key', {}, { key: 'PSK_other' }),
  cxml('no key', {}, { key: '' }),
  cxml('no signature', {}, { signature: '' }),
  raw('JSON'),
  raw('form signed as it came', { body: new URLSearchParams(CALL).toString(), content_type: FORM }),
  raw('JSON changed', {}, { body: EVENT.replace('completed', 'busy') }),
  raw('JSON to another address', {}, { url: VOICE.replace('voice', 'status') }),
  raw('half a signature', {}, { signature: createHmac('sha1', KEY).update(VOICE + EVENT).digest('hex').slice(0, 20) }),
], null, 2));
