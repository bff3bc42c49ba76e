/** What the calls at the carriers that speak no TwiML have in common: how long they are, and how their webhooks are sent. */
import assert from 'node:assert/strict';

/** Seconds of talk, and of the whole call. */
export const TALK = 42;
export const CALL = 60;

const BEGAN = Date.parse('2026-10-09T08:53:20Z');

/** Returns an instant of the call, by its second. */
export const at = (second) => new Date(BEGAN + second * 1000).toISOString();

/** Returns a number as carriers write it that leave out the plus. */
export const digits = (number) => number.slice(1);

/** Sends a webhook and returns the answer, which must be a good one. */
export async function send(url, body, headers) {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  assert.ok(response.ok, `${url} was answered ${response.status}: ${text}`);
  return text;
}
