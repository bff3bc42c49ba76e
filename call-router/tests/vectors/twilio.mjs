// Signs requests with the official twilio library and prints them as test vectors. Run by hand, from the repository's root:
//
//   node_modules/.bin/node call-router/tests/vectors/twilio.mjs > call-router/tests/vectors/twilio.json
//
// The library is called for the signatures only: what is signed, and what was changed afterwards, is written here.
import { createHash } from 'node:crypto';
import twilio from 'twilio';

const TOKEN = 'f2ca5d1e0b7a4c3896d1e2f3a4b5c6d7';
const VOICE = 'https://calls.example.com/carrier/twilio/voice';
const FORM = 'application/x-www-form-urlencoded';
const CALL = [
  ['CallSid', 'CA00000000000000000000000000000001'],
  ['From', '+13125550123'],
  ['To', '+13125550142'],
  ['CallStatus', 'ringing'],
];

/** Groups repeated names into arrays, as the library wants them. */
function grouped(params) {
  const object = {};
  for (const [name, value] of params) {
    object[name] = name in object ? [object[name], value].flat() : value;
  }
  return object;
}

/** Makes a vector; `changed` holds what the receiver sees otherwise than it was signed. */
function vector(id, { method = 'POST', url = VOICE, params = CALL, content_type = FORM, body, key = TOKEN }, changed = {}) {
  const signature = twilio.getExpectedTwilioSignature(key, url, body === undefined ? grouped(params) : {});
  const sent = body ?? new URLSearchParams(params).toString();
  const received = { method, url, content_type, body: method === 'GET' ? '' : sent, key, signature, ...changed };
  return { id, valid: Object.keys(changed).length === 0, ...received };
}

/** Makes a vector whose URL the receiver writes in another way that is as good. */
function sameUrl(id, signed, received) {
  return { ...vector(id, { url: signed }), url: received };
}

const json = '{"event":"recording","seconds":12}';
const hash = createHash('sha256').update(json).digest('hex');
const jsonUrl = `https://calls.example.com/carrier/twilio/recording?bodySHA256=${hash}`;
const jsonType = 'application/json';

const vectors = [
  vector('incoming', {}),
  vector('charset in the content type', { content_type: `${FORM}; charset=UTF-8` }),
  vector('query stays as sent', { url: 'https://calls.example.com/carrier/twilio/dial?step=front-desk&turn=2' }),
  vector('percent-encoded query stays as sent', { url: `${VOICE}?note=a%20b%2Bc` }),
  vector('values are signed decoded', { params: [...CALL, ['SpeechResult', 'one+two & three=four %41']] }),
  vector('beyond ASCII', { params: [...CALL, ['CallerName', 'ZOË ☎ 日本 🎉']] }),
  vector('line breaks', { params: [...CALL, ['TranscriptionText', 'one\r\ntwo\nthree']] }),
  vector('empty value', { params: [...CALL, ['Digits', '']] }),
  vector('names in byte order', { params: [['b', '1'], ['B', '2'], ['a', '3'], ['Aa', '4'], ['A', '5']] }),
  vector('name that begins like another', { params: [['ReasonMore', 'x'], ['Reason', 'y']] }),
  vector('repeated name', { params: [['Digits', '2'], ['Digits', '1'], ['Digits', '2'], ['CallSid', 'CA1']] }),
  vector('no parameters', { params: [] }),
  vector('GET', { method: 'GET', url: `${VOICE}?CallSid=CA1&From=%2B13125550123`, params: [] }),
  vector('http', { url: 'http://127.0.0.1:8700/carrier/twilio/voice' }),
  sameUrl('port 443 signed, not seen', VOICE.replace('.com', '.com:443'), VOICE),
  sameUrl('port 443 seen, not signed', VOICE, VOICE.replace('.com', '.com:443')),
  sameUrl('port 80 signed, not seen', 'http://calls.example.com:80/v', 'http://calls.example.com/v'),
  sameUrl('port 80 seen, not signed', 'http://calls.example.com/v', 'http://calls.example.com:80/v'),
  vector('JSON with the hash of its body', { url: jsonUrl, content_type: jsonType, body: json }),
  vector('JSON changed', { url: jsonUrl, content_type: jsonType, body: json }, { body: json.replace('12', '13') }),
  vector('JSON without a hash', { url: VOICE, content_type: jsonType, body: json }, { content_type: jsonType }),
  vector('value changed', {}, { body: new URLSearchParams(CALL).toString().replace('0142', '0143') }),
  vector('parameter added', {}, { body: `${new URLSearchParams(CALL)}&Digits=1` }),
  vector('parameter removed', {}, { body: new URLSearchParams(CALL.slice(1)).toString() }),
  vector('query changed', { url: `${VOICE}?step=a` }, { url: `${VOICE}?step=b` }),
  vector('path changed', {}, { url: VOICE.replace('voice', 'status') }),
  vector('host changed', {}, { url: VOICE.replace('calls', 'other') }),
  vector('scheme changed', {}, { url: VOICE.replace('https', 'http') }),
  vector('slash added', {}, { url: `${VOICE}/` }),
  vector('other token', {}, { key: 'f2ca5d1e0b7a4c3896d1e2f3a4b5c6d8' }),
  vector('no token', {}, { key: '' }),
  vector('empty token signs nothing', { key: '' }, { key: '' }),
  vector('empty signature', {}, { signature: '' }),
  vector('signature of no bytes', {}, { signature: '====' }),
  vector('signature cut short', {}, { signature: twilio.getExpectedTwilioSignature(TOKEN, VOICE, grouped(CALL)).slice(0, 24) }),
];

console.log(JSON.stringify(vectors, null, 2));
