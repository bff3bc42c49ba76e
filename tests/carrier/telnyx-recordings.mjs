/**
 * Where Telnyx keeps recordings: addresses that are signed and good for ten minutes, as Amazon S3 signs them, and the interface
 * that hands out fresh ones. Ten minutes pass by the clock of the call: at a speed of 60 they take ten seconds.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { sendMedia } from './recordings.mjs';

/** Seconds that an address is good for. */
const GOOD_FOR = 600;
const PLACE = '/telephony-recorder-prod/';
const INTERFACE = '/v2/recordings/';
/** What addresses are signed with. */
const KEY = randomBytes(32);

/**
 * Makes a recording's address.
 *
 * @param {string} base
 * @param {string} id
 * @param {number} now Unix milliseconds in the call's own time
 */
export function signedAddress(base, id, now) {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const url = new URL(`${PLACE}${encodeURIComponent(id)}.wav`, base);
  url.search = new URLSearchParams({ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Date': date, 'X-Amz-Expires': String(GOOD_FOR) });
  url.searchParams.set('X-Amz-Signature', signatureOf(url));
  return url.href;
}

/**
 * Says why an address is not answered, as S3 does; null if it is.
 *
 * @param {URL} url
 * @param {number} now Unix milliseconds in the call's own time
 */
export function refusalOf(url, now) {
  const given = Buffer.from(url.searchParams.get('X-Amz-Signature') ?? '');
  const unsigned = new URL(url);
  unsigned.searchParams.delete('X-Amz-Signature');
  const expected = Buffer.from(signatureOf(unsigned));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return ['SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.'];
  }
  const began = Date.parse(url.searchParams.get('X-Amz-Date').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return now < began + Number(url.searchParams.get('X-Amz-Expires')) * 1000 ? null : ['AccessDenied', 'Request has expired'];
}

/**
 * Answers a request, if it is one for a recording of Telnyx's.
 *
 * @param {object} carrier the simulator's state
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @returns {Promise<boolean>} whether it was
 */
export async function answerTelnyx(carrier, request, response) {
  const url = new URL(request.url, carrier.mediaUrl);
  const place = [PLACE, INTERFACE].find((beginning) => url.pathname.startsWith(beginning));
  if (place === undefined) {
    return false;
  }
  const id = decodeURIComponent(url.pathname.slice(place.length)).replace(/\.wav$/, '');
  const recording = carrier.recordings.get(id);
  const call = recording && carrier.calls.get(recording.callSid);
  const refusal = place === PLACE ? refusalOf(url, call?.clock.beside ?? 0) : null;
  const authorized = place === PLACE ? refusal === null : request.headers.authorization === `Bearer ${carrier.apiKey}`;
  carrier.noteAsked({ method: request.method, path: url.pathname, authorized });
  if (refusal) {
    const [code, message] = refusal;
    send(response, 403, 'application/xml', `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  } else if (!authorized) {
    sendErrors(response, 401, '10009', 'Authentication failed');
  } else if (!recording) {
    sendErrors(response, 404, '10005', 'Resource not found');
  } else if (place === PLACE) {
    await sendMedia(response, recording, { form: '.wav', channels: recording.channels }, call.script.media);
  } else if (request.method === 'DELETE') {
    carrier.recordings.delete(id);
    send(response, 200, 'application/json', JSON.stringify({ data: resource(recording) }));
  } else {
    const wav = signedAddress(carrier.mediaUrl, id, call.clock.beside);
    send(response, 200, 'application/json', JSON.stringify({ data: { ...resource(recording), download_urls: { wav } } }));
  }
  return true;
}

function resource({ sid, callSid, channels, seconds }) {
  return {
    record_type: 'recording', id: sid, call_session_id: callSid, status: 'completed', channels: channels === 2 ? 'dual' : 'single',
    duration_millis: seconds * 1000,
  };
}

function signatureOf(url) {
  return createHmac('sha256', KEY).update(`${url.pathname}?${url.searchParams}`).digest('hex');
}

function sendErrors(response, status, code, title) {
  send(response, status, 'application/json', JSON.stringify({ errors: [{ code, title }] }));
}

function send(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
