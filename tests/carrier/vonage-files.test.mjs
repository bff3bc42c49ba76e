/** Whom the simulated Vonage hands files out to: who has a token as Vonage's own library makes them, and nobody else. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { tokenGenerate } from '@vonage/jwt';
import { refusalOf } from './vonage-files.mjs';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const [OURS, ANOTHER] = [pair(), pair()];
const APPLICATION = '78d335fa-323d-0114-9c3d-d6f0d48968cf';
const NOW = 1_790_000_000;
const CLAIMS = { application_id: APPLICATION, iat: NOW, exp: NOW + 60, jti: 'a' };

const pem = ({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' });
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const text = (claims, alg = 'RS256') => `${part({ alg, typ: 'JWT' })}.${part({ ...CLAIMS, ...claims })}`;
const signed = (claims, { privateKey } = OURS) => `${text(claims)}.${sign('RSA-SHA256', Buffer.from(text(claims)), privateKey).toString('base64url')}`;
const judged = (token, now = NOW, seen = new Set()) => refusalOf(token, { applicationId: APPLICATION, publicKey: OURS.publicKey, now, seen });

test('a token of Vonage’s own library is taken, once', () => {
  const token = tokenGenerate(APPLICATION, pem(OURS));
  const [now, seen] = [Date.now() / 1000, new Set()];
  assert.equal(judged(token, now, seen), null);
  assert.equal(judged(token, now, seen), 'a token used before');
});

test('others are refused', () => {
  const hmac = text({}, 'HS256');
  for (const [name, token, now, expected] of [
    ['good', signed({}), NOW, null],
    ['none', undefined, NOW, 'no token'],
    ['half', text({}), NOW, 'no token'],
    ['of another key', signed({}, ANOTHER), NOW, 'wrong signature'],
    ['changed', signed({}).replace(/\.[^.]*\./, `.${part({ ...CLAIMS, exp: NOW + 900 })}.`), NOW, 'wrong signature'],
    ['signed with the public key', `${hmac}.${createHmac('sha256', OURS.publicKey.export({ type: 'spki', format: 'pem' })).update(hmac).digest('base64url')}`, NOW, 'wrong signature'],
    ['of another application', signed({ application_id: 'another' }), NOW, 'another application'],
    ['expired', signed({}), NOW + 60, 'out of time'],
    ['from the future', signed({ iat: NOW + 60, exp: NOW + 120 }), NOW, 'out of time'],
    ['without an end', signed({ exp: undefined }), NOW, 'out of time'],
    ['for two days', signed({ exp: NOW + 48 * 3600 }), NOW, 'out of time'],
    ['without an id', signed({ jti: undefined }), NOW, 'a token used before'],
  ]) {
    assert.equal(judged(token, now), expected, name);
  }
});
