/** What a carrier's directory says of a caller's number: asked only when wished, only for what is not known, and only once. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { NUMBERS, putSite } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

/** Milliseconds until a look-up is done, retries included, on two busy cores. */
const WITHIN_MS = 30_000;
const CALLER = '+13125550188';

let world;
let directory;
before(async () => {
  directory = await startDirectory();
  world = await startWorld({ env: { TWILIO_LOOKUP_URL: directory.url } });
  await wish({ caller_name: true, line_type: true });
});
after(async () => {
  await world?.close();
  await directory?.close();
});

test('name, kind of line and company are told for a number that the carrier said nothing about', async () => {
  const sid = await call({ from: CALLER, caller: { name: null } });
  const told = await world.logged(sid, isLookedUp, WITHIN_MS);
  assert.deepEqual([told.customer_name, told.customer_name_from, told.line_type, told.caller_carrier], ['SERGIO SUAREZ', 'lookup', 'non_fixed_voip', 'Example Telephone']);
  const [asked] = directory.asked;
  assert.equal(asked.url, `/v2/PhoneNumbers/${CALLER}?Fields=caller_name,line_type_intelligence`);
  assert.match(asked.authorization, /^Basic /);
});

test('the same number is not asked for again, and nothing in the store tells which number it was', async () => {
  const before = directory.asked.length;
  const told = await world.logged(await call({ from: CALLER, caller: { name: null } }), isLookedUp, WITHIN_MS);
  assert.deepEqual([told.customer_name, told.line_type, directory.asked.length], ['SERGIO SUAREZ', 'non_fixed_voip', before]);
  const keys = await world.storedNames('lookup/');
  assert.equal(keys.length, 1);
  assert.doesNotMatch(keys[0], /3125550188/);
});

test('what the carrier said stands, and is not paid for again', async () => {
  const sid = await call({ from: '+13125550187', caller: { name: 'JANE DOE' } });
  const told = await world.logged(sid, isLookedUp, WITHIN_MS);
  assert.deepEqual([told.customer_name, told.customer_name_from, told.line_type], ['JANE DOE', 'carrier', 'non_fixed_voip']);
  assert.equal(directory.asked.at(-1).url, '/v2/PhoneNumbers/+13125550187?Fields=line_type_intelligence');
});

test('a caller who shows no number is not looked up', async () => {
  const before = directory.asked.length;
  const sid = await call({ from: 'anonymous', caller: { name: null } });
  const told = await world.logged(sid);
  assert.equal(told.tasks.some((task) => task.kind === 'look_up_caller'), false);
  assert.equal(directory.asked.length, before);
});

test('a directory that is down is asked again', async () => {
  directory.status = 503;
  const sid = await call({ from: '+13125550186', caller: { name: null } });
  const waiting = await world.logged(sid, (seen) => taskOf(seen)?.last_error, WITHIN_MS);
  assert.deepEqual([waiting.outcome, waiting.customer_name, taskOf(waiting).last_error.code], ['answered', null, 'lookup_unavailable']);
  directory.status = 200;
  assert.equal((await world.logged(sid, isLookedUp, WITHIN_MS)).customer_name, 'SERGIO SUAREZ');
});

test('without a wish nothing is asked', async () => {
  await wish(undefined);
  const before = directory.asked.length;
  const told = await world.logged(await call({ from: '+13125550185', caller: { name: null } }));
  assert.deepEqual([told.customer_name, told.line_type, told.tasks.length, directory.asked.length], [null, null, 0, before]);
});

async function call(script) {
  const transcript = await world.carrier.placeCall({ to: NUMBERS.pool[0], callee: 'answer', ring_seconds: 1, talk_seconds: 5, ...script });
  assert.deepEqual(transcript.errors, []);
  return transcript.sid;
}

async function wish(lookup) {
  await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, document: { ...world.document, lookup } });
}

function taskOf(seen) {
  return seen.tasks.find((task) => task.kind === 'look_up_caller');
}

function isLookedUp(seen) {
  return taskOf(seen)?.state === 'done';
}

/** Twilio's directory, as its own examples show it. */
async function startDirectory() {
  const state = { status: 200, asked: [] };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://directory');
    state.asked.push({ url: request.url, authorization: request.headers.authorization });
    const fields = (searchParams.get('Fields') ?? '').split(',');
    response.writeHead(state.status, { 'content-type': 'application/json' }).end(JSON.stringify({
      calling_country_code: '1', country_code: 'US', phone_number: pathname.split('/').at(-1), valid: true,
      caller_name: fields.includes('caller_name') ? { caller_name: 'SERGIO SUAREZ', caller_type: 'CONSUMER', error_code: null } : null,
      line_type_intelligence: fields.includes('line_type_intelligence')
        ? { error_code: null, mobile_country_code: '240', mobile_network_code: '38', carrier_name: 'Example Telephone', type: 'nonFixedVoip' }
        : null,
    }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  state.url = `http://127.0.0.1:${server.address().port}`;
  state.close = () => new Promise((resolve) => { server.close(resolve); });
  return state;
}
