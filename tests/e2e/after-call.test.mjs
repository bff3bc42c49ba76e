/** What is done after a call: closing calls whose end was never told. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const TOKEN = 'f'.repeat(32);
/** Seconds after its last sign until a call is closed. */
const SWEEP_AFTER = 3;
/** Milliseconds until that must have happened: the time itself, and what a busy test machine adds. */
const SWEPT_WITHIN_MS = 12_000;

let world;
before(async () => {
  world = await startWorld({ env: { TWILIO_AUTH_TOKEN: TOKEN, SWEEP_AFTER_SECONDS: String(SWEEP_AFTER) } });
});
after(() => world?.close());

test('a call whose end was never told is closed, and its end is corrected when it is told after all', async () => {
  const form = incoming('CA' + '1'.repeat(32));
  await hook('voice', form);
  const ringing = await world.logged(form.CallSid, () => true);
  assert.deepEqual([ringing.outcome, ringing.ended_by], ['in_progress', null]);
  const [task] = ringing.tasks;
  assert.deepEqual([task.kind, task.state, task.tries], ['sweep', 'waiting', 0]);

  const swept = await world.logged(form.CallSid, (call) => call.tasks[0]?.state === 'done' && call.ended_by, SWEPT_WITHIN_MS);
  assert.deepEqual([swept.outcome, swept.ended_by, swept.duration], ['missed', 'sweep', null]);

  await hook('dial?step=office&turn=2', {
    ...form, CallStatus: 'completed', DialCallStatus: 'completed', DialCallSid: 'CA' + '2'.repeat(32), DialCallDuration: '42', DialBridged: 'true',
  });
  await hook('status', { ...form, CallStatus: 'completed', CallDuration: '50', Duration: '1' });
  const told = await world.logged(form.CallSid, (call) => call.duration === 50);
  assert.deepEqual([told.outcome, told.ended_by, told.talk_time], ['answered', 'carrier', 42]);
});

test('a call whose end was told is not closed', async () => {
  const form = incoming('CA' + '3'.repeat(32));
  await hook('voice', form);
  await hook('status', { ...form, CallStatus: 'completed', CallDuration: '20', Duration: '1' });
  const call = await world.logged(form.CallSid);
  assert.deepEqual([call.ended_by, call.tasks], ['carrier', []]);
});

function incoming(sid) {
  const [from, to] = ['+17735550120', NUMBERS.pool[0]];
  return { AccountSid: `AC${'1'.repeat(32)}`, ApiVersion: '2010-04-01', CallSid: sid, CallStatus: 'ringing', Direction: 'inbound', From: from, Caller: from, To: to, Called: to };
}

function hook(name, params) {
  return send({ url: `${world.edgeUrl}/carrier/twilio/${name}`, params, authToken: TOKEN });
}
