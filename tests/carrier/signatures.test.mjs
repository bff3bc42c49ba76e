/** The carriers' own libraries judge the signed requests that our verifiers are tested with. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { RestClient as SignalWire } from '@signalwire/compatibility-api';
import { verifySignature } from '@vonage/jwt';
import plivo from 'plivo';
import Telnyx from 'telnyx';
import twilio from 'twilio';

/** The fewest signed requests of one carrier that its library can judge. */
const LEAST = 6;

function vectorsOf(carrier, judged) {
  const file = path.join(import.meta.dirname, `../../call-router/tests/vectors/${carrier}.json`);
  const vectors = JSON.parse(readFileSync(file, 'utf8')).filter(judged);
  assert.ok(vectors.length >= LEAST, `${carrier}: ${vectors.length}`);
  return vectors;
}

const fields = (body) => {
  const grouped = {};
  for (const [name, value] of new URLSearchParams(body)) {
    grouped[name] = name in grouped ? [grouped[name], value].flat() : value;
  }
  return grouped;
};

test('Twilio', () => {
  const judged = ({ content_type, key }) => content_type.startsWith('application/x-www-form-urlencoded') && key;
  for (const { id, valid, url, body, key, signature } of vectorsOf('twilio', judged)) {
    assert.equal(twilio.validateRequest(key, signature, url, fields(body)), valid, id);
  }
});

test('SignalWire', () => {
  const judged = ({ content_type, key, signature }) =>
    content_type.startsWith('application/x-www-form-urlencoded') && key && signature.endsWith('=');
  for (const { id, valid, url, body, key, signature } of vectorsOf('signalwire', judged)) {
    assert.equal(SignalWire.validateRequest(key, signature, url, fields(body)), valid, id);
  }
});

test('Telnyx', async () => {
  const clock = Date.now;
  try {
    for (const { id, valid, body, key, headers, now } of vectorsOf('telnyx', () => true)) {
      Date.now = () => now * 1_000;
      assert.equal(await telnyxTakes(body, headers, key), valid, id);
    }
  } finally {
    Date.now = clock;
  }
});

async function telnyxTakes(body, headers, key) {
  try {
    await new Telnyx({ apiKey: 'none', publicKey: key }).webhooks.unwrap(body, { headers, key });
    return true;
  } catch (error) {
    // A body that is no JSON fails after its signature was found right.
    return error instanceof SyntaxError;
  }
}

test('Plivo', () => {
  const judged = ({ signature, key, nonce }) => signature && key && nonce;
  for (const { id, valid, method, url, body, key, nonce, signature } of vectorsOf('plivo', judged)) {
    assert.equal(plivo.validateV3Signature(method, url, nonce, key, signature, fields(body)), valid, id);
  }
});

test('Vonage, whose library checks nothing but the signature', () => {
  for (const { id, valid, key, authorization } of vectorsOf('vonage', ({ valid, key }) => valid || key === 'other')) {
    const check = () => verifySignature(authorization.slice('Bearer '.length), key);
    assert.equal(valid ? check() : refused(check), true, id);
  }
});

function refused(check) {
  try {
    return !check();
  } catch {
    return true;
  }
}
