/** A call that is deleted: nothing of it is left in any store, and nothing that comes late brings it back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { NUMBERS, putSite, siteDocument } from '../rig/seed.mjs';
import { KINDS, storedRows } from './stores.mjs';
import { startWorld } from './world.mjs';

/** Milliseconds that recordings may take to be copied, or deleted: a few tries. */
const WITHIN_MS = 25_000;
const CALLER = '+17735550166';
/** What nobody else in this world is called, says or writes. */
const PLANTED = { name: 'Wilhelmina Quackenbush', note: 'allergic to zinc' };

let world;
before(async () => {
  const flow = { ...siteDocument({ origins: [] }).flow, settings: { recording: { on: true } } };
  world = await startWorld({ site: { flow }, databases: ['DB_1'] });
  const pools = [{ ...world.document.pools[0], numbers: ['+13125550181'], overflow: null }];
  await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, id: 'pier', document: { ...world.document, name: 'Pier', pools, source_numbers: [] } });
});
after(() => world?.close());

test('nothing of it is left, here or at the carrier', async () => {
  const { call, transcript, recording } = await recorded();
  const changed = await world.api(`/v1/calls/${call.id}`, { method: 'PATCH', body: { note: PLANTED.note, customer_name: PLANTED.name, tags: ['vip'] } });
  assert.equal(changed.status, 200, JSON.stringify(changed.json));
  const secrets = [CALLER, CALLER.slice(1), PLANTED.name, PLANTED.note];
  assert.deepEqual(secrets.filter((secret) => !found(secret).length), [], 'all of it is there before');

  const deleted = await world.api(`/v1/calls/${call.id}`, { method: 'DELETE' });
  assert.equal(deleted.status, 202, JSON.stringify(deleted.json));
  assert.deepEqual([deleted.json.call_id, deleted.json.site_id, deleted.json.done], [call.id, 'harbor', false]);
  assert.deepEqual(deleted.json.left.map(({ kind, state }) => [kind, state]).sort(), [['delete_at_carrier', 'waiting'], ['delete_recording', 'waiting']]);
  const gone = await world.api(`/v1/calls/${call.id}`);
  assert.deepEqual([gone.status, gone.json.code], [404, 'unknown_call']);
  for (const query of [`customer_phone_number=${encodeURIComponent(CALLER)}`, 'search=Quackenbush', 'search=zinc']) {
    assert.deepEqual((await world.api(`/v1/calls?${query}`)).json.calls, [], query);
  }

  const done = await erased(call.id);
  assert.deepEqual(done, { ...deleted.json, done: true, left: [] });
  assert.deepEqual(askedFor(recording.id).map(({ method }) => method), ['GET', 'DELETE']);
  assert.equal((await world.api(`/v1/calls/${call.id}/recordings/${recording.id}`)).status, 404);
  for (const secret of secrets) assert.deepEqual(found(secret), [], secret);
  assert.deepEqual(rows('R2').filter((row) => row.includes(call.id)), []);

  // Webhooks that come once more, or late, are taken and bring nothing back.
  for (const { url, params } of transcript.requests) await send({ url, params, authToken: world.authToken });
  const { url, params } = transcript.requests.find(({ kind }) => kind === 'recording');
  const late = { ...params, RecordingSid: `RE${'9'.repeat(32)}` };
  await send({ url, params: late, authToken: world.authToken });
  await eventually(() => askedFor(late.RecordingSid).some(({ method }) => method === 'DELETE'));
  assert.equal((await world.api(`/v1/calls/${call.id}`)).status, 404);
  for (const secret of secrets) assert.deepEqual(found(secret), [], secret);
});

test('a call that goes on is not deleted', async () => {
  const { sid } = await world.carrier.placeCall({ from: CALLER, to: NUMBERS.pool[1], callee: 'answer', faults: { drop: ['status', 'dial'] } });
  const call = await world.logged(sid, () => true);
  const refused = await world.api(`/v1/calls/${call.id}`, { method: 'DELETE' });
  assert.deepEqual([refused.status, refused.json.code], [409, 'call_goes_on']);
  assert.equal((await world.api(`/v1/calls/${call.id}`)).status, 200);
});

test('who may not see it may not delete it, and does not learn that there was one', async () => {
  const { call } = await recorded();
  const made = await world.api('/v1/keys', { method: 'POST', body: { name: 'other', scope: 'write', sites: ['pier'] } });
  const key = made.json.key;
  for (const _ of ['before', 'after']) {
    const refused = await world.api(`/v1/calls/${call.id}`, { method: 'DELETE', key });
    assert.deepEqual([refused.status, refused.json.code], [404, 'unknown_call']);
    assert.deepEqual((await world.api(`/v1/erasures/${call.id}`, { key })).status, 404);
    assert.deepEqual((await world.api('/v1/erasures', { key })).json.erasures, []);
    await world.api(`/v1/calls/${call.id}`, { method: 'DELETE' });
  }
  const audit = (await world.api('/v1/audit?action=call.deleted')).json.entries.filter(({ subject }) => subject === call.id);
  assert.equal(audit.length, 2);
});

test('what the carrier does not delete is told, and tried again', async () => {
  const { call, recording } = await recorded({ media: { kept: 1 } });
  assert.equal((await world.api(`/v1/calls/${call.id}`, { method: 'DELETE' })).status, 202);
  const left = await erased(call.id, ({ left }) => left.length === 1 && left[0].state === 'failed');
  assert.deepEqual([left.done, left.left.map(({ kind, subject }) => [kind, subject])], [false, [['delete_at_carrier', recording.id]]]);
  assert.ok(left.left[0].last_error.message.endsWith('.'));
  const open = (await world.api('/v1/erasures?done=false')).json.erasures;
  assert.deepEqual(open.map(({ call_id: id }) => id), [call.id]);
  const again = await world.api(`/v1/calls/${call.id}`, { method: 'DELETE' });
  assert.deepEqual([again.status, again.json.left[0].state], [202, 'waiting']);
  assert.ok((await erased(call.id, ({ done }) => done)).done);
  const page = (await world.api('/v1/erasures?limit=1')).json;
  const rest = (await world.api(`/v1/erasures?limit=1&cursor=${page.next_cursor}`)).json;
  assert.notEqual(page.erasures[0].call_id, rest.erasures[0].call_id);
});

async function recorded(script = {}) {
  const transcript = await world.carrier.placeCall({ from: CALLER, to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 4, ...script });
  assert.deepEqual(transcript.errors, []);
  const call = await world.logged(transcript.sid, ({ recordings: [recording] }) => recording?.state === 'stored', WITHIN_MS);
  return { call, transcript, recording: call.recordings[0] };
}

async function erased(call, holds = ({ done }) => done) {
  let record;
  await eventually(async () => {
    record = (await world.api(`/v1/erasures/${call}`)).json;
    return holds(record);
  });
  return record;
}

const rows = (kind) => storedRows(world.stateDir, kind);

/** The rows of all stores that have a text. */
function found(text) {
  return KINDS.flatMap((kind) => rows(kind).filter((row) => row.includes(text)));
}

async function eventually(check) {
  const until = Date.now() + WITHIN_MS;
  while (!(await check())) {
    assert.ok(Date.now() < until, 'not in time');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

const askedFor = (id) => world.carrier.asked().filter(({ path: asked }) => asked.includes(id));
