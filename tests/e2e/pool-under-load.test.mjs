/** A pool of 50 under 1,000 visitors at once, with a power cut in the middle. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, visitorId } from './world.mjs';

const VISITORS = 1_000;
const NUMBERS = Array.from({ length: 50 }, (_, n) => `+131255560${String(n).padStart(2, '0')}`);
const OVERFLOW = '+13125557000';
/** Answers after which the power goes. */
const CUT_AFTER = 20;

let world;
before(async () => { world = await startWorld({ pool: { numbers: NUMBERS, overflow: OVERFLOW } }); });
after(() => world?.close());

test('no number is held by two visitors, everybody else gets the overflow number, and no answered lease is lost', async (t) => {
  const answered = new Map();
  await t.test('the power is cut while leases are being answered', async () => {
    let cut;
    await Promise.allSettled(range(0, VISITORS / 2).map(async (n) => {
      const reply = await world.lease(visitorId(n + 1));
      answered.set(n, assigned(reply));
      if (answered.size === CUT_AFTER) {
        cut = world.powerCut();
      }
    }));
    await cut;
    assert.ok(answered.size >= CUT_AFTER, `${answered.size} answers`);
  });

  await t.test('1,000 visitors ask at once', async () => {
    const before = new Map(answered);
    await Promise.all(range(0, VISITORS).map(async (n) => answered.set(n, assigned(await world.lease(visitorId(n + 1))))));
    for (const [n, { number, kind }] of before) {
      assert.deepEqual(answered.get(n), { number, kind }, `visitor ${n} keeps what they were given before the cut`);
    }
    const leased = [...answered.values()].filter(({ kind }) => kind === 'leased');
    assert.equal(leased.length, NUMBERS.length);
    assert.equal(new Set(leased.map(({ number }) => number)).size, NUMBERS.length, 'each number once');
    const others = [...answered.values()].filter(({ kind }) => kind !== 'leased');
    assert.equal(others.length, VISITORS - NUMBERS.length);
    assert.ok(others.every(({ number, kind }) => kind === 'overflow' && number === OVERFLOW));
    const [sharing] = [...answered].find(([, { kind }]) => kind === 'overflow');
    assert.ok((await world.lease(visitorId(sharing + 1))).json.expires_in > 0, 'a number without time is never shown');
  });

  await t.test('after another power cut every lease is still there', async () => {
    await world.powerCut();
    const held = [...answered].filter(([, { kind }]) => kind === 'leased');
    await Promise.all(held.map(async ([n, before]) => assert.deepEqual(assigned(await world.lease(visitorId(n + 1))), before)));
  });
});

function assigned(reply) {
  assert.equal(reply.status, 200, reply.text);
  const [{ number, kind }] = reply.json.numbers;
  return { number, kind };
}

const range = (from, to) => Array.from({ length: to - from }, (_, n) => from + n);
