/** How a pool is used, as its report tells it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

const report = async (query = 'site=harbor', key = world.apiKey) => world.api(`/v1/reports/pools?${query}`, { key });

test('a pool that nobody has asked has all of its numbers', async () => {
  const { status, json } = await report();
  assert.equal(status, 200, JSON.stringify(json));
  const [{ advice, ...pool }] = json.pools;
  assert.deepEqual([json.site_id, advice], ['harbor', null]);
  assert.deepEqual(pool, {
    pool: 'main', numbers: NUMBERS.pool.length, leased: 0, resting: 0, free: NUMBERS.pool.length, days: 1, leases: 0, most_at_once: 0, busiest_hour: 0, mean_visit: 0,
    longest_wait: null, expected_overflow: 0,
  });
});

test('leases are counted, and advice is given on them', async () => {
  const leases = [];
  for (let visitor = 1; visitor <= 5; visitor += 1) leases.push((await world.lease(visitorId(visitor))).json);
  // Coming again takes no second number.
  await world.lease(visitorId(1));
  const { json: { pools: [pool] } } = await report();
  assert.deepEqual([pool.leased, pool.resting, pool.free, pool.leases, pool.most_at_once, pool.busiest_hour >= 2], [5, 0, 3, 5, 5, true]);
  assert.ok(pool.advice.numbers >= 1 && pool.advice.choices.some(({ numbers }) => numbers === pool.advice.numbers), JSON.stringify(pool.advice));

  const [{ lease }] = leases[0].numbers;
  await world.post('/v1/beat', JSON.stringify({ site: 'harbor', visitor: visitorId(1), leases: [lease], signal: 'release' }), { origin: world.site.url });
  const { json: { pools: [after] } } = await report();
  assert.deepEqual([after.leased, after.resting, after.leases], [4, 1, 5]);

  for (let visitor = 6; visitor <= 20; visitor += 1) await world.lease(visitorId(visitor));
  const { json: { pools: [full] } } = await report();
  assert.deepEqual([full.free, full.most_at_once], [0, NUMBERS.pool.length]);
  assert.ok(full.advice.numbers > NUMBERS.pool.length && full.expected_overflow > 0, JSON.stringify(full));
});

test('it is for whoever sees the site', async () => {
  for (const query of ['', 'site=nowhere', 'site=x']) assert.deepEqual([(await report(query)).status, (await report(query)).json.code], [400, 'bad_parameter']);
  const { key } = (await world.api('/v1/keys', { method: 'POST', body: { name: 'r', scope: 'read', sites: ['other'] } })).json;
  assert.deepEqual((await report('site=harbor', key)).json, (await report('site=nowhere', key)).json);
});
