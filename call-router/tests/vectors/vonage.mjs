// Signs requests as Vonage does and prints them as test vectors, after the official @vonage/jwt library agreed on every
// signature. Run by hand, from the repository's root:
//
//   node_modules/.bin/node call-router/tests/vectors/vonage.mjs > call-router/tests/vectors/vonage.json
//
// The library checks the signature, but neither the times nor the hash of the body; those are said here.
import { createHash, createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { verifySignature } from '@vonage/jwt';

const SECRET = 'abcdefghijklmnopqrstuvwxyz012345';
const NOW = 1_790_000_000;
const VOICE = 'https://calls.example.com/carrier/vonage/voice';
const BODY = '{"from":"13125550123","to":"13125550142","uuid":"aaaaaaaa-bbbb","conversation_uuid":"CON-aaaaaaaa-bbbb"}';

const base64url = (text) => Buffer.from(text).toString('base64url');
const hash = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (algorithm, key, text) => createHmac(algorithm, key).update(text).digest('base64url');

/** Makes a token. */
function token(claims = {}, { alg = 'HS256', signed = (text) => hmac('sha256', SECRET, text) } = {}) {
  const all = { iss: 'Vonage', iat: NOW, jti: 'c5ba8f24', api_key: 'abcdef12', payload_hash: hash(BODY), ...claims };
  const text = `${base64url(JSON.stringify({ typ: 'JWT', alg }))}.${base64url(JSON.stringify(all))}`;
  return `${text}.${signed(text)}`;
}

/** Makes a vector. `signature` says whether the library must take the token for signed. */
function vector(id, valid, { bearer = token(), method = 'POST', url = VOICE, body = BODY, key = SECRET, now = NOW, signature = true } = {}) {
  let judged;
  try {
    judged = verifySignature(bearer, key);
  } catch {
    judged = false;
  }
  if (judged !== signature) {
    throw new Error(`The library judges the signature of '${id}' otherwise: ${judged}.`);
  }
  return { id, valid, method, url, content_type: 'application/json', body, key, now, authorization: `Bearer ${bearer}` };
}

const GET = { method: 'GET', url: `${VOICE}?to=13125550142&from=13125550123&uuid=aaaaaaaa-bbbb`, body: '' };
const AS_JSON = '{"to":"13125550142","from":"13125550123","uuid":"aaaaaaaa-bbbb"}';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ format: 'pem', type: 'spki' });

console.log(JSON.stringify([
  vector('incoming', true),
  vector('hash in capital letters', true, { bearer: token({ payload_hash: hash(BODY).toUpperCase() }) }),
  vector('GET', true, { ...GET, bearer: token({ payload_hash: hash(AS_JSON) }) }),
  vector('nothing sent, nothing hashed', true, { body: '', bearer: token({ payload_hash: undefined }) }),
  vector('300 seconds ago', true, { now: NOW + 300 }),
  vector('an end to come', true, { bearer: token({ exp: 33_254_540_828 }), now: NOW + 600 }),
  vector('301 seconds ago', false, { now: NOW + 301 }),
  vector('301 seconds ahead', false, { now: NOW - 301 }),
  vector('no time at all', false, { bearer: token({ iat: undefined }) }),
  vector('body changed', false, { body: BODY.replace('0142', '0143') }),
  vector('body without a hash', false, { bearer: token({ payload_hash: undefined }) }),
  vector('GET changed', false, { ...GET, url: GET.url.replace('0142', '0143'), bearer: token({ payload_hash: hash(AS_JSON) }) }),
  vector('GET without a hash', false, { ...GET, bearer: token({ payload_hash: undefined }) }),
  vector('other secret', false, { key: 'other', signature: false }),
  vector('no algorithm', false, { bearer: token({}, { alg: 'none', signed: () => '' }), signature: false }),
  { ...vector('an algorithm too many', false, { bearer: token({}, { alg: 'HS512', signed: (text) => hmac('sha512', SECRET, text) }), signature: false }) },
  // The library takes RS256 with the same key that it takes HS256 with; whoever knows a public key could sign with it.
  vector('a public key is no secret', false, {
    key: pem, bearer: token({}, { alg: 'RS256', signed: (text) => signWith('sha256', Buffer.from(text), privateKey).toString('base64url') }),
  }),
  { ...vector('no secret', false, { signature: false, key: 'other' }), key: '' },
  { ...vector('no token', false), authorization: '' },
  { ...vector('another scheme', false), authorization: `Basic ${token()}` },
  { ...vector('no token at all', false), authorization: 'Bearer' },
], null, 2));
