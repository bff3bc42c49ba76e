/**
 * What pages may ask the edge, and how it answers: played on the worker, and on the stand-in that the browser tests have for it, so
 * that a page meets the same in both.
 */
import assert from 'node:assert/strict';

const VISITOR = '0123456789abcdef0123456789abcdef';
const FOREIGN = 'https://evil.example';

/**
 * @typedef {object} Case
 * @property {string} path
 * @property {unknown} body sent as JSON, a text as it is
 * @property {string} [origin] the site's own if not said
 * @property {string} [method]
 * @property {number} status
 * @property {string} [code] of the problem
 */

/**
 * @param {string} site the site's name
 * @param {string} own an origin of its pages
 * @returns {Record<string, Case>} by what is asked
 */
export function pageRequests(site, own) {
  const arrival = { at: Date.now(), url: `${own}/`, referrer: '' };
  const lease = (more = {}) => ({ path: '/v1/lease', body: { site, visitor: VISITOR, now: Date.now(), arrival, ...more } });
  const beat = (more = {}) => ({ path: '/v1/beat', body: { site, visitor: VISITOR, leases: [], ...more } });
  const link = (more = {}) => ({ path: '/v1/link', body: { site, visitor: VISITOR, ...more } });
  const notListed = { origin: FOREIGN, status: 403, code: 'origin_not_allowed' };
  const unknown = { status: 404, code: 'unknown_site' };
  const unread = { status: 400, code: 'bad_json' };
  return {
    'a lease': { ...lease(), status: 200 },
    'a lease for targets as people write them': { ...lease({ targets: ['(312) 555-0142'] }), status: 200 },
    'a lease, as older pages say that they name no target': { ...lease({ targets: null }), status: 200 },
    'a lease for what is no number': { ...lease({ targets: ['sales'] }), status: 400, code: 'bad_parameter' },
    'a lease for too many targets': { ...lease({ targets: Array(33).fill('+13125550142') }), status: 400, code: 'bad_parameter' },
    'a lease of an unknown site': { ...lease({ site: 'nobody' }), ...unknown },
    'a lease of a site that cannot be': { ...lease({ site: 'YOUR-SITE' }), ...unread },
    'a lease of a page elsewhere': { ...lease(), ...notListed },
    'a lease of a page without an origin': { ...lease(), ...notListed, origin: 'null' },
    'a lease for a visitor of another form': { ...lease({ visitor: '123' }), ...unread },
    'a lease whose history is a text, as old libraries make it': { ...lease({ history: { touches: '[]' } }), ...unread },
    'a lease that is no JSON': { path: '/v1/lease', body: '{"site":', ...unread },
    'a sign of life': { ...beat(), status: 200 },
    'a sign of life of an unknown site': { ...beat({ site: 'nobody' }), ...unknown },
    'a sign of life of a page elsewhere': { ...beat(), ...notListed },
    'a sign of life without leases': { ...beat({ leases: undefined }), ...unread },
    'a link': { ...link(), status: 200 },
    'a link of an unknown site': { ...link({ site: 'nobody' }), ...unknown },
    'a link of a page elsewhere': { ...link(), ...notListed },
    'a link, which names no visitor': { ...link({ visitor: undefined }), status: 200 },
    'a lease by GET': { path: '/v1/lease', body: undefined, method: 'GET', status: 405, code: 'wrong_method' },
    'a preflight of the site': { path: '/v1/lease', body: undefined, method: 'OPTIONS', status: 204 },
    'a preflight of a page elsewhere': { path: '/v1/beat', body: undefined, method: 'OPTIONS', ...notListed },
  };
}

/**
 * Asks, and checks what a page may read of the answer.
 *
 * @param {string} edge
 * @param {string} own
 * @param {Case} request
 */
export async function checkPageRequest(edge, own, { path, body, code, method = 'POST', origin = own, status }) {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${edge}${path}`, { method, headers: { origin, 'user-agent': 'Mozilla/5.0 Chrome/143.0' }, body: sent });
  const text = await response.text();
  assert.equal(response.status, status, text);
  const isGood = status < 300;
  assert.equal(response.headers.get('access-control-allow-origin'), isGood ? origin : '*', 'a page may read why it is refused');
  if (isGood) assert.match(response.headers.get('vary') ?? '', /origin/i);
  if (status === 204) return;
  const json = JSON.parse(text);
  assert.equal(json.error?.code, code);
  if (code) assert.match(json.error.message, /^[A-Z].*\.$/);
}
