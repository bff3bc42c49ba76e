/**
 * One webhook, the way Twilio sends it: signed, form-encoded, 15 seconds at most, and one more
 * try if no connection could be made.
 */
import { randomUUID } from 'node:crypto';
import { signature } from './signer.mjs';

/** Milliseconds a carrier waits for the whole answer (Twilio: "rt" and the hard total are 15 s). */
export const ANSWER_LIMIT_MS = 15_000;
/** Bytes of an answer that are read; Twilio refuses documents above 64 kB. */
export const ANSWER_LIMIT_BYTES = 64 * 1024;
/** Tries in all: Twilio's default is one retry, and only if connecting failed (rc=1, rp=ct). */
const TRIES = 2;
/** Causes that mean "no connection was made", so that repeating cannot do a thing twice. */
const CONNECT_FAILURES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Sends one webhook and answers what came back; it never throws.
 *
 * @param {object} webhook
 * @param {string} webhook.url absolute
 * @param {'POST'|'GET'} [webhook.method]
 * @param {Record<string, string>} webhook.params
 * @param {string} webhook.authToken the token that signs
 * @param {number} [webhook.limitMs] milliseconds to wait for the answer
 * @returns {Promise<Reply>}
 *
 * @typedef {object} Reply
 * @property {string} url what was requested and signed
 * @property {string} signature
 * @property {number} tries
 * @property {number} status 0 if there was no answer
 * @property {string} contentType
 * @property {string} body
 * @property {boolean} tooLong the body was cut at the limit
 * @property {number} ms
 * @property {string|null} failure why there was no answer
 */
export async function send({ url, method = 'POST', params, authToken, limitMs = ANSWER_LIMIT_MS }) {
  const target = method === 'GET' ? withQuery(url, params) : url.split('#', 1)[0];
  const form = method === 'GET' ? {} : params;
  const sent = { url: target, signature: signature(authToken, target, form) };
  const began = performance.now();
  // The same token on every try is how Twilio lets a receiver tell a retry from a new request.
  const headers = {
    'X-Twilio-Signature': sent.signature,
    'I-Twilio-Idempotency-Token': randomUUID(),
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
  };
  let failure = 'not sent';
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      const response = await fetch(target, {
        method,
        headers,
        body: method === 'GET' ? undefined : new URLSearchParams(form),
        redirect: 'manual',
        signal: AbortSignal.timeout(limitMs),
      });
      const { body, tooLong } = await readLimited(response);
      return {
        ...sent, tries, status: response.status, contentType: response.headers.get('content-type') ?? '',
        body, tooLong, ms: performance.now() - began, failure: null,
      };
    } catch (error) {
      failure = error.cause?.code ?? error.name;
      if (!CONNECT_FAILURES.has(failure) || tries === TRIES) {
        return { ...sent, tries, status: 0, contentType: '', body: '', tooLong: false, ms: performance.now() - began, failure };
      }
    }
  }
}

function withQuery(url, params) {
  const base = url.split('#', 1)[0];
  const query = new URLSearchParams(params).toString();
  return query === '' ? base : `${base}${base.includes('?') ? '&' : '?'}${query}`;
}

async function readLimited(response) {
  const parts = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > ANSWER_LIMIT_BYTES) {
      return { body: Buffer.concat(parts).toString('utf8'), tooLong: true };
    }
    parts.push(part);
  }
  return { body: Buffer.concat(parts).toString('utf8'), tooLong: false };
}
