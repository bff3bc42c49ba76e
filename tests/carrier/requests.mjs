/**
 * One webhook, the way Twilio sends it: signed, form-encoded, 15 seconds at most, and tried again
 * as the address says behind its `#`, or else once if no connection could be made.
 */
import { randomUUID } from 'node:crypto';
import { twilioHeaders } from './signer.mjs';

/** Milliseconds a carrier waits for the whole answer (Twilio: "rt" and the hard total are 15 s). */
export const ANSWER_LIMIT_MS = 15_000;
/** Bytes of an answer that are read; Twilio refuses documents above 64 kB. */
export const ANSWER_LIMIT_BYTES = 64 * 1024;
/** Retries that an address may ask for at most (Twilio's connection overrides: rc). */
const MOST_RETRIES = 5;
/** Causes that mean "no connection was made", so that repeating cannot do a thing twice. */
const CONNECT_FAILURES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Sends one webhook and answers what came back; it never throws.
 *
 * @param {object} webhook
 * @param {string} webhook.url absolute; behind `#` may stand Twilio's connection overrides `rc` (retries), `rp` (on what: `ct`
 *   no connection, `rt` no answer in time, `4xx`, `5xx`, `all`) and `rt` (milliseconds to wait), which are not sent
 * @param {'POST'|'GET'} [webhook.method]
 * @param {Record<string, string>} webhook.params
 * @param {string} webhook.authToken the token that signs
 * @param {(request: {url: string, form: Record<string, string>, body: string}) => Record<string, string>} [webhook.sign] makes the
 *   headers that prove where it comes from; Twilio's by default
 * @param {number} [webhook.limitMs] milliseconds to wait for the answer
 * @param {number} [webhook.lostAnswers] how many answers get lost on their way back
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
export async function send({ url, method = 'POST', params, authToken, sign = twilioHeaders(authToken), limitMs = ANSWER_LIMIT_MS, lostAnswers = 0 }) {
  const target = method === 'GET' ? withQuery(url, params) : url.split('#', 1)[0];
  const form = method === 'GET' ? {} : params;
  const body = method === 'GET' ? undefined : new URLSearchParams(form).toString();
  const overrides = overridesOf(url, limitMs);
  const signed = sign({ url: target, form, body: body ?? '' });
  const headers = {
    ...signed,
    ...(body !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' }),
    // The same token on every try is how Twilio lets a receiver tell a retry from a new request.
    'I-Twilio-Idempotency-Token': randomUUID(),
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
  };
  const began = performance.now();
  for (let tries = 1; ; tries += 1) {
    const reply = await attempt(target, { method, headers, body, limitMs: overrides.limitMs, isLost: tries <= lostAnswers });
    if (tries > overrides.retries || !overrides.retriesOn(reply)) {
      return { url: target, signature: Object.values(signed)[0], tries, ...reply, ms: performance.now() - began };
    }
  }
}

async function attempt(url, { method, headers, body, limitMs, isLost }) {
  try {
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: AbortSignal.timeout(limitMs) });
    const answer = await readLimited(response);
    if (isLost) {
      return noAnswer('TimeoutError');
    }
    return { status: response.status, contentType: response.headers.get('content-type') ?? '', ...answer, failure: null };
  } catch (error) {
    return noAnswer(error.cause?.code ?? error.name);
  }
}

function noAnswer(failure) {
  return { status: 0, contentType: '', body: '', tooLong: false, failure };
}

/** Reads the connection overrides; without any, one more try if no connection was made (rc=1, rp=ct). */
function overridesOf(url, limitMs) {
  const given = new URLSearchParams(url.split('#')[1] ?? '');
  const retries = Math.min(Number.parseInt(given.get('rc') ?? '1', 10) || 0, MOST_RETRIES);
  const causes = new Set((given.get('rp') ?? 'ct').split(','));
  const wait = Number.parseInt(given.get('rt') ?? '', 10);
  return {
    retries,
    limitMs: Number.isNaN(wait) ? limitMs : Math.min(wait, limitMs),
    retriesOn: (reply) => [...causesOf(reply)].some((cause) => causes.has(cause) || causes.has('all')),
  };
}

/** Names what went wrong with a request, in the words of the overrides. */
function* causesOf({ status, failure }) {
  if (failure !== null) {
    yield CONNECT_FAILURES.has(failure) ? 'ct' : 'rt';
  } else if (status >= 400) {
    yield status < 500 ? '4xx' : '5xx';
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
