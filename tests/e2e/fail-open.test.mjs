/** The phone rings although our own parts fail; what was missed is repaired. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

/** Milliseconds within which a caller must be rung through: what the call's object may take at first, and what a busy test machine adds. */
const RINGS_WITHIN_MS = 4_500;
/** Milliseconds after its first request until an object works. */
const FAULT_MS = 6_500;
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
      await objectsWork();
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
  await objectsWork();
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

test('an object that takes its time at first still answers with the flow, and later does not keep the caller waiting', async (t) => {
  const world = await startWorld({ fault: 'call-slow' });
  t.after(() => world.close());
  const form = incoming();
  const first = await hook(world, 'voice', form);
  assert.match(first.body, /<Say[^>]*>Thanks for calling/, 'the greeting of the flow');
  assert.match(first.body, /step=office/);
  // A dial result that comes first of all to its object, as after a restart: nobody listens to a second and a half of silence.
  const late = await hook(world, 'dial?step=office&turn=2', { ...incoming(), CallStatus: 'in-progress', DialCallStatus: 'no-answer' });
  assert.equal(late.status, 200);
  assert.ok(late.ms < 1_400, `${late.ms} ms`);
  assert.doesNotMatch(late.body, /step=message/);
});

describe('a webhook that is never taken in', async () => {
  let world;
  after(() => world?.close());
  const bad = { ...incoming(), From: '+17735550666', Caller: '+17735550666', CallStatus: 'completed', CallDuration: '5' };

  test('stands in the way of no other', async () => {
    world = await startWorld({ fault: 'call-chokes' });
    await hook(world, 'status', bad);
    const good = { ...incoming(), CallStatus: 'completed', CallDuration: '7' };
    await world.powerCut(() => insertKept(world, [{ hook: 'status', body: new URLSearchParams(good).toString() }, { hook: 'teleport', body: 'CallSid=CA0' }, { hook: 'status', body: 'CallSid=CA0&CallStatus=invented' }]));
    await world.runCron();
    assert.equal((await world.logged(good.CallSid)).duration, 7);
    const { kept_webhooks: kept } = (await world.api('/v1/kept_webhooks')).json;
    const told = kept.map(({ hook, state, reason, field, tries }) => [hook, state, reason, field, tries]);
    assert.deepEqual(told, [
      ['status', 'set_aside', 'webhook_status_unknown', 'CallStatus', 1],
      ['teleport', 'set_aside', 'unknown_hook', null, 1],
      ['status', 'waiting', 'object_unavailable', null, 1],
    ]);
  });

  test('is counted, and waits longer each time', async () => {
    await world.runCron();
    const [, , kept] = (await world.api('/v1/kept_webhooks')).json.kept_webhooks;
    assert.equal(kept.tries, 1, 'not before its time');
    assert.ok(Date.parse(kept.next_try_at) > Date.now(), kept.next_try_at);
    assert.match(kept.error, /on purpose/);
  });

  test('can be looked at, tried again at a word, and deleted', async () => {
    const [{ id }] = (await world.api('/v1/kept_webhooks?limit=1')).json.kept_webhooks;
    const whole = (await world.api(`/v1/kept_webhooks/${id}`)).json;
    assert.equal(whole.body, 'CallSid=CA0&CallStatus=invented');
    const again = await world.api(`/v1/kept_webhooks/${id}/restart`, { method: 'POST' });
    assert.deepEqual([again.status, again.json.state, again.json.tries], [202, 'waiting', 0]);
    await world.runCron();
    assert.equal((await world.api(`/v1/kept_webhooks/${id}`)).json.state, 'set_aside', 'not understood still, and not lost');
    assert.equal((await world.api(`/v1/kept_webhooks/${id}`, { method: 'DELETE' })).status, 200);
    for (const [method, path] of [['GET', `${id}`], ['DELETE', `${id}`], ['POST', `${id}/restart`], ['GET', 'first']]) {
      const reply = await world.api(`/v1/kept_webhooks/${path}`, { method });
      assert.deepEqual([reply.status, reply.json.error.code], [404, 'unknown_webhook']);
    }
    const page = (await world.api('/v1/kept_webhooks?limit=1')).json;
    const next = (await world.api(`/v1/kept_webhooks?limit=1&cursor=${page.next_cursor}`)).json;
    assert.deepEqual([page.kept_webhooks[0].hook, next.kept_webhooks[0].hook], ['teleport', 'status']);
  });
});

test('what can be neither taken in nor kept is refused, for the carrier to send it again; callers hear an answer all the same', async (t) => {
  const world = await startWorld({ fault: 'call-fails,db-fails' });
  t.after(() => world.close());
  const form = incoming();
  const ended = { ...form, CallStatus: 'completed', CallDuration: '9' };
  const [voice, status, leg, recording, odd] = await Promise.all([
    hook(world, 'voice', form), hook(world, 'status', ended),
    hook(world, 'leg', { ...ended, CallSid: newSid(), ParentCallSid: form.CallSid }),
    hook(world, 'recording', { ...form, RecordingSid: 'RE1', RecordingStatus: 'completed' }),
    hook(world, 'status', { ...form, CallStatus: 'teleported' }),
  ]);
  assert.deepEqual([voice.status, status.status, leg.status, recording.status, odd.status], [200, 503, 503, 503, 503]);
  assert.ok(voice.body.includes(NUMBERS.destination), voice.body);
  const [, address] = /statusCallback="([^"]+)"/.exec(voice.body);
  const asked = await send({ url: address.replaceAll('&amp;', '&'), params: { ...ended, CallSid: newSid(), ParentCallSid: form.CallSid }, authToken: world.authToken });
  assert.deepEqual([asked.status, asked.tries], [503, 6], 'where no document is waited for, the address asks to be called again');
  await objectsWork();
  await eventually(async () => (await hook(world, 'status', ended)).status === 200);
  const call = await eventually(async () => {
    await world.runCron();
    return (await world.api('/v1/calls')).json.calls.find((one) => one.duration !== null);
  });
  assert.deepEqual([call.carrier_call_id, call.duration], [form.CallSid, 9]);
});

test('a flow with a step that only a newer version knows rings the destination, and visitors get their numbers', async (t) => {
  const world = await startWorld();
  t.after(() => world.close());
  const published = { id: 'harbor', version: 2, document: structuredClone(world.document) };
  published.document.flow.steps.office = { type: 'queue', music: 'https://harbor.example/wait.mp3', next: {} };
  published.document.wallet = { provider: 'new' };
  published.document.targets[0].colour = 'blue';
  await world.store('site/harbor', JSON.stringify(published));
  await world.powerCut();
  const transcript = await world.carrier.placeCall({ from: '+17735550138', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 5 });
  checkRungThrough(transcript);
  assert.equal((await world.logged(transcript.sid)).outcome, 'answered');
  assert.equal((await world.lease(visitorId(1))).json.numbers[0].kind, 'leased');
});

for (const [what, broken] of [['of a newer version', "json_set(document, '$.record.status', 'teleported', '$.line.flow.steps.office.type', 'queue')"], ['of which nothing is left', "'{'"]]) {
  test(`a call with a state ${what} is rebuilt from its webhooks, under the same id`, async (t) => {
    const world = await startWorld();
    t.after(() => world.close());
    const [{ number }] = (await world.lease(visitorId(1), { landing: '/?gclid=rebuilt' })).json.numbers;
    const form = { ...incoming(), To: number, Called: number };
    await hook(world, 'voice', form);
    const before = await world.logged(form.CallSid, (call) => call.attribution.state === 'attributed');
    await world.powerCut((stateDir) => inCallStores(stateDir, (database) => database.exec(`UPDATE state SET document = ${broken}`)));
    const dial = await hook(world, 'dial?step=office&turn=2', { ...form, CallStatus: 'in-progress', DialCallStatus: 'completed', DialCallSid: newSid(), DialCallDuration: '42', DialBridged: 'true' });
    assert.equal(dial.status, 200, dial.body);
    await hook(world, 'status', { ...form, CallStatus: 'completed', CallDuration: '50' });
    const after = await world.logged(form.CallSid, (call) => call.outcome === 'answered' && call.duration === 50 && call.gclid === 'rebuilt');
    assert.deepEqual([after.id, after.start_time, after.site_id], [before.id, before.start_time, 'harbor']);
    assert.equal((await world.api('/v1/calls')).json.calls.length, 1);
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

/** Waits until the objects work again: a webhook that is tried before waits a minute for its next try. */
function objectsWork() {
  return new Promise((resolve) => { setTimeout(resolve, FAULT_MS); });
}

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

/** Puts webhooks among those that D1 keeps, as they were kept in an outage. */
function insertKept(world, webhooks) {
  const folder = path.join(world.stateDir, 'v3/d1');
  const [file] = readdirSync(folder, { recursive: true }).filter((name) => /[0-9a-f]{64}\.sqlite$/.test(name));
  const database = new DatabaseSync(path.join(folder, file));
  try {
    const insert = database.prepare("INSERT INTO raw_event (received_at, carrier, hook, reason, query, body) VALUES (?, 'twilio', ?, 'object_unavailable', '', ?)");
    for (const { hook: name, body } of webhooks) insert.run(Date.now(), name, body);
  } finally {
    database.close();
  }
}

/** Does something in the stores of the calls' objects. */
function inCallStores(stateDir, act) {
  const folder = path.join(stateDir, 'v3/do');
  const files = readdirSync(folder, { recursive: true }).filter((name) => /Call.[0-9a-f]{64}\.sqlite$/.test(name));
  assert.ok(files.length > 0);
  for (const file of files) {
    const database = new DatabaseSync(path.join(folder, file));
    act(database);
    database.close();
  }
}

function incoming() {
  const [from, to] = ['+17735550120', NUMBERS.pool[0]];
  return { AccountSid: `AC${'1'.repeat(32)}`, ApiVersion: '2010-04-01', CallSid: newSid(), CallStatus: 'ringing', Direction: 'inbound', From: from, Caller: from, To: to, Called: to };
}

function hook(world, name, params) {
  return send({ url: `${world.edgeUrl}/carrier/twilio/${name}`, params, authToken: world.authToken });
}

function newSid() {
  return `CA${randomBytes(16).toString('hex')}`;
}
