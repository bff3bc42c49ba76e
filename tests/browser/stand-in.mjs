/**
 * A stand-in for the edge that speaks the wire contract: what a test says it answers, and the worker's own refusals and headers.
 * `page-requests.test.mjs` holds it to what the worker does.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { serve } from './serve.mjs';

/** Largest body taken, in bytes. */
const MAX_BODY = 65_536;
const TYPES = { '.css': 'text/css', '.js': 'text/javascript', '.wasm': 'application/wasm' };
/** What the worker says with each status, as far as pages meet it. */
const PROBLEMS = {
  400: ['bad_json', 'The body is not the JSON expected here.'],
  403: ['origin_not_allowed', "This page's origin is not one of the site's; add it to the site's 'origins' (scheme, host and port)."],
  404: ['unknown_site', 'There is no such site; create it with PUT /v1/sites/{id}.'],
  405: ['wrong_method', 'This address takes POST and OPTIONS only.'],
  413: ['too_large', 'The body is larger than 65536 bytes; send less.'],
};
const UNAVAILABLE = ['unavailable', 'This does not work at the moment; try again in a few seconds.'];

/**
 * @typedef {object} Answers
 * @property {(request: any) => Answer | Promise<Answer>} lease
 * @property {(request: any) => Answer | Promise<Answer>} beat
 * @property {(request: any) => Answer | Promise<Answer>} link
 * @property {() => Answer | Promise<Answer>} targets what the tag is told that the site's targets are
 * @property {(file: string) => number | undefined | Promise<number | undefined>} asset a status other than 200 for a file of
 *   the library
 *
 * @typedef {object} Answer an object is sent as JSON, a text as it is; with a `status`, as the worker's refusal
 */

/**
 * @param {object} how
 * @param {Answers} how.answers
 * @param {string} how.dist the folder with the library's files
 * @param {string} how.site the one site that there is
 */
export async function startEdge({ answers, dist, site }) {
  const edge = {
    answers,
    /** @type {(origin: string) => boolean} says whether the site lists an origin */
    lists: () => true,
    /** @type {string[]} the library's files that were fetched */
    fetched: [],
    /** How often the tag asked which numbers to look for. */
    lookups: 0,
    /** @type {{path: string, body: any, origin?: string}[]} what was asked, refusals of its own left out */
    requests: [],
    /** @type {string[]} the codes of what was refused */
    refused: [],
    asked: (what) => edge.requests.filter((request) => request.path === `/v1/${what}`).map((request) => request.body),
    signals: () => edge.asked('beat').map((beat) => beat.signal),
  };

  /** A file of the library, which every page may read; where there is none, nobody reads anything. */
  async function file(name, response) {
    edge.fetched.push(name);
    const status = (await edge.answers.asset(name)) ?? 200;
    const headers = status === 200 && { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
    response.writeHead(status, { 'Content-Type': TYPES[path.extname(name)] ?? 'text/plain', ...headers });
    response.end(status === 200 ? readFileSync(path.join(dist, path.basename(name))) : 'no');
  }

  function refuse(response, status, [code, message] = PROBLEMS[status] ?? UNAVAILABLE) {
    edge.refused.push(code);
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Access-Control-Allow-Origin': '*' });
    response.end(JSON.stringify({ error: { code, message } }));
  }

  /** What the tag looks for, which everybody may read. */
  async function targets(response) {
    edge.lookups += 1;
    const answer = await edge.answers.targets();
    if (answer.status) return refuse(response, answer.status);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' });
    return response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  return Object.assign(edge, await serve(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://edge');
    const what = /^\/v1\/(lease|beat|link)$/.exec(pathname)?.[1];
    if (pathname.startsWith('/targets/')) return targets(response);
    if (!what) return file(pathname.slice(1), response);
    const { origin = '' } = request.headers;
    const allowed = { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
    if (request.method === 'OPTIONS') return edge.lists(origin) ? response.writeHead(204, allowed).end() : refuse(response, 403);
    if (request.method !== 'POST') return refuse(response, 405);
    const sent = await text(request);
    if (sent.length > MAX_BODY) return refuse(response, 413);
    const body = parsed(sent);
    if (!isOfShape(what, body)) return refuse(response, 400);
    if (body.site !== site) return refuse(response, 404);
    if (!edge.lists(origin)) return refuse(response, 403);
    const wrong = what === 'lease' && wrongTargets(body);
    if (wrong) return refuse(response, 400, ['bad_parameter', wrong]);
    edge.requests.push({ path: pathname, body, type: request.headers['content-type'], cookie: request.headers.cookie });
    const answer = await edge.answers[what](body);
    if (answer.status) return refuse(response, answer.status);
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', ...allowed });
    return response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }));
}

/** The shapes of `dni_core::wire`, as far as a tag could get them wrong. */
function isOfShape(what, body) {
  const isText = (one) => typeof one === 'string';
  const isListOf = (isOne, one) => Array.isArray(one) && one.every(isOne);
  const isTouch = (one) => Number.isInteger(one?.at) && one.at >= 0 && isText(one.url) && isText(one.referrer);
  const isHistory = (one) => one === undefined || (one !== null && typeof one === 'object' && (one.touches === undefined || isListOf(isTouch, one.touches)));
  if (!isText(body?.site) || !/^[a-z0-9-]{3,40}$/.test(body.site)) return false;
  if (what === 'link') return isHistory(body.history);
  if (!/^[0-9a-f]{32}$/.test(body.visitor)) return false;
  if (what === 'beat') return isListOf(isText, body.leases) && ['visible', 'hidden', 'intent', 'release', undefined].includes(body.signal);
  return isTouch(body.arrival) && Number.isInteger(body.now) && body.now >= 0
    && (body.history === null || isHistory(body.history))
    && (body.targets === undefined || body.targets === null || isListOf(isText, body.targets))
    && (body.pools === undefined || isListOf(isText, body.pools))
    && ['granted', 'denied', 'unknown', undefined].includes(body.consent);
}

/** What is wrong with the targets that a lease asks for. */
function wrongTargets({ targets, pools }) {
  const named = (targets ?? []).flatMap((one) => one.split(/[,;|\n]/)).filter((one) => one.trim());
  if (targets?.length > 32) return "The parameter 'targets' must be at most 32 numbers.";
  if (pools?.length > 8) return "The parameter 'pools' must be at most 8 names.";
  const isNumber = (one) => one.replace(/[^0-9A-Za-z]/g, '').length >= 7 && /\d/.test(one);
  return named.every(isNumber) ? undefined : "The parameter 'targets' must be phone numbers, such as +13125550142 or (312) 555-0142.";
}

function parsed(sent) {
  try {
    return JSON.parse(sent);
  } catch {
    return undefined;
  }
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
