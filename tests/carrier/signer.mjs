/**
 * Signs carrier requests with the official Twilio library, so that what the edge verifies was
 * made by code this project did not write.
 */
import twilio from 'twilio';

/**
 * Answers the value of `X-Twilio-Signature` for one request.
 *
 * @param {string} authToken the account's auth token
 * @param {string} url the URL as configured at the carrier; a fragment is never part of it
 * @param {Record<string, string>} params the decoded form; empty for GET
 * @returns {string} base64
 */
export function signature(authToken, url, params) {
  return twilio.getExpectedTwilioSignature(authToken, url.split('#', 1)[0], params);
}
