/** What a page asks costs each pool one question. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

const [FIRST, SECOND, THIRD, FOURTH] = NUMBERS.pool;
const targets = ['+13125550142', '+13125550143', '+13125550144'].map((number, at) => ({ number, pool: at === 2 ? 'repairs' : 'main' }));
const pools = [{ id: 'main', numbers: [FIRST, SECOND] }, { id: 'repairs', numbers: [THIRD, FOURTH] }];

let world;
before(async () => { world = await startWorld({ fault: 'pool-counts', site: { targets, pools } }); });
after(() => world?.close());

/** What the pools were asked meanwhile. */
async function asked(act) {
  const log = () => readFileSync(path.join(world.stateDir, 'edge.log'), 'utf8').match(/asked pool: \{"\w+/g) ?? [];
  const known = log().length;
  const answered = await act();
  // What the worker writes comes through another process.
  const until = Date.now() + 5_000;
  while (log().length === known && Date.now() < until) await new Promise((resolve) => { setTimeout(resolve, 50); });
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  return { ...answered, asked: log().slice(known).map((line) => line.split('"')[1]).sort() };
}

let leases;

test('a lease asks each pool once, however many targets and places want a number of it', async () => {
  // A pool that has not heard of the site yet is asked a second time, with the site's configuration.
  const first = await asked(() => world.lease(visitorId(1)));
  assert.deepEqual(first.asked, ['Lease', 'Lease', 'Lease', 'Lease']);
  const { json, asked: then } = await asked(() => world.lease(visitorId(1), { pools: ['main', 'repairs', 'main', 'nowhere'] }));
  assert.deepEqual(then, ['Lease', 'Lease']);
  const told = json.numbers.map(({ target, pool, number }) => [target, pool ?? null, number]);
  assert.deepEqual(told, [
    [targets[0].number, null, FIRST], [targets[1].number, null, FIRST], [targets[2].number, null, THIRD],
    ...targets.map(({ number }) => [number, 'main', FIRST]), ...targets.map(({ number }) => [number, 'repairs', THIRD]),
  ]);
  leases = [...new Set(json.numbers.map(({ lease }) => lease))];
});

test('a sign of life asks each pool once, however many leases it is for', async () => {
  const beat = (all, signal) => asked(() => world.post('/v1/beat', JSON.stringify({ site: 'harbor', visitor: visitorId(1), leases: all, signal }), { origin: world.site.url }));
  const others = [1, 2, 3].map((since) => leases[0].replace(/\d+$/, `${since}`));
  const held = await beat([...leases, ...others, 'nowhere.13125550151.1', 'no lease']);
  assert.deepEqual(held.asked, ['Beat', 'Beat']);
  assert.deepEqual(held.json.gone, [...others, 'nowhere.13125550151.1', 'no lease']);
  assert.ok(held.json.expires_in >= 1_700);
  const released = await beat(leases, 'release');
  assert.deepEqual([released.asked, released.json.gone], [['Beat', 'Beat'], []]);
});
