/** Calls whose webhooks come twice, late, in the wrong order or not at all, and an edge that dies in the middle of one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { send } from '../carrier/requests.mjs';
import { startCarrier } from '../carrier/simulator.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { ANNA, answeredBy, BEN, checkDocuments, forward, rung, says, startFlows, told, voicemail } from './flows.mjs';

/** Milliseconds until a person's call must be where it is waited for. */
const REACHED_WITHIN_MS = 15_000;

let flows;
before(async () => { flows = await startFlows(); });
after(() => flows?.close());

const MENU = { type: 'menu', say: 'Press one.', next: { 1: 'office', no_input: 'end', invalid: 'end' } };
/** A flow with every kind of webhook: a menu, two numbers that are asked for a key, a recording, a voicemail. */
const WHOLE = {
  choose: MENU, office: forward([ANNA, BEN], { strategy: 'sequential', accept: true, record: true, next: { no_answer: 'message', busy: 'message', failed: 'message' } }),
  message: voicemail(),
};
const RECORDED = 'This call may be recorded.';
const TAKEN = { digits: ['7', '1'], callees: { [ANNA]: { keys: '9' }, [BEN]: { keys: '1', talk_seconds: 31 } } };
const MISSED = { digits: '1', callee: 'busy', voicemail: { seconds: 11 } };
const LEFT_A_MESSAGE = { outcome: 'voicemail', answered: false, voicemail: true, talked: 0 };

const FAULTS = {
  'every webhook three times, each answered the same': { duplicate: 2 },
  'every webhook twice, callbacks in the opposite order': { duplicate: 1, reverse: true },
  'callbacks in the opposite order': { reverse: true },
  'callbacks in one order': { shuffle: 11 },
  'callbacks in another order': { shuffle: 12 },
  'late callbacks': { delay: 20 },
  'no word on any leg but the end': { drop: ['leg:initiated', 'leg:ringing', 'leg:answered'] },
};

for (const [name, faults] of Object.entries(FAULTS)) {
  test(`${name}: the same record`, async () => {
    // That it never becomes what it must be is reported with what it is.
    const taken = await flows.play(WHOLE, { ...TAKEN, faults }, { ready: (call) => isDeepStrictEqual(told(call), answeredBy(BEN, 31)) });
    const isMissed = ({ business, ...went }) => isDeepStrictEqual(went, LEFT_A_MESSAGE) && [ANNA, BEN].includes(business);
    await flows.play(WHOLE, { ...MISSED, faults }, { ready: (call) => isMissed(told(call)) });
    const { json } = await flows.world.api('/v1/calls?limit=250');
    assert.equal(json.calls.filter((call) => call.carrier_call_id === taken.transcript.sid).length, 1);
  });
}

test('no word on any leg: who was spoken with is known by whom the step rang alone', async () => {
  const { record } = await flows.play(WHOLE, { ...TAKEN, faults: { drop: ['leg'] } });
  assert.deepEqual(told(record), answeredBy(BEN, 31));
});

test('no word on the end: a caller who hung up is known to be gone by what they hung up on', async () => {
  const { record } = await flows.play({ office: forward(ANNA) }, { caller_hangs_up_in: { phase: 'talking', seconds: 14 }, faults: { drop: ['status'] } }, {
    ready: ({ outcome, talk_time: talked }) => outcome !== 'in_progress' && talked > 0,
  });
  assert.deepEqual(told(record), answeredBy(ANNA, 14));
});

test('a carrier that tries again, as its answers get lost, makes one call', async (t) => {
  const { transcript, record } = await playWith(t, { voiceUrl: `${flows.world.edgeUrl}/carrier/twilio/voice#rc=3&rp=rt,5xx` }, { ...TAKEN, faults: { lose_answers: { voice: 2 } } });
  assert.equal(transcript.requests[0].tries, 3);
  checkDocuments(transcript);
  assert.deepEqual(told(record), answeredBy(BEN, 31));
});

test('a carrier that turns to the fallback in mid-call goes on where the call was', async (t) => {
  const carrier = { fallbackUrl: `${flows.world.edgeUrl}/carrier/twilio/voice` };
  const script = { ...TAKEN, digits: ['1', '1'], faults: { lose_answers: { gather: 1 } } };
  const { transcript, record } = await playWith(t, carrier, script);
  assert.deepEqual(transcript.errors.map(({ code }) => code), [11200]);
  assert.deepEqual(transcript.requests.filter(({ kind }) => kind === 'fallback').map(({ status }) => status), [200]);
  assert.deepEqual(transcript.heard, [RECORDED, 'Press one.', 'Press one.']);
  assert.deepEqual(told(record), answeredBy(BEN, 31));
});

test('what comes after the end changes nothing', async () => {
  const { transcript, record } = await flows.play(WHOLE, TAKEN);
  const again = transcript.requests.toReversed();
  const late = transcript.requests.find(({ kind }) => kind === 'status');
  for (const { url, params } of [...again, { ...late, params: { ...late.params, CallStatus: 'ringing', CallDuration: '' } }]) {
    const reply = await send({ url, params, authToken: flows.world.authToken });
    assert.equal(reply.status, 200);
  }
  const { json } = await flows.world.api(`/v1/calls/${record.id}`);
  // What was said stands in a call alone, not in lists; nothing was transcribed here.
  const words = { transcript: null, conversational_transcript: null };
  const whenever = { updated_at: null, updated_at_local: null };
  assert.deepEqual({ ...json, ...whenever }, { ...record, ...words, ...whenever });
});

test('fields that nobody knows are passed over', async () => {
  const { record } = await flows.play(WHOLE, { ...TAKEN, params: { CallToken: '{"a":1}', Brand_new: 'x'.repeat(2_000), 'Od[d]': '' } });
  assert.deepEqual(told(record), answeredBy(BEN, 31));
});

test('a call keeps the flow it began with, whatever is published meanwhile, and though the edge dies in between', async () => {
  const steps = (to, words) => ({ choose: { ...MENU, say: words, wait_seconds: 60 }, office: forward(to, { next: { answered: 'bye' } }), bye: says(`${words} Goodbye.`) });
  await flows.publish(steps(ANNA, 'Old.'));
  const sid = await call(NUMBERS.source);
  await reach(sid, (transcript) => transcript.heard.includes('Old.'));
  await flows.publish(steps(BEN, 'New.'));
  await flows.world.powerCut();
  await act(sid, 'digits', { digits: '1' });
  await reach(sid, (transcript) => transcript.phase === 'ringing');
  await act(sid, 'answer');
  // What is under way when the edge dies is lost, as a carrier tries it again at once only.
  await reach(sid, ({ requests }) => requests.some(({ kind, status }) => kind === 'leg:answered' && status !== null));
  await flows.world.powerCut();
  await act(sid, 'hangup', { by: 'business' });
  const transcript = await reach(sid, ({ phase }) => phase === 'ended');
  checkDocuments(transcript);
  assert.deepEqual(rung(transcript), [ANNA]);
  assert.deepEqual(transcript.heard, ['Old.', 'Old. Goodbye.']);
  const { business, outcome, talked } = told(await flows.world.logged(sid));
  assert.deepEqual([business, outcome], [ANNA, 'answered']);
  assert.ok(talked > 0);

  const next = await flows.call({ digits: '1', talk_seconds: 5 });
  assert.deepEqual([next.transcript.heard[0], rung(next.transcript)], ['New.', [BEN]]);
});

/** Plays the whole flow with a carrier that is set up otherwise. */
async function playWith(t, options, script) {
  await flows.publish(WHOLE);
  const { accountSid, authToken, edgeUrl } = flows.world;
  const carrier = await startCarrier({ accountSid, authToken, edgeUrl, speed: 300, ...options });
  t.after(() => carrier.close());
  const transcript = await carrier.placeCall({ from: '+17735550190', to: NUMBERS.source, ...script });
  return { transcript, record: await flows.world.logged(transcript.sid) };
}

/** A call that a person plays, in their own time. */
async function call(to) {
  const { sid } = await control('/calls', { from: '+17735550191', to, interactive: true, speed: 1 });
  return sid;
}

const act = (sid, action, body = {}) => control(`/calls/${sid}/${action}`, body);

async function control(path, body) {
  const response = await fetch(flows.world.carrier.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const json = await response.json();
  assert.ok(response.ok, JSON.stringify(json));
  return json;
}

async function reach(sid, isThere) {
  const until = Date.now() + REACHED_WITHIN_MS;
  for (;;) {
    const transcript = await (await fetch(`${flows.world.carrier.url}/calls/${sid}`)).json();
    if (isThere(transcript)) {
      return transcript;
    }
    assert.ok(Date.now() < until, `the call stays at "${transcript.phase}"`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}
