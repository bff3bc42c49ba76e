/**
 * Where Vonage keeps recordings: files that it hands out, and deletes, for who has a token of the application. The tokens are
 * judged by Node's own cryptography; what makes them is the edge's.
 */
import { randomUUID, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { mp3, wav } from './recordings.mjs';

/** Host of the addresses in webhooks. */
const HOST = 'https://api.nexmo.com';
/** Seconds that a clock may be ahead, and the longest life that Vonage grants a token. */
const [SKEW, LONGEST_LIFE] = [30, 24 * 3600];

/**
 * Starts it on 127.0.0.1.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {string} options.applicationId
 * @param {import('node:crypto').KeyObject} options.publicKey
 * @returns {Promise<VonageFiles>}
 *
 * @typedef {object} VonageFiles
 * @property {(sound: {seconds: number, channels?: 1|2}) => {recording_url: string, recording_uuid: string, size: number}} keep makes a
 *   recording and answers what the webhook says of it
 * @property {(publicKey: import('node:crypto').KeyObject) => void} trust the key that tokens must be signed with from now on
 * @property {(name: string) => Buffer|undefined} file the file at an address, as long as it is there
 * @property {(known: boolean) => void} know whether the interface that deletes knows the files
 * @property {() => {method: string, path: string, status: number, refusal: string|null}[]} asked
 * @property {() => Promise<void>} close
 */
export async function startVonageFiles({ port, applicationId, publicKey }) {
  const state = { files: new Map(), asked: [], seen: new Set(), publicKey, knows: true };
  const server = createServer((request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const refusal = refusalOf(token, { applicationId, publicKey: state.publicKey, now: Date.now() / 1000, seen: state.seen });
    const [status, file] = refusal === null ? answerTo(state, request) : [401];
    state.asked.push({ method: request.method, path: request.url, status, refusal });
    response.writeHead(status, { 'content-type': file?.type ?? 'application/json', 'content-length': file?.body.length ?? 0 }).end(file?.body);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    keep({ seconds, channels = 1 }) {
      const id = randomUUID();
      // MP3 unless there are two channels, as its NCCO reference says of `format`.
      const file = channels === 2 ? { type: 'audio/wav', body: wav(seconds, 2) } : { type: 'audio/mpeg', body: mp3(seconds) };
      state.files.set(id, file);
      return { recording_url: `${HOST}/v1/files/${id}`, recording_uuid: randomUUID(), size: file.body.length };
    },
    trust(key) { state.publicKey = key; },
    file: (url) => state.files.get(url.split('/').at(-1))?.body,
    know(known) { state.knows = known; },
    asked: () => [...state.asked],
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}

/**
 * Says what is wrong with a token; null if nothing is.
 *
 * @param {string|undefined} token
 * @param {{applicationId: string, publicKey: import('node:crypto').KeyObject, now: number, seen: Set<string>}} expected `now`: Unix
 *   seconds; `seen`: the tokens that came before
 */
export function refusalOf(token, { applicationId, publicKey, now, seen }) {
  const [header, claims, signature, ...more] = token?.split('.') ?? [];
  if (signature === undefined || more.length > 0) {
    return 'no token';
  }
  const read = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  if (read(header).alg !== 'RS256' || !verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))) {
    return 'wrong signature';
  }
  const { application_id: application, iat, exp, jti } = read(claims);
  if (application !== applicationId) {
    return 'another application';
  }
  if (!(iat <= now + SKEW && exp > now && exp - iat <= LONGEST_LIFE)) {
    return 'out of time';
  }
  if (typeof jti !== 'string' || jti === '' || seen.has(jti)) {
    return 'a token used before';
  }
  seen.add(jti);
  return null;
}

function answerTo(state, { method, url }) {
  const [, version, kind, id] = url.split('/');
  const file = state.files.get(id);
  if (file && method === 'GET' && `${version}/${kind}` === 'v1/files') {
    return [200, file];
  }
  if (file && method === 'DELETE' && `${version}/${kind}` === 'v3/media' && state.knows) {
    state.files.delete(id);
    return [204];
  }
  return [404];
}
