/** Webhooks that are forged, repeated, shuffled, broken, or about nothing we know. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const TOKEN = 'f'.repeat(32);

let world;
before(async () => { world = await startWorld({ env: { TWILIO_AUTH_TOKEN: `${TOKEN},${'0'.repeat(32)}` } }); });
after(() => world?.close());

test('a wrong signature gets 403 and changes nothing', async () => {
  const form = incoming();
  const forged = [
    await hook('voice', form, { authToken: 'e'.repeat(32) }),
    await unsigned('voice', form),
    await unsigned('voice', form, { 'x-twilio-signature': 'not base64 !' }),
    await unsigned('voice', form, { 'x-twilio-signature': 'AAAA' }),
  ];
  for (const reply of forged) {
    assert.equal(reply.status, 403);
    assert.match(reply.body, /"code":"[a-z_]+"/);
  }
  const real = await hook('voice', form);
  const altered = await unsigned('voice', { ...form, To: NUMBERS.pool[3] }, { 'x-twilio-signature': real.signature });
  assert.equal(altered.status, 403);
  const { json } = await world.api('/v1/calls');
  assert.equal(json.calls.filter((call) => call.carrier_call_id === form.CallSid).length <= 1, true);
  assert.equal((await world.logged(form.CallSid, () => true)).tracking_phone_number, form.To);
});

test('a call to a pool that has not leased anything yet says so', async () => {
  const form = incoming();
  await hook('voice', form);
  const { attribution } = await world.logged(form.CallSid, (call) => call.attribution.state !== 'pending');
  assert.deepEqual([attribution.state, attribution.reason], ['unattributed', 'never_leased']);
});

test('during a rotation the old token is still good', async () => {
  assert.equal((await hook('voice', incoming(), { authToken: '0'.repeat(32) })).status, 200);
});

test('the same webhook three times makes one call and gets the same document', async () => {
  const form = incoming();
  const replies = [await hook('voice', form), await hook('voice', form), await hook('voice', form)];
  assert.equal(new Set(replies.map((reply) => reply.body)).size, 1);
  assert.match(replies[0].body, /<Dial [^>]*action="[^"]*\/carrier\/twilio\/dial\?step=office/);
  await world.logged(form.CallSid, () => true);
  const { json } = await world.api('/v1/calls?limit=250');
  assert.equal(json.calls.filter((call) => call.carrier_call_id === form.CallSid).length, 1);
});

test('webhooks that come again, also late and after a change of the site, change nothing: not even when the call was changed', async () => {
  const [sid, leg] = [newSid(), newSid()];
  const all = [
    ['voice', incoming(sid)],
    ['leg', legForm(sid, leg, 'in-progress', 2)],
    ['dial?step=office&turn=2', { ...incoming(sid), CallStatus: 'in-progress', DialCallStatus: 'completed', DialCallSid: leg, DialCallDuration: '42', DialBridged: 'true' }],
    ['recording?of=forward', { ...incoming(sid), RecordingSid: `RE${'3'.repeat(32)}`, RecordingStatus: 'absent' }],
    ['status', { ...incoming(sid), CallStatus: 'completed', CallDuration: '50', Duration: '1' }],
  ];
  const documents = [];
  for (const [name, form] of all) documents.push((await hook(name, form)).body);
  const settled = (call) => call.duration === 50 && call.attribution.state !== 'pending' && call.tasks.every(({ state }) => state !== 'running');
  let before = await world.logged(sid, settled);
  // The log is written once more when the last of its own tasks is done.
  for (const until = Date.now() + 2_000; Date.now() < until;) {
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    before = await world.logged(sid, settled);
  }
  await world.api('/v1/sites/harbor', { method: 'PUT', body: { ...world.document, screening: { block: ['+17735550120'] } } });
  for (const at of [4, 0, 2, 1, 3, 0]) {
    const [name, form] = all[at];
    assert.equal((await hook(name, form)).body, documents[at], name);
  }
  await new Promise((resolve) => { setTimeout(resolve, 1_500); });
  assert.deepEqual(await world.logged(sid, settled), before);
  await world.api('/v1/sites/harbor', { method: 'PUT', body: world.document });
});

test('three at the same time make one call as well', async () => {
  const form = incoming();
  const replies = await Promise.all([hook('voice', form), hook('voice', form), hook('voice', form)]);
  assert.ok(replies.every((reply) => reply.status === 200));
  await world.logged(form.CallSid, () => true);
  const { json } = await world.api('/v1/calls?limit=250');
  assert.equal(json.calls.filter((call) => call.carrier_call_id === form.CallSid).length, 1);
});

test('status callbacks in all orders, with one repeated, give the same record', async () => {
  const events = (sid, leg) => [
    ['leg', legForm(sid, leg, 'ringing', 1)],
    ['leg', legForm(sid, leg, 'completed', 3)],
    ['dial', { ...incoming(sid), CallStatus: 'in-progress', DialCallStatus: 'completed', DialCallSid: leg, DialCallDuration: '42', DialBridged: 'true' }],
    ['status', { ...incoming(sid), CallStatus: 'completed', CallDuration: '50', Duration: '1' }],
  ];
  const sids = await Promise.all(permutations([0, 1, 2, 3]).map(async (order) => {
    const sid = newSid();
    const all = events(sid, newSid());
    await hook('voice', incoming(sid));
    for (const at of [...order, order[0]]) {
      const [name, form] = all[at];
      assert.equal((await hook(name === 'dial' ? 'dial?step=office&turn=2' : name, form)).status, 200);
    }
    return sid;
  }));
  // The log shows a call while its webhooks come in, so that it is read when it has the last of them.
  const told = ({ outcome, answered, duration, talk_time, business_phone_number }) => JSON.stringify({ outcome, answered, duration, talk_time, business_phone_number });
  const whole = JSON.stringify({ outcome: 'answered', answered: true, duration: 50, talk_time: 42, business_phone_number: NUMBERS.destination });
  const records = await Promise.all(sids.map((sid) => world.logged(sid, (call) => told(call) === whole)));
  assert.equal(records.length, 24);
  // Nor does what comes in later, as the word of the pool does, change any of it.
  const settled = await Promise.all(sids.map((sid) => world.logged(sid, (call) => call.attribution.state !== 'pending')));
  assert.deepEqual([...new Set(settled.map(told))], [whole]);
});

test('a call whose first webhook never came is rebuilt from the others', async () => {
  const sid = newSid();
  await hook('status', { ...incoming(sid), CallStatus: 'completed', CallDuration: '8', Duration: '1' });
  const call = await world.logged(sid);
  assert.equal(call.customer_phone_number, '+17735550120');
  assert.equal(call.tracking_phone_number, NUMBERS.pool[0]);
  assert.notEqual(call.attribution.state, 'pending');
});

test('webhooks that cannot be understood are kept, and the caller hears something', async () => {
  const broken = [
    ['voice', { From: '+17735550120' }],
    ['voice', {}],
    ['dial?step=office', { ...incoming(), DialCallStatus: 'invented' }],
    ['record', { CallSid: '' }],
    ['status', { ...incoming(), CallStatus: 'teleported' }],
    ['leg', { nonsense: '1' }],
    ['recording', { CallSid: newSid() }],
    ['gather?step=choose', { Digits: '1' }],
    ['whisper?step=office', { CallSid: newSid() }],
    ['accept?step=office', { CallSid: newSid(), Digits: '1' }],
  ];
  for (const [name, form] of broken) {
    const reply = await hook(name, form);
    assert.equal(reply.status, 200, name);
    assert.match(reply.contentType, /^(text|application)\/xml/);
    assert.match(reply.body, /<Response/);
    if (/^(voice|dial|record|gather)\b/.test(name)) {
      assert.match(reply.body, /<(Say|Dial)/, `${name} is never silence`);
    }
    if (/^(whisper|accept)\b/.test(name)) {
      assert.match(reply.body, /<Response><\/Response>/, 'who answered is connected');
    }
  }
  assert.equal((await hook('invented', incoming())).status, 404);

  const kept = await keptEvents(broken.length);
  assert.deepEqual(kept.map((event) => event.hook), broken.map(([name]) => name.split('?')[0]));
  assert.ok(kept.every((event) => /^[a-z_]+$/.test(event.reason)), JSON.stringify(kept));
  assert.deepEqual(kept.map((event) => event.field), ['CallSid', 'CallSid', 'DialCallStatus', 'CallSid', 'CallStatus', 'CallStatus', 'RecordingStatus', 'CallSid', 'ParentCallSid', 'ParentCallSid']);
  assert.ok(kept[0].body.includes('17735550120'), 'as it came');
});

test('calls to numbers of no site are answered and logged', async () => {
  const form = { ...incoming(), To: '+13125559999', Called: '+13125559999' };
  const reply = await hook('voice', form);
  assert.match(reply.body, /<Say>/);
  const call = await world.logged(form.CallSid, (seen) => seen.attribution.state !== 'pending');
  assert.deepEqual([call.site_id, call.attribution.state, call.attribution.reason], [null, 'unattributed', 'unknown_number']);
});

test('hostile fields stay text', async () => {
  const form = { ...incoming(), CallerName: '"><script>alert(1)</script>', FromCity: "'); DROP TABLE call; --" };
  assert.equal((await hook('voice', form)).status, 200);
  const call = await world.logged(form.CallSid, () => true);
  assert.equal(call.customer_name, form.CallerName);
  assert.equal(call.customer_city, form.FromCity);
  for (const path of ['/console', `/console/calls/${call.id}`]) {
    const page = await (await fetch(`${world.edgeUrl}${path}`, { headers: { authorization: `Bearer ${world.apiKey}` } })).text();
    assert.ok(page.includes('alert(1)') && !page.includes('<script'), `escaped in ${path}`);
  }
});

/** The webhooks that D1 keeps, as soon as there are so many: they are written behind the answer. */
async function keptEvents(count) {
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    const kept = readKept();
    if (kept.length >= count) {
      return kept;
    }
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`D1 keeps fewer than ${count} webhooks`);
}

function readKept() {
  const folder = path.join(world.stateDir, 'v3/d1');
  const [file] = readdirSync(folder, { recursive: true }).filter((name) => /[0-9a-f]{64}\.sqlite$/.test(name));
  const database = new DatabaseSync(path.join(folder, file), { readOnly: true });
  try {
    return database.prepare('SELECT hook, reason, field, body FROM raw_event ORDER BY id').all();
  } finally {
    database.close();
  }
}

function incoming(sid = newSid()) {
  const [from, to] = ['+17735550120', NUMBERS.pool[0]];
  return { AccountSid: `AC${'1'.repeat(32)}`, ApiVersion: '2010-04-01', CallSid: sid, CallStatus: 'ringing', Direction: 'inbound', From: from, Caller: from, To: to, Called: to };
}

function legForm(parent, leg, status, sequence) {
  const to = NUMBERS.destination;
  return {
    AccountSid: `AC${'1'.repeat(32)}`, ApiVersion: '2010-04-01', CallSid: leg, ParentCallSid: parent, CallStatus: status, Direction: 'outbound-dial',
    From: '+17735550120', To: to, SequenceNumber: String(sequence), CallbackSource: 'call-progress-events', ...(status === 'completed' && { CallDuration: '42' }),
  };
}

function hook(name, params, { authToken = TOKEN } = {}) {
  return send({ url: `${world.edgeUrl}/carrier/twilio/${name}`, params, authToken });
}

async function unsigned(name, form, headers = {}) {
  const response = await fetch(`${world.edgeUrl}/carrier/twilio/${name}`, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: response.status, body: await response.text() };
}

function permutations(items) {
  return items.length < 2 ? [items] : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

const newSid = () => `CA${randomBytes(16).toString('hex')}`;
