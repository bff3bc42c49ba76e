/**
 * Signs carrier requests, by the carriers' own libraries where they can sign, so that what the edge
 * verifies was made by code this project did not write.
 */
import { sign as signBytes } from 'node:crypto';
// The part of Twilio's library that signs: to load all of it takes a third of a second, in every test file.
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

/**
 * Signs as Twilio does.
 *
 * @param {string} authToken the account's auth token
 * @returns {(request: {url: string, form: Record<string, string>}) => Record<string, string>} makes the headers
 */
export function twilioHeaders(authToken) {
  return ({ url, form }) => ({ 'X-Twilio-Signature': getExpectedTwilioSignature(authToken, url.split('#', 1)[0], form) });
}

/** Signs as SignalWire does: forms as Twilio's, under a header of its own. */
export function signalwireHeaders(signingKey) {
  return ({ url, form }) => ({ 'X-SignalWire-Signature': getExpectedTwilioSignature(signingKey, url.split('#', 1)[0], form) });
}

/**
 * Signs as Telnyx does: Ed25519 over time and body. Telnyx's library can only check; its tests check what this makes.
 *
 * @param {import('node:crypto').KeyObject} privateKey
 */
export function telnyxHeaders(privateKey) {
  return ({ body }) => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    return {
      'telnyx-signature-ed25519': signBytes(null, Buffer.from(`${timestamp}|${body}`), privateKey).toString('base64'),
      'telnyx-timestamp': timestamp,
    };
  };
}
