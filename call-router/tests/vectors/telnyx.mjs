// Signs requests as Telnyx does and prints those that the official telnyx library judges as said. Run by hand, from the
// repository's root:
//
//   node_modules/.bin/node call-router/tests/vectors/telnyx.mjs > call-router/tests/vectors/telnyx.json
//
// The library only verifies, so Node's own Ed25519 signs; the key belongs to nobody.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import Telnyx from 'telnyx';

const SEED = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
const OTHER_SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
const NOW = 1_790_000_000;
const FORM = 'application/x-www-form-urlencoded';
const BODY = 'CallSid=v3%3AMdI91X4lWFEs7IgbBEOT9M4Aig&From=%2B13125550123&To=%2B13125550142&CallStatus=ringing';
const URL = 'https://calls.example.com/carrier/telnyx/voice';

const privateKey = (seed) => createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8',
});
const publicKey = (seed) => createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');

/** Makes a vector; `changed` holds what the receiver sees otherwise than it was signed. */
function vector(id, { seed = SEED, body = BODY, content_type = FORM, time = String(NOW) } = {}, changed = {}, valid = Object.keys(changed).length === 0) {
  const signature = sign(null, Buffer.from(`${time}|${body}`), privateKey(seed)).toString('base64');
  const headers = { 'telnyx-signature-ed25519': signature, 'telnyx-timestamp': time, ...changed.headers };
  return { id, valid, method: 'POST', url: URL, content_type, body, key: publicKey(SEED), now: NOW, ...changed, headers };
}

const vectors = [
  vector('incoming'),
  vector('JSON', { body: '{"data":{"event_type":"call.initiated"}}', content_type: 'application/json' }),
  vector('beyond ASCII', { body: 'CallerId=ZOË ☎ 日本 🎉' }),
  vector('no body', { body: '' }),
  vector('300 seconds ago', {}, { now: NOW + 300 }, true),
  vector('300 seconds ahead', {}, { now: NOW - 300 }, true),
  vector('301 seconds ago', {}, { now: NOW + 301 }),
  vector('301 seconds ahead', {}, { now: NOW - 301 }),
  vector('body changed', {}, { body: BODY.replace('0142', '0143') }),
  vector('body put in another order', {}, { body: BODY.split('&').reverse().join('&') }),
  vector('line feed added', {}, { body: `${BODY}\n` }),
  vector('time changed', {}, { headers: { 'telnyx-timestamp': String(NOW + 1) } }),
  vector('time is no number', { time: 'now' }, { now: NOW }),
  vector('time missing', {}, { headers: { 'telnyx-timestamp': '' } }),
  vector('signature missing', {}, { headers: { 'telnyx-signature-ed25519': '' } }),
  vector('signature cut short', {}, { headers: { 'telnyx-signature-ed25519': Buffer.alloc(63, 1).toString('base64') } }),
  vector('signature of zeros', {}, { headers: { 'telnyx-signature-ed25519': Buffer.alloc(64).toString('base64') } }),
  vector('signed with another key', { seed: OTHER_SEED }, { now: NOW }),
  vector('another key expected', {}, { key: publicKey(OTHER_SEED) }),
  vector('a key that is none', {}, { key: 'AAAA' }),
  vector('no key', {}, { key: '' }),
];

for (const { id, valid, headers, body, key, now } of vectors) {
  const realNow = Date.now;
  Date.now = () => now * 1_000;
  const judged = await verdict(headers, body, key);
  Date.now = realNow;
  if (judged !== valid) {
    throw new Error(`The library judges '${id}' otherwise: ${judged}.`);
  }
}

async function verdict(headers, body, key) {
  try {
    const client = new Telnyx({ apiKey: 'none', publicKey: key });
    await client.webhooks.unwrap(body, { headers, key });
    return true;
  } catch (error) {
    // A body that is no JSON fails after its signature was found right.
    return error instanceof SyntaxError;
  }
}

console.log(JSON.stringify(vectors, null, 2));
