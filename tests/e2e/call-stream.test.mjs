/** What calls do, told while they do it to whoever may hear it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS, siteDocument } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

/** Milliseconds within which a message must come; the promise is a second, and the machine may build something beside. */
const LIMIT_MS = 5_000;
const VALLEY = '+13125550181';

let world;
before(async () => {
  world = await startWorld();
  const valley = { ...siteDocument({ origins: ['https://valley.example'], pool: { numbers: [VALLEY], overflow: undefined } }), targets: [{ number: '+13125550143', pool: 'main' }], source_numbers: [] };
  assert.equal((await world.api('/v1/sites/valley', { method: 'PUT', body: valley })).status, 201);
});
after(() => world?.close());

/** Listens; answers what was heard, how to wait for more, and how it ended. */
async function listen(t, key = world.apiKey) {
  const socket = new WebSocket(`${world.edgeUrl.replace('http', 'ws')}/v1/calls/stream`, { headers: { authorization: `Bearer ${key}` } });
  t.after(() => socket.close());
  const heard = [];
  socket.addEventListener('message', ({ data }) => heard.push({ ...JSON.parse(data), at: Date.now() }));
  const closed = new Promise((resolve) => { socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason })); });
  await new Promise((resolve, reject) => { socket.addEventListener('open', resolve); socket.addEventListener('error', reject); });
  const until = async (wanted) => {
    const end = Date.now() + LIMIT_MS;
    while (Date.now() < end) {
      const found = heard.find(wanted);
      if (found) return found;
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw new Error(`not heard within ${LIMIT_MS} ms: ${JSON.stringify(heard.map(({ event, call }) => [event, call.outcome]))}`);
  };
  return { heard, until, closed, socket };
}

const makeKey = async (sites) => (await world.api('/v1/keys', { method: 'POST', body: { name: 'live', scope: 'read', sites } })).json;
const place = async (to = NUMBERS.pool[0]) => (await world.carrier.placeCall({ from: '+17735550130', to, callee: 'answer', talk_seconds: 1 })).sid;

test('a call is told when it begins, changes and ends', async (t) => {
  const { heard, until } = await listen(t);
  const sid = await place();
  const ended = await until(({ event, call }) => event === 'call.ended' && call.carrier_call_id === sid);
  const own = heard.filter(({ call }) => call.carrier_call_id === sid);
  assert.equal(own[0].event, 'call.started');
  assert.equal(own.filter(({ event }) => event === 'call.ended').length, 1);
  assert.equal(ended.call.outcome, 'answered');
  const logged = await world.logged(sid);
  await world.api(`/v1/calls/${logged.id}`, { method: 'PATCH', body: { note: 'Heard live' } });
  const changed = await until(({ event, call }) => event === 'call.changed' && call.note === 'Heard live');
  const { json } = await world.api(`/v1/calls/${logged.id}`);
  delete json.transcript;
  delete json.conversational_transcript;
  assert.deepEqual(changed.call, json, 'it is told as the log has it');
});

test('whoever has one site hears of no other', async (t) => {
  const [all, some] = [await listen(t), await listen(t, (await makeKey(['valley'])).key)];
  const [other, own] = [await place(), await place(VALLEY)];
  await some.until(({ event, call }) => event === 'call.ended' && call.carrier_call_id === own);
  await all.until(({ event, call }) => event === 'call.ended' && call.carrier_call_id === other);
  assert.ok(some.heard.every(({ call }) => call.site_id === 'valley'));
});

test('a key that is revoked hears nothing more', async (t) => {
  const { id, key } = await makeKey(null);
  const [gone, stays] = [await listen(t, key), await listen(t)];
  await world.api(`/v1/keys/${id}`, { method: 'DELETE' });
  assert.deepEqual(await gone.closed, { code: 1008, reason: 'what you may see has changed' });
  const sid = await place();
  await stays.until(({ event, call }) => event === 'call.ended' && call.carrier_call_id === sid);
  assert.deepEqual(gone.heard, []);
});

test('without a key, or without a WebSocket, nobody listens', async () => {
  for (const [key, status, code] of [['', 401, 'wrong_key'], ['wrong', 401, 'wrong_key'], [world.apiKey, 426, 'needs_websocket']]) {
    const { status: got, json } = await world.api('/v1/calls/stream', { key });
    assert.deepEqual([got, json.code], [status, code]);
  }
  const refused = new WebSocket(`${world.edgeUrl.replace('http', 'ws')}/v1/calls/stream`);
  await new Promise((resolve, reject) => { refused.addEventListener('error', resolve); refused.addEventListener('open', () => reject(new Error('it opened'))); });
});

test('a feed that fails delays no call, and loses nothing of the log', async (t) => {
  const failing = await startWorld({ fault: 'feed-hangs' });
  t.after(() => failing.close());
  const { sid } = await failing.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
  assert.equal((await failing.logged(sid)).outcome, 'answered');
});

test('what is said to it is not listened to, and harms nobody', async (t) => {
  const { socket, until } = await listen(t);
  for (const text of ['', 'hello', '{"event":"call.started"}', 'x'.repeat(100_000)]) socket.send(text);
  const sid = await place();
  await until(({ event, call }) => event === 'call.ended' && call.carrier_call_id === sid);
});
