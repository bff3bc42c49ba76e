/** Addresses of recordings as Telnyx hands them out: good for ten minutes, and for nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from './clock.mjs';
import { refusalOf, signedAddress } from './telnyx-recordings.mjs';

const NOW = Date.parse('2026-10-09T08:53:20Z');

test('an address is good for ten minutes', () => {
  const url = new URL(signedAddress('http://127.0.0.1:1', 'v3:a/b', NOW));
  for (const [seconds, code] of [[0, undefined], [599, undefined], [600, 'AccessDenied'], [3600, 'AccessDenied']]) {
    assert.equal(refusalOf(url, NOW + seconds * 1000)?.[0], code, `after ${seconds} seconds`);
  }
});

test('an address that was changed is good for nothing', () => {
  for (const change of [
    (url) => { url.pathname = '/telephony-recorder-prod/another.wav'; },
    (url) => { url.searchParams.set('X-Amz-Expires', '86400'); },
    (url) => { url.searchParams.set('X-Amz-Date', '20270101T000000Z'); },
    (url) => { url.searchParams.set('X-Amz-Signature', 'f'.repeat(64)); },
    (url) => { url.search = ''; },
  ]) {
    const url = new URL(signedAddress('http://127.0.0.1:1', 'r1', NOW));
    change(url);
    assert.equal(refusalOf(url, NOW)?.[0], 'SignatureDoesNotMatch', url.href);
  }
});

test('beside a call its time goes on, as fast as the call is played', async () => {
  const clock = new Clock(600, Infinity);
  const began = clock.beside;
  await clock.idle(60);
  assert.equal(clock.seconds, 0);
  const passed = clock.beside - began;
  assert.ok(passed >= 59_000 && passed < 600_000, String(passed));
});
