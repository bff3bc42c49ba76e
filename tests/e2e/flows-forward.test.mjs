/** Forward steps: whom they ring, in which order, what the business hears, and what follows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { ANNA, answeredBy, BEN, CARLA, forward, legs, rung, says, startFlows, told, voicemail } from './flows.mjs';
import { visitorId } from './world.mjs';

let flows;
before(async () => { flows = await startFlows(); });
after(() => flows?.close());

const HELLO = 'Thanks for calling.';
const message = { next: { no_answer: 'message', busy: 'message', failed: 'message' } };
const notAnswered = (outcome, business) => ({ outcome, answered: false, voicemail: outcome === 'voicemail', talked: 0, business });

/**
 * Each is one flow and one call: `steps` and `script` say what is played, the rest what must be true of it: who was rung, how
 * the legs ended, what caller and business heard, and the record.
 */
const CASES = {
  'one number answers': () => ({
    steps: { hello: says(HELLO, 'office'), office: forward(ANNA) }, script: { callee: { after: 6, talk_seconds: 83 } },
    rings: [ANNA], ends: { [ANNA]: 'completed' }, heard: [HELLO], record: answeredBy(ANNA, 83),
  }),
  'one number is busy, and a message is left': () => ({
    steps: { office: forward(ANNA, message), message: voicemail() }, script: { callee: 'busy', voicemail: { seconds: 12 } },
    ends: { [ANNA]: 'busy' }, record: notAnswered('voicemail', ANNA),
  }),
  'one number fails': () => ({
    steps: { office: forward(ANNA, { next: { failed: 'sorry' } }), sorry: says('Sorry.') }, script: { callee: 'failed' },
    ends: { [ANNA]: 'failed' }, heard: ['Sorry.'], record: notAnswered('missed', ANNA),
  }),
  'it rings as long as the step says': () => ({
    steps: { office: forward(ANNA, { ring_seconds: 10, next: { no_answer: 'sorry' } }), sorry: says('Sorry.') }, script: { callee: { after: 12 } },
    ends: { [ANNA]: 'no-answer' }, heard: ['Sorry.'], record: notAnswered('missed', ANNA),
  }),
  'and longer where it says so': () => ({
    steps: { office: forward(ANNA, { ring_seconds: 60 }) }, script: { callee: { after: 55, talk_seconds: 5 } }, record: answeredBy(ANNA, 5),
  }),
  'what follows an answered call is carried out': () => ({
    steps: { office: forward(ANNA, { next: { answered: 'bye' } }), bye: says('Thanks, goodbye.') }, script: { talk_seconds: 20 },
    heard: ['Thanks, goodbye.'], record: answeredBy(ANNA, 20),
  }),
  'several at once, and the first to answer has the call': () => ({
    steps: { office: forward([ANNA, BEN, CARLA]) }, script: { callees: { [ANNA]: 'no-answer', [BEN]: { after: 8, talk_seconds: 40 }, [CARLA]: { after: 11 } } },
    rings: [ANNA, BEN, CARLA], ends: { [ANNA]: 'canceled', [BEN]: 'completed', [CARLA]: 'canceled' }, record: answeredBy(BEN, 40),
  }),
  'several at once, and none answers': () => ({
    steps: { office: forward([ANNA, BEN], message), message: voicemail() }, script: { callees: { [ANNA]: 'no-answer', [BEN]: 'busy' }, voicemail: { seconds: 9 } },
    ends: { [ANNA]: 'no-answer', [BEN]: 'busy' }, record: { ...notAnswered('voicemail'), business: undefined },
  }),
  'one after the other': () => ({
    steps: { office: forward([ANNA, BEN, CARLA], { strategy: 'sequential', ring_seconds: 10 }) },
    script: { callees: { [ANNA]: 'no-answer', [BEN]: 'busy', [CARLA]: { talk_seconds: 33 } } },
    rings: [ANNA, BEN, CARLA], ends: { [ANNA]: 'no-answer', [BEN]: 'busy', [CARLA]: 'completed' }, record: answeredBy(CARLA, 33),
  }),
  'one after the other stops at who answers': () => ({
    steps: { office: forward([ANNA, BEN, CARLA], { strategy: 'sequential' }) }, script: { callees: { [ANNA]: 'failed', [BEN]: { talk_seconds: 7 } } },
    rings: [ANNA, BEN], record: answeredBy(BEN, 7),
  }),
  'one after the other, and none': () => ({
    steps: { office: forward([ANNA, BEN], { strategy: 'sequential', next: { busy: 'sorry' } }), sorry: says('All lines are busy.') }, script: { callee: 'busy' },
    rings: [ANNA, BEN], heard: ['All lines are busy.'], record: { ...notAnswered('missed'), business: undefined },
  }),
  'the whisper tells where the call comes from': () => ({
    steps: { office: forward(ANNA, { whisper: 'A call from [source], [medium], [campaign].' }) }, script: { talk_seconds: 20 },
    whispers: ['A call from yellow-pages, print, unknown.'], record: answeredBy(ANNA, 20),
  }),
  'the key takes the call': () => ({
    steps: { office: forward(ANNA, { accept: true }) }, script: { callee: { keys: '1', talk_seconds: 25 } },
    whispers: ['A call from yellow-pages. Press 1 to take it.'], record: answeredBy(ANNA, 25),
  }),
  'another key refuses it': () => ({
    steps: { office: forward(ANNA, { accept: true, ...message }), message: voicemail() }, script: { callee: { keys: '2' }, voicemail: { seconds: 15 } },
    ends: { [ANNA]: 'completed' }, record: notAnswered('voicemail', ANNA),
  }),
  'a mobile’s own voicemail does not take it': () => ({
    steps: { office: forward(ANNA, { accept: true, ...message }), message: voicemail() }, script: { voicemail: { seconds: 15 } },
    ends: { [ANNA]: 'completed' }, record: notAnswered('voicemail', ANNA),
  }),
  'who answers hangs up before pressing anything': () => ({
    steps: { office: forward(ANNA, { accept: true, whisper: 'From [source].', ...message }), message: voicemail() },
    script: { callee: { hangs_up_after: 2 }, voicemail: { seconds: 15 } }, ends: { [ANNA]: 'completed' }, record: notAnswered('voicemail', ANNA),
  }),
  'two mobiles at once, and neither takes it': () => ({
    steps: { office: forward([ANNA, BEN], { accept: true, ...message }), message: voicemail() },
    script: { callees: { [ANNA]: { after: 3 }, [BEN]: { after: 5 } }, voicemail: { seconds: 15 } },
    ends: { [ANNA]: 'completed', [BEN]: 'completed' }, record: { ...notAnswered('voicemail'), business: undefined },
  }),
  'two at once, one hangs up during the whisper, one refuses': () => ({
    steps: { office: forward([ANNA, BEN], { accept: true, ...message }), message: voicemail() },
    script: { callees: { [ANNA]: { after: 3, hangs_up_after: 3 }, [BEN]: { after: 5, keys: '5' } }, voicemail: null },
    ends: { [ANNA]: 'completed', [BEN]: 'completed' }, record: { ...notAnswered('missed'), business: undefined },
  }),
  'two at once, one refuses, the other takes it': () => ({
    steps: { office: forward([ANNA, BEN], { accept: true }) },
    script: { callees: { [ANNA]: { after: 3, keys: '9' }, [BEN]: { after: 5, keys: '1', talk_seconds: 45 } } }, record: answeredBy(BEN, 45),
  }),
  'one after the other, the first refuses': () => ({
    steps: { office: forward([ANNA, BEN], { accept: true, strategy: 'sequential' }) },
    script: { callees: { [ANNA]: { keys: '9' }, [BEN]: { keys: '1', talk_seconds: 45 } } }, rings: [ANNA, BEN], record: answeredBy(BEN, 45),
  }),
  'the caller leaves while it rings': () => ({
    steps: { hello: says(HELLO, 'office'), office: forward(ANNA) }, script: { callee: 'no-answer', caller_hangs_up_after: 9 },
    ends: { [ANNA]: 'no-answer' }, record: notAnswered('abandoned', ANNA),
  }),
  'the caller has waited long enough for it to count as missed': () => ({
    steps: { hello: says(HELLO, 'office'), office: forward(ANNA) }, script: { callee: 'no-answer', caller_hangs_up_after: 21 },
    ends: { [ANNA]: 'no-answer' }, record: notAnswered('missed', ANNA),
  }),
  'the caller leaves during the whisper': () => ({
    steps: { hello: says(HELLO, 'office'), office: forward(ANNA, { accept: true }) }, script: { caller_hangs_up_in: { phase: 'whisper', seconds: 3 } },
    ends: { [ANNA]: 'completed' }, record: notAnswered('abandoned', ANNA),
  }),
  'the caller leaves the conversation': () => ({
    steps: { office: forward(ANNA) }, script: { caller_hangs_up_in: { phase: 'talking', seconds: 14 } }, record: answeredBy(ANNA, 14),
  }),
};

for (const [name, life] of Object.entries(CASES)) {
  test(name, () => check(life()));
}

async function check({ steps, script, rings, ends, heard, whispers, record }) {
  const { transcript, record: logged } = await flows.play(steps, script);
  const { business, ...expected } = record;
  const { business: rang, ...went } = told(logged);
  assert.deepEqual(went, expected);
  if (business === undefined) {
    assert.ok(rung(transcript).includes(rang), `${rang} was rung`);
  } else {
    assert.equal(rang, business);
  }
  if (rings) {
    assert.deepEqual(rung(transcript), rings);
  }
  if (ends) {
    assert.deepEqual(legs(transcript), ends);
  }
  if (heard) {
    assert.deepEqual(transcript.heard, heard);
  }
  if (whispers) {
    assert.deepEqual(transcript.whispered, whispers);
  }
}

test('a whisper names the visit the call belongs to', async () => {
  await flows.publish({ office: forward(ANNA, { whisper: '[source] [channel] [campaign] [keyword] [city] [state] [site]' }) });
  const landing = '/?utm_source=google&utm_medium=cpc&utm_campaign=winter&utm_term=furnace';
  const [{ number }] = (await flows.world.lease(visitorId(1), { landing })).json.numbers;
  const { transcript, record } = await flows.call({ talk_seconds: 20 }, { to: number });
  assert.deepEqual(transcript.whispered, ['google Paid Search winter furnace CHICAGO IL Harbor Heating & Air']);
  assert.deepEqual([record.source, record.campaign, record.talk_time], ['google', 'winter', 20]);
});

const SHOWN = [
  ['the caller', { caller_id: 'caller' }, '+17735550180', '+17735550180'],
  ['the tracking number', { caller_id: 'tracking' }, '+17735550180', NUMBERS.source],
  ['a number of the owner', { caller_id: '+13125550142' }, '+17735550180', '+13125550142'],
  ['the tracking number where the caller withholds theirs', {}, '+266696687', NUMBERS.source],
];

for (const [who, more, from, shown] of SHOWN) {
  test(`the business sees ${who}`, async () => {
    const { transcript, record } = await flows.play({ office: forward(ANNA, more) }, { from, talk_seconds: 9 });
    const seen = transcript.requests.filter(({ kind }) => kind.startsWith('leg')).map(({ params }) => params.From);
    assert.deepEqual([...new Set(seen)], [shown]);
    assert.deepEqual(told(record), answeredBy(ANNA, 9));
    assert.equal(record.customer_phone_number, from === '+266696687' ? null : from);
  });
}

test('round robin rings all in turn, and goes on from call to call', async () => {
  await flows.publish({ office: forward([ANNA, BEN, CARLA], { strategy: 'round_robin' }) });
  const firsts = new Set();
  for (let call = 0; call < 4; call += 1) {
    const { transcript } = await flows.call({ callee: 'busy' });
    const [first, ...others] = rung(transcript);
    const at = [ANNA, BEN, CARLA].indexOf(first);
    assert.deepEqual([first, ...others], [0, 1, 2].map((step) => [ANNA, BEN, CARLA][(at + step) % 3]));
    firsts.add(first);
  }
  assert.ok(firsts.size > 1);
});

test('a weight of zero is never rung first', async () => {
  const to = [{ number: ANNA, weight: 0 }, { number: BEN, weight: 1 }, { number: CARLA, weight: 1 }];
  const { transcript } = await flows.play({ office: forward(to, { strategy: 'weighted' }) }, { callee: 'busy' });
  assert.deepEqual(rung(transcript).toSorted(), [ANNA, BEN, CARLA], 'each once');
  assert.notEqual(rung(transcript)[0], ANNA);
});

test('sticky rings all in turn', async () => {
  const { transcript, record } = await flows.play({ office: forward([ANNA, BEN], { strategy: 'sticky' }) }, { callee: ['busy', { talk_seconds: 11 }] });
  assert.deepEqual(rung(transcript).toSorted(), [ANNA, BEN]);
  assert.deepEqual(told(record), answeredBy(rung(transcript)[1], 11));
});

const RECORDED = [
  ['nothing is recorded by default', {}, {}, null],
  ['a step records by itself', { record: true }, {}, 2],
  ['the flow records all', {}, { recording: { on: true } }, 2],
  ['but not a step that does not want it', { record: false }, { recording: { on: true } }, null],
];

for (const [name, more, settings, channels] of RECORDED) {
  test(`recording: ${name}`, async () => {
    const { transcript, record } = await flows.play({ office: forward(ANNA, more) }, { talk_seconds: 30 }, { settings });
    const recordings = transcript.requests.filter(({ kind }) => kind === 'recording');
    assert.deepEqual(recordings.map(({ params }) => [Number(params.RecordingChannels), params.RecordingDuration]), channels ? [[channels, '30']] : []);
    assert.deepEqual(transcript.heard, channels ? ['This call may be recorded.'] : [], 'told before');
    assert.deepEqual(told(record), answeredBy(ANNA, 30));
  });
}

test('the time it rang at the business', async () => {
  // Ten seconds of ringing, five times as fast: two seconds of this clock, by which the edge counts.
  const { record } = await flows.play({ office: forward(ANNA) }, { callee: { after: 10, talk_seconds: 5 }, speed: 5 });
  assert.ok(record.ring_time >= 1 && record.ring_time <= 4, String(record.ring_time));
});

test('a leg that was refused does not end the ringing', async () => {
  const steps = { office: forward([ANNA, BEN], { accept: true, strategy: 'sequential' }) };
  const { record } = await flows.play(steps, { callees: { [ANNA]: { after: 1, keys: '9' }, [BEN]: { after: 10, keys: '1', talk_seconds: 5 } }, speed: 5 });
  assert.ok(record.ring_time >= 2 && record.ring_time <= 6, String(record.ring_time));
});
