/** What is done after a call although parts fail meanwhile: each task once, and no call goes on for ever. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { NUMBERS, siteDocument } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const RECORDED = { ...siteDocument({ origins: [] }).flow, settings: { recording: { on: true } } };
/** Seconds after its last sign until a call is closed. */
const SWEEP_AFTER = 3;
/** Milliseconds until that must have happened: the time itself, and what a busy test machine adds. */
const SWEPT_WITHIN_MS = 12_000;
/** Milliseconds until a task must be done after seconds of fault, with the waits between its tries. */
const DONE_WITHIN_MS = 40_000;

describe('a call whose end was never told', () => {
  let world;
  before(async () => { world = await startWorld({ env: { SWEEP_AFTER_SECONDS: String(SWEEP_AFTER) } }); });
  after(() => world?.close());

  test('is closed, and its end is corrected when it is told after all', async () => {
    const form = incoming();
    await hook(world, 'voice', form);
    const ringing = await world.logged(form.CallSid, () => true);
    assert.deepEqual([ringing.outcome, ringing.ended_by], ['in_progress', null]);
    const [task] = ringing.tasks;
    assert.deepEqual([task.kind, task.subject, task.state, task.tries, task.finished_at], ['sweep', null, 'waiting', 0, null]);

    const swept = await world.logged(form.CallSid, (call) => taskOf(call, 'sweep')?.state === 'done', SWEPT_WITHIN_MS);
    assert.deepEqual([swept.outcome, swept.ended_by, swept.duration], ['missed', 'sweep', null]);

    const dialled = { DialCallStatus: 'completed', DialCallSid: newSid(), DialCallDuration: '42', DialBridged: 'true' };
    await hook(world, 'dial?step=office&turn=2', { ...form, CallStatus: 'completed', ...dialled });
    await hook(world, 'status', { ...form, CallStatus: 'completed', CallDuration: '50', Duration: '1' });
    const told = await world.logged(form.CallSid, (call) => call.duration === 50);
    assert.deepEqual([told.outcome, told.ended_by, told.talk_time], ['answered', 'carrier', 42]);
  });

  test('is asked for at the carrier, where that knows it', async () => {
    const { sid, duration } = await world.carrier.placeCall({
      from: '+17735550150', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 30, faults: { drop: ['status'] },
    });
    const ended = await world.logged(sid, ({ ended_by: by }) => by !== null, SWEPT_WITHIN_MS);
    assert.deepEqual([ended.outcome, ended.ended_by, ended.hung_up_by], ['answered', 'flow', 'flow'], 'the flow ended it, so it is over at once');
    const call = await world.logged(sid, undefined, SWEPT_WITHIN_MS);
    assert.deepEqual([call.outcome, call.ended_by, call.duration], ['answered', 'carrier_asked', duration]);
  });

  test('is no call whose end was told', async () => {
    const form = incoming();
    await hook(world, 'voice', form);
    await hook(world, 'status', { ...form, CallStatus: 'completed', CallDuration: '20', Duration: '1' });
    const call = await world.logged(form.CallSid);
    assert.deepEqual([call.ended_by, call.tasks], ['carrier', []]);
  });
});

for (const [fault, asked] of [['r2-fails', 1], ['r2-lands', 1]]) {
  test(`${fault}: a recording is stored once, and fetched as often as it takes`, async (t) => {
    const world = await startWorld({ fault, site: { flow: RECORDED } });
    t.after(() => world.close());
    const stored = await recorded(world, {});
    assert.ok(taskOf(stored, 'store_recording').tries > 1, 'it failed at first');
    assert.equal(stored.tasks.filter(({ kind }) => kind === 'store_recording').length, 1);
    assert.equal(askedFor(world, stored).length, asked);
    assert.equal((await play(world, stored)).status, 200);
  });
}

describe('a power cut', () => {
  let world;
  before(async () => { world = await startWorld({ site: { flow: RECORDED, recordings: { keep_days: 30 } } }); });
  after(() => world?.close());
  let stored;

  test('in the middle of a task costs a try, and the task is done', async () => {
    const { sid } = await placeCall(world, { media: { slow: 5 } });
    const copying = await world.logged(sid, ({ recordings: [recording] }) => recording?.state === 'copying');
    await eventually(() => askedFor(world, copying).length === 1);
    await world.powerCut();
    stored = await world.logged(sid, ({ recordings: [recording] }) => recording?.state === 'stored', DONE_WITHIN_MS);
    const task = taskOf(stored, 'store_recording');
    assert.deepEqual([task.state, task.tries, task.last_error], ['done', 2, null]);
    assert.equal(askedFor(world, stored).length, 2);
    assert.equal((await play(world, stored)).status, 200);
  });

  test('changes nothing about when a recording is deleted: its time over, it goes', async () => {
    const kept = taskOf(stored, 'delete_recording') ?? taskOf(await world.logged(stored.carrier_call_id, (call) => taskOf(call, 'delete_recording')), 'delete_recording');
    const days = (Date.parse(kept.next_try_at) - Date.parse(taskOf(stored, 'store_recording').finished_at)) / 86_400_000;
    assert.deepEqual([kept.state, days], ['waiting', 30]);

    // Thirty days are not waited for: the object's own row is set back.
    await world.powerCut((stateDir) => setDue(stateDir, 'delete_recording'));
    const form = { ...incoming(), CallSid: stored.carrier_call_id };
    await hook(world, 'status', { ...form, CallStatus: 'completed', CallDuration: '9', Duration: '1' });
    const deleted = await world.logged(stored.carrier_call_id, ({ recordings: [recording] }) => recording.state === 'deleted', DONE_WITHIN_MS);
    assert.deepEqual([taskOf(deleted, 'delete_recording').state, deleted.recording, deleted.recordings[0].url], ['done', null, null]);
    assert.equal((await play(world, stored)).status, 410);
    assert.ok(askedFor(world, stored).every(({ method }) => method === 'GET'), 'the carrier’s copy is its own matter');
  });
});

async function recorded(world, script) {
  const { sid } = await placeCall(world, script);
  return world.logged(sid, ({ recordings: [recording] }) => recording?.state === 'stored', DONE_WITHIN_MS);
}

async function placeCall(world, script) {
  const transcript = await world.carrier.placeCall({ from: '+17735550151', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 5, ...script });
  assert.deepEqual(transcript.errors, []);
  return transcript;
}

function play(world, call) {
  const path = `/v1/calls/${call.id}/recordings/${call.recordings[0].id}`;
  return fetch(`${world.edgeUrl}${path}`, { headers: { authorization: `Bearer ${world.apiKey}` } });
}

/** Makes a task due at once, in the objects' own stores. */
function setDue(stateDir, kind) {
  const folder = path.join(stateDir, 'v3/do');
  const files = readdirSync(folder, { recursive: true }).filter((name) => /Call.[0-9a-f]{64}\.sqlite$/.test(name));
  for (const file of files) {
    const database = new DatabaseSync(path.join(folder, file));
    const { changes } = database.prepare("UPDATE task SET document = json_set(document, '$.next_try_at', 1) WHERE kind = ?").run(kind);
    assert.equal(changes, 1);
    database.close();
  }
}

async function eventually(check) {
  const until = Date.now() + DONE_WITHIN_MS;
  while (!check()) {
    assert.ok(Date.now() < until, 'not in time');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

function incoming() {
  const [from, to] = ['+17735550120', NUMBERS.pool[0]];
  return { AccountSid: `AC${'1'.repeat(32)}`, ApiVersion: '2010-04-01', CallSid: newSid(), CallStatus: 'ringing', Direction: 'inbound', From: from, Caller: from, To: to, Called: to };
}

function hook(world, name, params) {
  return send({ url: `${world.edgeUrl}/carrier/twilio/${name}`, params, authToken: world.authToken });
}

const newSid = () => `CA${randomBytes(16).toString('hex')}`;
const taskOf = (call, wanted) => call.tasks.find(({ kind }) => kind === wanted);
const askedFor = (world, call) => world.carrier.asked().filter(({ path: asked }) => asked.includes(call.recordings[0].id));
