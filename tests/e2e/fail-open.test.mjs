/** The phone rings although our own parts fail; what was missed is repaired. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

/** Milliseconds within which a caller must be rung through: the object's 300, and what a busy test machine adds. */
const RINGS_WITHIN_MS = 1_500;
/** Milliseconds until the join must be repaired: six of fault, and the waits of 1, 2, 4 and 8 seconds between tries. */
const REPAIRED_WITHIN_MS = 20_000;

for (const fault of ['call-fails', 'call-hangs']) {
  describe(fault, async () => {
    let world;
    after(() => world?.close());

    test('the business is rung, and voicemail takes what it does not answer', async () => {
      world = await startWorld({ fault });
      await world.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
      const answered = await world.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 20 });
      checkRungThrough(answered);
      assert.ok(!answered.verbs.includes('Record'));
      const missed = await world.carrier.placeCall({ from: '+17735550131', to: NUMBERS.pool[0], callee: 'no-answer', voicemail: { seconds: 12 } });
      checkRungThrough(missed);
      assert.ok(missed.verbs.includes('Record'), 'voicemail second');
    });

    test('once the objects answer again, the calls they missed are taken in', async () => {
      const calls = await eventually(async () => {
        await world.runCron();
        const { json } = await world.api('/v1/calls');
        return json.calls.length === 3 && json.calls.every((call) => call.outcome !== 'in_progress') && json.calls;
      });
      assert.deepEqual(calls.map((call) => call.outcome).sort(), ['answered', 'answered', 'voicemail']);
    });
  });
}

test('what a flow would have answered does not count where the business was rung instead', async (t) => {
  const refuses = { version: 1, start: 'no', steps: { no: { type: 'reject' } } };
  const world = await startWorld({ fault: 'call-fails', site: { flow: refuses } });
  t.after(() => world.close());
  const left = await world.carrier.placeCall({ from: '+17735550137', to: NUMBERS.pool[0], callee: 'no-answer', caller_hangs_up_after: 5 });
  checkRungThrough(left);
  const call = await eventually(async () => {
    await world.runCron();
    const { json } = await world.api('/v1/calls');
    return json.calls.find(({ ended_by: by }) => by !== null);
  });
  assert.equal(call.outcome, 'abandoned', 'the caller left; nobody let them go');
});

for (const fault of ['pool-fails', 'pool-hangs']) {
  test(`${fault}: pages keep their number, and calls go through and show in the log`, async (t) => {
    const world = await startWorld({ fault });
    t.after(() => world.close());
    const { status, json } = await world.lease(visitorId(1));
    assert.deepEqual([status, json.numbers, json.reason], [200, [], 'unavailable']);
    const transcript = await world.carrier.placeCall({ from: '+17735550132', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 20 });
    checkRungThrough(transcript);
    assert.equal((await world.logged(transcript.sid)).outcome, 'answered');
  });
}

test('a call that could not be joined when it came is joined once the pool answers again', async (t) => {
  const world = await startWorld({ fault: 'pool-resolves' });
  t.after(() => world.close());
  const [{ number }] = (await world.lease(visitorId(1), { landing: '/?gclid=repaired' })).json.numbers;
  const transcript = await world.carrier.placeCall({ from: '+17735550134', to: number, callee: 'answer', talk_seconds: 20 });
  checkRungThrough(transcript);
  const before = await world.logged(transcript.sid);
  assert.deepEqual([before.attribution.state, before.source], ['pending', null]);
  const after = await world.logged(transcript.sid, (call) => call.attribution.state !== 'pending', REPAIRED_WITHIN_MS);
  assert.deepEqual([after.attribution.state, after.gclid, after.source], ['attributed', 'repaired', 'google']);
});

for (const fault of ['log-fails', 'log-lands']) {
  test(`${fault}: a call is in the log once, however often writing it was reported as failed`, async (t) => {
    const world = await startWorld({ fault });
    t.after(() => world.close());
    const transcript = await world.carrier.placeCall({ from: '+17735550135', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 20 });
    checkRungThrough(transcript);
    await world.logged(transcript.sid, (call) => call.outcome === 'answered', REPAIRED_WITHIN_MS);
    assert.equal((await world.api('/v1/calls')).json.calls.length, 1);
  });
}

for (const fault of ['kv-fails', 'kv-hangs']) {
  test(`${fault}: visitors get numbers of the site last seen, and callers are rung through to the fallback destination`, async (t) => {
    const world = await startWorld({ fault, env: { FALLBACK_DESTINATION: '+13125550198' } });
    t.after(() => world.close());
    assert.equal((await world.lease(visitorId(1))).json.numbers[0].kind, 'leased');
    const transcript = await world.carrier.placeCall({ from: '+17735550136', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 5 });
    checkRungThrough(transcript, '+13125550198');
    assert.equal((await world.logged(transcript.sid)).outcome, 'answered');
  });
}

test('a number that the configuration does not have goes to the fallback destination', async (t) => {
  const world = await startWorld({ env: { FALLBACK_DESTINATION: '+13125550198' } });
  t.after(() => world.close());
  const transcript = await world.carrier.placeCall({ from: '+17735550133', to: '+13125559998', callee: 'answer', talk_seconds: 5 });
  checkRungThrough(transcript, '+13125550198');
});

test('whoever shows no number is rung through with the number dialled', async (t) => {
  const world = await startWorld({ env: { FALLBACK_DESTINATION: '+13125550198' } });
  t.after(() => world.close());
  for (const [from, shown] of [['Anonymous', true], ['+266696687', true], ['sip:desk@pbx.example', true], ['+17735550133', false]]) {
    const transcript = await world.carrier.placeCall({ from, to: '+13125559998', callee: 'answer', talk_seconds: 5 });
    checkRungThrough(transcript, '+13125550198');
    const { body } = transcript.requests.find(({ kind }) => kind === 'voice');
    assert.equal(body.includes('callerId="+13125559998"'), shown, `${from}: ${body}`);
  }
});

async function eventually(check) {
  const until = Date.now() + REPAIRED_WITHIN_MS;
  for (;;) {
    const found = await check();
    if (found) return found;
    assert.ok(Date.now() < until, 'not repaired in time');
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
}

function checkRungThrough(transcript, destination = NUMBERS.destination) {
  assert.deepEqual(transcript.errors, []);
  const voice = transcript.requests.find(({ kind }) => kind === 'voice');
  assert.equal(voice.status, 200);
  assert.ok(voice.body.includes(destination), voice.body);
  assert.ok(voice.ms < RINGS_WITHIN_MS, `${voice.ms} ms`);
}
