/** Somebody who asks to be forgotten, by their number or their visitor's id: afterwards no store has any of it; what is left is told. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS, putSite, siteDocument } from '../rig/seed.mjs';
import { KINDS, storedRows } from './stores.mjs';
import { startWorld, visitorId } from './world.mjs';

/** Milliseconds that recordings may take to be copied, or deleted: a few tries. */
const WITHIN_MS = 25_000;
const CALLER = '+17735550177';
const OTHER = '+17735550178';
const NAME = 'Ottilie Marchbanks';
const NOTE = 'prefers violet tiles';
const CAMPAIGN = 'violet-tiles-for-ottilie';

let world;
before(async () => {
  const flow = { ...siteDocument({ origins: [] }).flow, settings: { recording: { on: true } } };
  world = await startWorld({ site: { flow } });
  const pools = [{ ...world.document.pools[0], numbers: ['+13125550181'], overflow: null }];
  await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, id: 'pier', document: { ...world.document, name: 'Pier', pools, source_numbers: [] } });
});
after(() => world?.close());

test('a caller is forgotten with their visits, at all sites', async () => {
  const visitor = visitorId(0xa77);
  const first = await visitAndCall(visitor, CALLER);
  await callOf(CALLER, '+13125550181');
  await world.api(`/v1/calls/${first.id}`, { method: 'PATCH', body: { customer_name: NAME, note: NOTE } });
  const stays = await callOf(OTHER, NUMBERS.pool[2]);
  const secrets = [CALLER, CALLER.slice(1), NAME, NOTE, CAMPAIGN, visitor];
  assert.deepEqual(secrets.filter((secret) => !found(secret).length), [], 'all of it is there before');
  // An answer that is kept for a request which is sent again has them, too.
  assert.ok(found('Ottilie').length > 0);

  const known = await world.api(`/v1/persons/${encodeURIComponent(CALLER)}/export`);
  assert.equal(known.status, 200, JSON.stringify(known.json));
  const text = JSON.stringify(known.json);
  assert.deepEqual(secrets.filter((secret) => !text.includes(secret)), [], 'the export has all of it');
  assert.deepEqual(known.json.calls.map(({ call: { site_id: site }, webhooks }) => [site, webhooks.some(({ hook, body }) => hook === 'voice' && body.includes('CallSid='))]), [['harbor', true], ['pier', true]]);
  assert.ok(!text.includes(stays.id), 'and nothing of others');

  const erased = await forget({ customer_phone_number: '+1 (773) 555-0177' });
  assert.deepEqual([erased.removed.calls, erased.removed.visits], [2, 1], JSON.stringify(erased));
  const done = await forgotten({ customer_phone_number: CALLER });
  assert.deepEqual(done.removed, { calls: 0, visits: 0, candidates: 0, callers: 0, kept_texts: 0 }, 'the second time there is nothing left to remove');
  for (const secret of secrets) assert.deepEqual(found(secret), [], secret);
  assert.equal((await world.api(`/v1/calls/${stays.id}`)).status, 200);
  assert.deepEqual((await world.api(`/v1/persons/${encodeURIComponent(CALLER)}/export`)).json.calls, []);
  const entry = (await world.api('/v1/audit?action=person.forgotten')).json.entries[0];
  assert.deepEqual([entry.subject, JSON.stringify(entry).includes('5550177')], ['caller', false]);
  // To the site they are somebody new.
  assert.equal((await callOf(CALLER, NUMBERS.pool[3])).first_call, true);
});

test('a visitor is forgotten with their calls, and their number is nobody else’s for it', async () => {
  const visitor = visitorId(0xb88);
  const call = await visitAndCall(visitor, '+17735550179');
  const number = call.tracking_phone_number;
  const erased = await forget({ visitor_id: visitor });
  assert.deepEqual([erased.removed.calls, erased.removed.visits], [1, 1], JSON.stringify(erased));
  await forgotten({ visitor_id: visitor });
  for (const secret of [visitor, CAMPAIGN]) assert.deepEqual(found(secret), [], secret);
  const next = (await world.lease(visitorId(0xb89))).json.numbers[0].number;
  assert.notEqual(next, number);
  const beat = await world.post('/v1/beat', JSON.stringify({ site: 'harbor', visitor, leases: [], now: Date.now(), signal: 'visible' }), { origin: world.site.url });
  assert.ok(beat.status < 500, beat.text);
});

test('a call that goes on is left, and said to be', async () => {
  const { sid } = await world.carrier.placeCall({ from: '+17735550181', to: NUMBERS.pool[1], callee: 'answer', faults: { drop: ['status', 'dial'] } });
  const call = await world.logged(sid, () => true);
  const { done, removed, left } = await forget({ customer_phone_number: '+17735550181' });
  assert.deepEqual([done, removed.calls, left.map(({ kind, call_id: id }) => [kind, id])], [false, 0, [['call', call.id]]]);
});

test('who sees one site forgets at that one alone', async () => {
  const caller = '+17735550182';
  const [mine, other] = [await callOf(caller, '+13125550181'), await callOf(caller, NUMBERS.pool[1])];
  const { json: { key } } = await world.api('/v1/keys', { method: 'POST', body: { name: 'pier', scope: 'write', sites: ['pier'] } });
  const body = { customer_phone_number: caller };
  const exported = async () => (await world.api(`/v1/persons/${encodeURIComponent(caller)}/export`, { key })).json.calls.map(({ call: { id } }) => id);
  assert.deepEqual(await exported(), [mine.id]);
  assert.equal((await world.api('/v1/erasures', { method: 'POST', key, body })).json.removed.calls, 1);
  assert.equal((await world.api('/v1/erasures', { method: 'POST', key, body: { ...body, site_id: 'harbor' } })).status, 422);
  assert.deepEqual([await statusOf(mine), await statusOf(other)], [404, 200]);
  await forget({ ...body, site_id: 'harbor' });
  assert.equal(await statusOf(other), 404);
});

test('what names nobody is refused with why', async () => {
  for (const [body, status, code] of [
    [{}, 422, 'one_of_two'],
    [{ customer_phone_number: CALLER, visitor_id: visitorId(1) }, 422, 'one_of_two'],
    [{ customer_phone_number: '5550177' }, 422, 'bad_number'],
    [{ visitor_id: 'me' }, 422, 'bad_visitor_id'],
    [{ name: NAME }, 400, 'unknown_field'],
  ]) {
    const refused = await world.api('/v1/erasures', { method: 'POST', body });
    assert.deepEqual([refused.status, refused.json.errors?.[0]?.code], [status, code], JSON.stringify(refused.json));
  }
  for (const path of ['me/export', `${encodeURIComponent(CALLER)}/export?cursor=x`]) {
    const refused = await world.api(`/v1/persons/${path}`);
    assert.deepEqual([refused.status, refused.json.code], [400, 'bad_parameter'], path);
  }
  const { json: { key } } = await world.api('/v1/keys', { method: 'POST', body: { name: 'reads', scope: 'read', sites: ['harbor'] } });
  assert.equal((await world.api('/v1/erasures', { method: 'POST', key, body: { customer_phone_number: CALLER } })).status, 403);
});

/** Lets a visitor come and call the number that they see. */
async function visitAndCall(visitor, from) {
  const landing = `/?utm_source=leaflet&utm_campaign=${CAMPAIGN}`;
  const { number } = (await world.lease(visitor, { landing })).json.numbers[0];
  const call = await callOf(from, number);
  assert.equal(call.visitor_id, visitor);
  return call;
}

async function callOf(from, to) {
  const { sid, errors } = await world.carrier.placeCall({ from, to, callee: 'answer', talk_seconds: 2 });
  assert.deepEqual(errors, []);
  return world.logged(sid, ({ recordings: [recording] }) => recording?.state === 'stored', WITHIN_MS);
}

async function forget(body) {
  const { status, json } = await world.api('/v1/erasures', { method: 'POST', body });
  assert.equal(status, 202, JSON.stringify(json));
  return json;
}

/** Asks until nothing is left. */
async function forgotten(body) {
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const record = await forget(body);
    if (record.done) return record;
    assert.ok(Date.now() < until, JSON.stringify(record));
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

const statusOf = async ({ id }) => (await world.api(`/v1/calls/${id}`)).status;

const found = (text) => KINDS.flatMap((kind) => storedRows(world.stateDir, kind).filter((row) => row.includes(text)));
