// Signs requests as jambonz does and prints them as test vectors. Run by hand, from the repository's root:
//
//   node_modules/.bin/node call-router/tests/vectors/jambonz.mjs > call-router/tests/vectors/jambonz.json
//
// jambonz publishes no library that verifies; its server signs the time, a dot and the body by HMAC-SHA256, for which
// Node's own is called.
import { createHmac } from 'node:crypto';

const SECRET = 'wh_f2ca5d1e0b7a4c38';
const NOW = 1_790_000_000;
const BODY = '{"call_sid":"df09e8d4","direction":"inbound","from":"+13125550123","to":"+13125550142","call_status":"trying"}';
const v1 = (secret, time, body) => createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');

/** Makes a vector; `changed` holds what the receiver sees otherwise than it was signed. */
function vector(id, { body = BODY, secret = SECRET, header = (time, signature) => `t=${time},v1=${signature}` } = {}, changed = {}, valid = Object.keys(changed).length === 0) {
  const headers = { 'Jambonz-Signature': header(NOW, v1(secret, NOW, body)) };
  const url = 'https://calls.example.com/carrier/jambonz/voice';
  return { id, valid, method: 'POST', url, content_type: 'application/json', body, key: SECRET, now: NOW, headers, ...changed };
}

console.log(JSON.stringify([
  vector('incoming'),
  vector('beyond ASCII', { body: '{"caller_name":"ZOË ☎"}' }),
  vector('no body', { body: '' }),
  vector('spaces between', { header: (time, signature) => `t=${time}, v1=${signature}` }),
  vector('two signatures', { header: (time, signature) => `t=${time},v1=${'0'.repeat(64)},v1=${signature}` }),
  vector('a version to come', { header: (time, signature) => `t=${time},v2=xyz,v1=${signature}` }),
  vector('300 seconds ago', {}, { now: NOW + 300 }, true),
  vector('301 seconds ago', {}, { now: NOW + 301 }),
  vector('301 seconds ahead', {}, { now: NOW - 301 }),
  vector('body changed', {}, { body: BODY.replace('0142', '0143') }),
  vector('time changed', { header: (time, signature) => `t=${time + 1},v1=${signature}` }, { now: NOW }),
  vector('other secret', { secret: 'wh_other' }, { now: NOW }),
  vector('no secret', { secret: '' }, { key: '' }),
  vector('no time', { header: (_, signature) => `v1=${signature}` }, { now: NOW }),
  vector('no signature', { header: (time) => `t=${time}` }, { now: NOW }),
  vector('signature cut short', { header: (time, signature) => `t=${time},v1=${signature.slice(0, 32)}` }, { now: NOW }),
  vector('no header', {}, { headers: {} }),
], null, 2));
