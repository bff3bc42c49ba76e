/** Pools to lease from, put by the public API, and what visitors ask of them. */
import { randomBytes } from 'node:crypto';
import { putSite, siteDocument } from '../rig/seed.mjs';

/** Numbers of one site, overflow numbers included: the most that the product takes. */
const SITE_NUMBERS = 500;
/** Area codes whose exchange 555 is used up in turn: 10,000 numbers each, none of them the target's or destination's. */
const AREAS = ['773', '847', '630', '708'];
const EXCHANGE_NUMBERS = 10_000;
const ORIGIN = 'https://www.harbor.example';
/** A browser's: whoever names nothing is taken for a bot. */
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
/** As long as an ad's landing address commonly is. */
const AD = `${ORIGIN}/heating?utm_source=google&utm_medium=cpc&utm_campaign=winter-check&utm_term=furnace+repair&gclid=${'A'.repeat(80)}`;
const OTHER_AD = `${ORIGIN}/cooling?utm_source=newsletter&utm_medium=email&utm_campaign=spring`;

let used = 0;
let sites = 0;

/**
 * Puts sites whose numbers are shared out evenly among their pools. Nobody holds any of them.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.apiKey
 * @param {number} options.siteCount
 * @param {number} options.poolsPerSite at most 50, as many targets as a site may have
 * @returns {Promise<LeasedPool[]>}
 *
 * @typedef {{site: string, id: string, target: string, numbers: string[], overflow: string}} LeasedPool
 */
export async function putPools({ url, apiKey, siteCount, poolsPerSite }) {
  const put = [];
  for (let n = 0; n < siteCount; n += 1) {
    const site = `bench-${++sites}`;
    const pools = Array.from({ length: poolsPerSite }, (_, place) => ({
      site, id: `pool-${place}`, target: `+1312555${1000 + place}`, numbers: nextNumbers(SITE_NUMBERS / poolsPerSite - 1), overflow: nextNumbers(1)[0],
    }));
    await putSite({ edgeUrl: url, apiKey, id: site, document: document(pools) });
    put.push(...pools);
  }
  return put;
}

/** A new visitor, come from an ad. */
export function newVisit(pool) {
  const visitor = randomBytes(16).toString('hex');
  return { pool, visitor, asking: askLease(pool, visitor, null, { url: AD, referrer: 'https://www.google.com/' }) };
}

/** The same visitor on their next page: nothing new to tell. */
export function nextPage({ pool, visitor, history }) {
  return { pool, visitor, asking: askLease(pool, visitor, history, { url: `${ORIGIN}/contact`, referrer: `${ORIGIN}/heating` }) };
}

/** The same visitor, come from another ad: one more touch. */
export function nextTouch({ pool, visitor, history }) {
  return { pool, visitor, asking: askLease(pool, visitor, history, { url: OTHER_AD, referrer: '' }) };
}

/** A sign of life for their lease. */
export function beat({ pool, visitor, lease }) {
  return { pool, visitor, asking: post('/v1/beat', { site: pool.site, visitor, leases: [lease], signal: 'visible' }) };
}

function askLease(pool, visitor, history, arrival) {
  const now = Date.now();
  return post('/v1/lease', {
    site: pool.site, visitor, now, page: arrival.url, arrival: { at: now, ...arrival }, history, targets: [pool.target], consent: 'unknown',
  });
}

const post = (path, body) => ({ method: 'POST', path, headers: { 'content-type': 'text/plain', origin: ORIGIN, 'user-agent': USER_AGENT }, body: JSON.stringify(body) });

function document(pools) {
  const usual = siteDocument({ origins: [ORIGIN] });
  return {
    ...usual,
    targets: pools.map(({ target, id }) => ({ number: target, pool: id })),
    pools: pools.map(({ id, numbers, overflow }) => ({ id, numbers, overflow, rules: usual.pools[0].rules })),
    source_numbers: [],
  };
}

function nextNumbers(count) {
  return Array.from({ length: count }, () => {
    const area = AREAS[Math.floor(used / EXCHANGE_NUMBERS)];
    if (area === undefined) {
      throw new Error('The benchmark has used up its numbers: add an area code to AREAS.');
    }
    return `+1${area}555${String(used++ % EXCHANGE_NUMBERS).padStart(4, '0')}`;
  });
}
