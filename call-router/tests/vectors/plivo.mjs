// Signs requests as Plivo does and prints those that the official plivo library judges as said. Run by hand, from the
// repository's root:
//
//   node_modules/.bin/node call-router/tests/vectors/plivo.mjs > call-router/tests/vectors/plivo.json
//
// The library only verifies; what version 3 signs is written down here once more, and it must agree.
import { createHmac } from 'node:crypto';
import plivo from 'plivo';

const TOKEN = 'Y2Q2ZDgxZmY5YWRiOTI5YmQ1Njg0MTAxZWIyOTc4';
const NONCE = '31627761595286130198';
const VOICE = 'https://calls.example.com/carrier/plivo/voice';
const DIAL = 'https://calls.example.com/carrier/plivo/dial?step=office&turn=1&call=3e82ae9d-2c78';
const FORM = 'application/x-www-form-urlencoded';
const CALL = { CallUUID: '3e82ae9d-2c78', From: '13125550123', To: '13125550142', CallStatus: 'ringing', Direction: 'inbound' };

const sorted = (pairs) => [...pairs].sort(([one, a], [other, b]) => (one < other ? -1 : one > other ? 1 : a < b ? -1 : 1));

function signedText(method, url, params) {
  const [before, query = ''] = url.split('?');
  const inUrl = sorted(new URLSearchParams(query)).map(([name, value]) => `${name}=${value}`).join('&');
  const fields = method === 'POST' ? sorted(Object.entries(params)).map(([name, value]) => name + value).join('') : '';
  return `${before}${inUrl || fields ? '?' : ''}${inUrl}${inUrl && fields ? '.' : ''}${fields}`;
}

const sign = (key, text) => createHmac('sha256', key).update(text).digest('base64');

/** Makes a vector; `changed` holds what the receiver sees otherwise than it was signed. */
function vector(id, { method = 'POST', url = VOICE, params = CALL, wrap = (signature) => signature } = {}, changed = {}) {
  const signature = wrap(sign(TOKEN, `${signedText(method, url, params)}.${NONCE}`));
  const body = method === 'POST' ? new URLSearchParams(changed.params ?? params).toString() : '';
  const { params: _, ...seen } = changed;
  const vector = {
    id, valid: Object.keys(changed).length === 0, method, url, content_type: FORM, body, key: TOKEN, nonce: NONCE, signature, ...seen,
  };
  const judged = verdict(vector);
  if (judged !== vector.valid) {
    throw new Error(`The library judges '${id}' otherwise: ${judged}.`);
  }
  return vector;
}

function verdict({ method, url, body, key, nonce, signature }) {
  return plivo.validateV3Signature(method, url, nonce, key, signature, Object.fromEntries(new URLSearchParams(body)));
}

/** Signs the URL alone, as version 2 did. */
function version2(id, { url = VOICE, body = '' }, valid) {
  const signed = sign(TOKEN, url.split('?')[0] + NONCE);
  const headers = { 'X-Plivo-Signature-V2': signed, 'X-Plivo-Signature-V2-Nonce': NONCE };
  return { id, valid, method: 'POST', url, content_type: FORM, body, key: TOKEN, headers };
}

console.log(JSON.stringify([
  vector('incoming'),
  vector('a step of a flow', { url: DIAL }),
  vector('a step of a flow, parameters in another order', { url: 'https://calls.example.com/carrier/plivo/dial?turn=1&step=office' }),
  vector('nothing but the URL', { params: {} }),
  vector('a query and no form', { url: DIAL, params: {} }),
  vector('GET', { method: 'GET', url: `${VOICE}?From=13125550123&CallUUID=3e82ae9d-2c78`, params: {} }),
  vector('values are signed decoded', { params: { ...CALL, SIPHeader: 'a b+c&d=e' } }),
  vector('empty value', { params: { ...CALL, Digits: '' } }),
  vector('two signatures', { wrap: (signature) => `${sign('other', 'x')},${signature}` }),
  vector('value changed', {}, { params: { ...CALL, To: '13125550143' } }),
  vector('parameter added', {}, { params: { ...CALL, Digits: '1' } }),
  vector('query changed', { url: DIAL }, { url: DIAL.replace('office', 'night') }),
  vector('path changed', {}, { url: VOICE.replace('voice', 'status') }),
  vector('scheme changed', {}, { url: VOICE.replace('https', 'http') }),
  vector('nonce changed', {}, { nonce: '31627761595286130199' }),
  vector('other token', {}, { key: 'Y2Q2' }),
  vector('two wrong signatures', {}, { signature: `${sign('other', 'x')},${sign('other', 'y')}` }),
  { ...vector('no token'), valid: false, key: '' },
  { ...vector('no signature'), valid: false, signature: '' },
  { ...vector('no nonce'), valid: false, nonce: '' },
  version2('version 2, which signs the URL, of a URL', {}, true),
  version2('version 2 does not cover the body', { body: 'CallUUID=1' }, false),
  version2('version 2 does not cover the query', { url: `${VOICE}?step=a` }, false),
], null, 2));
