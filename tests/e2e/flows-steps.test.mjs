/** Every other step of a flow: what the caller hears, what their keys do, and what the log says afterwards. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { ANNA, answeredBy, BEN, CARLA, forward, rung, says, startFlows, told, voicemail } from './flows.mjs';
import { visitorId } from './world.mjs';

let flows;
before(async () => { flows = await startFlows(); });
after(() => flows?.close());

const SALES = says('Sales.');
const SERVICE = says('Service.');
const SORRY = says('Sorry.');
const AUDIO = 'https://sounds.example/welcome.mp3';
const notAnswered = (outcome) => ({ outcome, answered: false, voicemail: outcome === 'voicemail', talked: 0, business: null });
/** What becomes of a call that the flow ends, or whose caller says nothing after the tone, however short it was. */
const LET_GO = notAnswered('missed');

const menu = (more = {}) => ({ type: 'menu', say: 'Press a key.', next: { 1: 'sales', '*': 'service', '#': 'service', no_input: 'sorry', invalid: 'sorry' }, ...more });
const asked = (step, script, heard, more = {}) => ({
  steps: { choose: step, sales: SALES, service: SERVICE, sorry: SORRY }, script, heard, record: LET_GO, ...more,
});
const times = (count, words) => Array(count).fill(words);

const challenge = (more = {}) => ({ type: 'challenge', key: '4', next: { passed: 'office', failed: 'sorry' }, ...more });
const gated = (step, script, more) => ({ steps: { gate: step, office: forward(ANNA), sorry: SORRY }, script: { talk_seconds: 20, ...script }, ...more });
const GATE = 'To be connected, please press 4.';

const CASES = {
  'a greeting is said, in its language': () => ({
    steps: { hello: { type: 'greeting', say: 'Gracias por llamar.', language: 'es-US', next: { done: 'office' } }, office: forward(ANNA) },
    script: { talk_seconds: 20 }, heard: ['Gracias por llamar.'], languages: ['es-US'], record: answeredBy(ANNA, 20),
  }),
  'a greeting is played': () => ({
    steps: { hello: { type: 'greeting', play: AUDIO, next: { done: 'office' } }, office: forward(ANNA) }, script: { talk_seconds: 20 },
    heard: [`[sound ${AUDIO}]`], record: answeredBy(ANNA, 20),
  }),
  'words stay words, whatever is in them': () => ({
    steps: { hello: says('Tom & Jerry\'s "<Hangup/>" ]]> &amp; é 漢') }, heard: ['Tom & Jerry\'s "<Hangup/>" ]]> &amp; é 漢'], record: LET_GO,
  }),
  'the caller leaves during the greeting': () => ({
    steps: { hello: says('Thank you for calling Harbor Heating and Air of Chicago.', 'office'), office: forward(ANNA) }, script: { caller_hangs_up_after: 2 },
    record: notAnswered('abandoned'), rings: [],
  }),
  'the caller leaves during words after which the call ends': () => ({
    steps: { hello: says('We are closed. Please call again tomorrow, from nine in the morning on.') }, script: { caller_hangs_up_after: 2 }, record: LET_GO, rings: [],
  }),
  'a menu: the right key': () => asked(menu(), { digits: '1' }, ['Press a key.', 'Sales.']),
  'a menu: star': () => asked(menu(), { digits: '*' }, ['Press a key.', 'Service.']),
  'a menu: the key that usually ends an input': () => asked(menu(), { digits: '#' }, ['Press a key.', 'Service.']),
  'a menu: a key during the words': () => asked(menu(), { digits: { keys: '1', after: 0.5 } }, ['Press a key.', 'Sales.']),
  'a menu: a wrong key, then the right one': () => asked(menu(), { digits: ['7', '1'] }, [...times(2, 'Press a key.'), 'Sales.']),
  'a menu: nothing, then the right key': () => asked(menu(), { digits: ['', '1'] }, [...times(2, 'Press a key.'), 'Sales.']),
  'a menu: wrong keys until the tries are used up': () =>
    asked(menu({ next: { ...menu().next, no_input: 'service' } }), { digits: ['7', '8', '9', '1'] }, [...times(3, 'Press a key.'), 'Sorry.']),
  'a menu: nothing until the tries are used up': () => asked(menu({ tries: 2, next: { ...menu().next, no_input: 'service' } }), {}, [...times(2, 'Press a key.'), 'Service.']),
  'a menu: one try': () => asked(menu({ tries: 1 }), { digits: '7' }, ['Press a key.', 'Sorry.']),
  'a menu waits as long as it says': () => asked(menu({ tries: 1, wait_seconds: 12 }), { digits: { keys: '1', after: 11 } }, ['Press a key.', 'Sales.']),
  'a menu that is played': () => asked(menu({ say: undefined, play: AUDIO }), { digits: '1' }, [`[sound ${AUDIO}]`, 'Sales.']),
  'a menu behind a menu': () => ({
    steps: { first: menu({ next: { 2: 'second', no_input: 'sorry', invalid: 'sorry' } }), second: menu({ say: 'And now?' }), sales: SALES, service: SERVICE, sorry: SORRY },
    script: { digits: ['2', '1'] }, heard: ['Press a key.', 'And now?', 'Sales.'], record: LET_GO,
  }),
  'the caller leaves in the menu': () => asked(menu(), { caller_hangs_up_in: { phase: 'menu', seconds: 3 } }, ['Press a key.'], { record: notAnswered('abandoned') }),
  'the caller leaves after a long look at the menu': () => asked(menu({ wait_seconds: 30 }), { caller_hangs_up_in: { phase: 'menu', seconds: 20 } }, ['Press a key.'], { record: notAnswered('missed') }),
  'a challenge: passed': () => gated(challenge(), { digits: '4' }, { heard: [GATE], record: answeredBy(ANNA, 20) }),
  'a challenge: passed at the second try': () => gated(challenge(), { digits: ['5', '4'] }, { heard: times(2, GATE), record: answeredBy(ANNA, 20) }),
  'a challenge: failed': () => gated(challenge(), { digits: ['5', '6', '4'] }, { heard: [...times(2, GATE), 'Sorry.'], record: LET_GO, rings: [] }),
  'a challenge: silence, as of a machine': () => gated(challenge(), {}, { heard: [...times(2, GATE), 'Sorry.'], record: LET_GO, rings: [] }),
  'a challenge in words of one’s own': () =>
    gated(challenge({ say: 'Drücken Sie die [key].', language: 'de-DE', tries: 1 }), { digits: '4' }, { heard: ['Drücken Sie die 4.'], languages: ['de-DE'], record: answeredBy(ANNA, 20) }),
  'a voicemail: a message, ended by hanging up': () => ({
    steps: { message: voicemail() }, script: { voicemail: { seconds: 12 } }, heard: ['Please leave a message.', '[tone]'], record: notAnswered('voicemail'),
  }),
  'a voicemail: a message, ended by a key': () => ({
    steps: { message: voicemail({ next: { recorded: 'bye', nothing: 'sorry' } }), bye: says('Thank you.'), sorry: SORRY }, script: { voicemail: { seconds: 12, ends: 'key' } },
    heard: ['Please leave a message.', '[tone]', 'Thank you.'], record: notAnswered('voicemail'),
  }),
  'a voicemail: a message, ended by silence': () => ({
    steps: { message: voicemail({ next: { recorded: 'bye', nothing: 'sorry' } }), bye: says('Thank you.'), sorry: SORRY }, script: { voicemail: { seconds: 12, ends: 'silence' } },
    heard: ['Please leave a message.', '[tone]', 'Thank you.'], record: notAnswered('voicemail'),
  }),
  'a voicemail: longer than it may be': () => ({
    steps: { message: voicemail({ max_seconds: 30, next: { recorded: 'bye', nothing: 'sorry' } }), bye: says('Thank you.'), sorry: SORRY }, script: { voicemail: { seconds: 90 } },
    heard: ['Please leave a message.', '[tone]', 'Thank you.'], record: notAnswered('voicemail'),
  }),
  'a voicemail: nothing is said': () => ({
    steps: { message: voicemail({ next: { recorded: 'bye', nothing: 'sorry' } }), bye: says('Thank you.'), sorry: SORRY }, script: { voicemail: { seconds: 0, ends: 'silence' } },
    heard: ['Please leave a message.', '[tone]', 'Sorry.'], record: LET_GO,
  }),
  'a voicemail: hung up at the tone': () => ({
    steps: { message: voicemail() }, script: { voicemail: null }, heard: ['Please leave a message.', '[tone]'], record: LET_GO,
  }),
  'a voicemail that is played': () => ({
    steps: { message: voicemail({ say: undefined, play: AUDIO }) }, script: { voicemail: { seconds: 12 } }, heard: [`[sound ${AUDIO}]`, '[tone]'], record: notAnswered('voicemail'),
  }),
  'a tag counts for the steps behind it': () => ({
    steps: {
      before: { type: 'condition', if: { tag: ['vip'] }, next: { yes: 'sorry', no: 'mark' } }, mark: { type: 'tag', add: ['vip'], next: { done: 'behind' } },
      behind: { type: 'condition', if: { tag: ['vip'] }, next: { yes: 'sales', no: 'sorry' } }, sales: SALES, sorry: SORRY,
    },
    heard: ['Sales.'], record: LET_GO,
  }),
  'a tag from before a menu counts behind it': () => ({
    steps: {
      mark: { type: 'tag', add: ['vip'], next: { done: 'choose' } }, choose: menu({ next: { 1: 'behind', no_input: 'sorry', invalid: 'sorry' } }),
      behind: { type: 'condition', if: { tag: ['vip'] }, next: { yes: 'sales', no: 'sorry' } }, sales: SALES, sorry: SORRY,
    },
    script: { digits: ['7', '1'] }, heard: [...times(2, 'Press a key.'), 'Sales.'], record: LET_GO,
  }),
  'reject, and nothing is billed': () => ({
    steps: { no: { type: 'reject' } }, status: 'no-answer', verbs: ['Reject'], heard: [], record: LET_GO,
  }),
  'reject as busy': () => ({ steps: { no: { type: 'reject', busy: true } }, status: 'busy', verbs: ['Reject'], heard: [], record: LET_GO }),
  'reject after words is hanging up': () => ({
    steps: { hello: says('Goodbye then.', 'no'), no: { type: 'reject' } }, status: 'completed', verbs: ['Say', 'Hangup'], record: LET_GO,
  }),
  'hangup': () => ({ steps: { hello: says('Goodbye.') }, verbs: ['Say', 'Hangup'], record: LET_GO }),
  'go on in another flow, and in a third': () => ({
    steps: { away: { type: 'go_to', flow: 'night' } },
    flows: {
      night: { version: 1, start: 'choose', steps: { choose: menu({ next: { 1: 'on', no_input: 'end', invalid: 'end' } }), on: { type: 'go_to', flow: 'office' }, end: { type: 'hangup' } } },
      office: { version: 1, start: 'ring', steps: { ring: forward([ANNA, BEN], { strategy: 'sequential' }), end: { type: 'hangup' } } },
    },
    script: { digits: ['9', '1'], callee: ['busy', { talk_seconds: 14 }] }, heard: times(2, 'Press a key.'), rings: [ANNA, BEN], record: answeredBy(BEN, 14),
  }),
  'a flow that goes round and round ends at the fallback': () => ({
    steps: { choose: menu({ tries: 1, next: { 1: 'choose', no_input: 'choose', invalid: 'choose' } }) }, settings: { fallback: CARLA },
    script: { digits: times(50, '1'), talk_seconds: 8 }, rings: [CARLA], record: answeredBy(CARLA, 8),
  }),
  'without a fallback of the flow at the site’s destination': () => ({
    steps: { choose: menu({ tries: 1, next: { 1: 'choose', no_input: 'choose', invalid: 'choose' } }) },
    script: { digits: times(50, '1'), talk_seconds: 8 }, rings: [NUMBERS.destination], record: answeredBy(NUMBERS.destination, 8),
  }),
};

for (const [name, life] of Object.entries(CASES)) {
  test(name, () => check(life()));
}

async function check({ steps, script, heard, languages, rings, verbs, status = 'completed', record, ...options }) {
  const { transcript, record: logged } = await flows.play(steps, script, options);
  assert.deepEqual(told(logged), record);
  assert.equal(transcript.status, status);
  if (heard) {
    assert.deepEqual(transcript.heard, heard);
  }
  if (languages) {
    assert.deepEqual(transcript.entries.filter((entry) => entry.type === 'heard').map((entry) => entry.language), languages);
  }
  if (rings) {
    assert.deepEqual(rung(transcript), rings);
  }
  if (verbs) {
    assert.deepEqual(transcript.verbs, verbs);
  }
}

test('a challenge without a key of its own draws one for each call, never zero', async () => {
  await flows.publish({ gate: challenge({ key: undefined, tries: 1 }), office: forward(ANNA), sorry: SORRY });
  const keys = new Set();
  for (let call = 0; call < 12 && keys.size < 2; call += 1) {
    const { transcript } = await flows.call({ digits: [] });
    const [, key] = /^To be connected, please press ([1-9])\.$/.exec(transcript.heard[0]);
    keys.add(key);
  }
  assert.ok(keys.size > 1, 'the same of nine twelve times is no draw');
});

test('recording is told before all else, and not to whom the call is refused', async () => {
  const settings = { recording: { on: true, say: 'We record.', language: 'en-GB' } };
  const told = await flows.play({ hello: says('Hello.', 'office'), office: forward(ANNA) }, { talk_seconds: 5 }, { settings });
  assert.deepEqual(told.transcript.heard, ['We record.', 'Hello.']);
  const gate = { type: 'condition', if: { source: ['yellow-pages'] }, next: { yes: 'no', no: 'office' } };
  const refused = await flows.play({ gate, no: { type: 'reject' }, office: forward(ANNA) }, {}, { settings });
  assert.deepEqual(refused.transcript.verbs, ['Reject']);
});

const GEO = {
  type: 'geo',
  areas: [
    { name: 'city', zips: ['606'], area_codes: ['312', '872'] }, { name: 'state', states: ['IL'] }, { name: 'lakes', zips: ['53202'], states: ['WI'] },
    { name: 'abroad', countries: ['CA', 'GB'] },
  ],
  next: { city: 'in_city', state: 'in_state', lakes: 'at_lakes', abroad: 'is_abroad', otherwise: 'elsewhere' },
};
const NOWHERE = { name: null, city: null, state: null, zip: null, country: null, verstat: null };
const PLACES = [
  ['a ZIP code that begins so', '+12175550142', { zip: '60640', state: 'IL' }, 'city'],
  ['a withheld number', '+266696687', NOWHERE, 'elsewhere'],
];

for (const [name, from, caller, area] of PLACES) {
  test(`geo: ${name}`, async () => {
    const rooms = { in_city: says('city'), in_state: says('state'), at_lakes: says('lakes'), is_abroad: says('abroad'), elsewhere: says('elsewhere') };
    const { transcript, record } = await flows.play({ where: GEO, ...rooms }, { from, caller });
    assert.deepEqual(transcript.heard, [area]);
    assert.deepEqual(told(record), LET_GO);
  });
}

const CONDITIONS = [
  ['the channel, under the name of the reports', { channel: ['paid search'] }, true],
  ['another source', { source: ['bing'] }, false],
  ['all that is asked for', { source: ['google'], medium: ['cpc'], campaign: ['winter'], keyword: ['furnace'] }, true],
];

test('conditions go by the visit the call belongs to', async (t) => {
  const landing = '/?utm_source=google&utm_medium=cpc&utm_campaign=winter&utm_term=furnace';
  const [{ number }] = (await flows.world.lease(visitorId(1), { landing })).json.numbers;
  for (const [name, test, expected] of CONDITIONS) {
    await t.test(name, async () => {
      const which = { type: 'condition', if: test, next: { yes: 'yes', no: 'no' } };
      const { transcript, record } = await flows.play({ which, yes: says('yes'), no: says('no') }, {}, { to: number });
      assert.deepEqual(transcript.heard, [expected ? 'yes' : 'no']);
      assert.deepEqual([record.source, record.campaign], ['google', 'winter']);
    });
  }
  await t.test('what is not known does not hold', async () => {
    const which = { type: 'condition', if: { campaign: ['winter'] }, next: { yes: 'yes', no: 'no' } };
    const { transcript } = await flows.play({ which, yes: says('yes'), no: says('no') }, {}, { to: NUMBERS.source });
    assert.deepEqual(transcript.heard, ['no']);
  });
});

test('a share of calls is a share of calls', async () => {
  const which = { type: 'condition', if: { percent: 50 }, next: { yes: 'yes', no: 'no' } };
  await flows.publish({ which, yes: says('yes'), no: says('no') });
  const heard = new Set();
  // All thirty alike is one chance in half a billion; most often three are enough.
  for (let call = 0; call < 30 && heard.size < 2; call += 1) {
    heard.add((await flows.call()).transcript.heard[0]);
  }
  assert.deepEqual([...heard].toSorted(), ['no', 'yes']);
});

/** What the clock on a zone's wall shows: JavaScript's own time zones, not the edge's. */
function wall(zone) {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date());
  const part = (type) => parts.find((one) => one.type === type).value;
  return { day: part('weekday').toLowerCase(), date: `${part('year')}-${part('month')}-${part('day')}` };
}

test('hours and holidays go by the zone’s own day', async () => {
  const zone = 'Pacific/Auckland';
  const before = wall(zone);
  const heard = [];
  for (const holidays of [[], [{ date: before.date }]]) {
    const hours = { type: 'schedule', time_zone: zone, hours: { [before.day]: ['00:00-24:00'] }, holidays, next: { open: 'open', closed: 'closed' } };
    heard.push(...(await flows.play({ hours, open: says('open'), closed: says('closed') })).transcript.heard);
  }
  // Where midnight came in between, nothing is known.
  if (wall(zone).date === before.date) {
    assert.deepEqual(heard, ['open', 'closed']);
  }
});
