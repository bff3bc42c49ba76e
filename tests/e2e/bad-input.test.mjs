/** Bad input gets a 4xx with a stable code and a sentence; never a 500. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

const NEXT = { answered: 'end', no_answer: 'end', busy: 'end', failed: 'end', canceled: 'end' };
const forward = (more) => ({ type: 'forward', to: '+13125550199', next: NEXT, ...more });
const schedule = (more) => ({ type: 'schedule', time_zone: 'America/Chicago', hours: { mon: ['09:00-17:00'] }, next: { open: 'end', closed: 'end' }, ...more });
const geo = (more) => ({ type: 'geo', areas: [{ name: 'il', states: ['IL'] }], next: { il: 'end', otherwise: 'end' }, ...more });

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

test('requests of browsers', async (t) => {
  const good = () => ({ site: 'harbor', visitor: visitorId(1), now: Date.now(), arrival: { at: Date.now(), url: `${world.site.url}/`, referrer: '' } });
  const origin = () => ({ origin: world.site.url });
  const cases = [
    ['no JSON', '{"site":', origin(), 400, 'bad_json'],
    ['nothing', '', origin(), 400, 'bad_json'],
    ['no text', Buffer.from([0xff, 0xfe, 0x00]), origin(), 400, 'bad_json'],
    ['a list', '[]', origin(), 400, 'bad_json'],
    ['a field missing', { ...good(), visitor: undefined }, origin(), 400, 'bad_json'],
    ['a visitor of another form', { ...good(), visitor: '../../etc' }, origin(), 400, 'bad_json'],
    ['a site of another form', { ...good(), site: 'no/such' }, origin(), 400, 'bad_json'],
    ['a target that is no number', { ...good(), targets: ['555-HELP'] }, origin(), 400, 'bad_json'],
    ['too many targets', { ...good(), targets: Array(33).fill('+13125550142') }, origin(), 400, 'bad_parameter'],
    ['a time that is none', { ...good(), now: -1 }, origin(), 400, 'bad_json'],
    ['deep nesting', `{"site":${'['.repeat(20_000)}`, origin(), 400, 'bad_json'],
    ['an unknown site', { ...good(), site: 'nobody' }, origin(), 404, 'unknown_site'],
    ['no origin', good(), {}, 403, 'origin_not_allowed'],
    ['a foreign origin', good(), { origin: 'https://evil.example' }, 403, 'origin_not_allowed'],
    ['a look-alike origin', good(), { origin: `${world.site.url}.evil.example` }, 403, 'origin_not_allowed'],
    ['the null origin', good(), { origin: 'null' }, 403, 'origin_not_allowed'],
    ['another scheme', good(), { origin: world.site.url.replace('http:', 'https:') }, 403, 'origin_not_allowed'],
    ['more than 64 KB', JSON.stringify({ ...good(), page: 'x'.repeat(66_000) }), origin(), 413, 'too_large'],
  ];
  for (const [what, body, headers, status, code] of cases) {
    await t.test(what, async () => {
      const reply = await world.post('/v1/lease', typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body, headers);
      checkProblem(reply, status, code);
      assert.equal(reply.headers.get('access-control-allow-origin'), null);
    });
  }
  await t.test('signs of life for nothing are gone, not errors', async () => {
    const reply = await world.post('/v1/beat', JSON.stringify({ site: 'harbor', visitor: visitorId(1), leases: ['', 'main.13125550151.1', 'other.13125550151.1', "'; --", 'x'.repeat(300)] }), origin());
    assert.equal(reply.status, 200);
    assert.equal(reply.json.gone.length, 5);
  });
  await t.test('absurd addresses cost nothing', async () => {
    const landing = `/?utm_source=${'%F0%9F%98%80'.repeat(900)}&gclid=${'a'.repeat(9_000)}&x=%ZZ&%&&&=`;
    const reply = await world.lease(visitorId(2), { landing, referrer: 'javascript:alert(1)' });
    assert.equal(reply.status, 200);
    assert.ok(reply.json.history.touches[0].url.length <= 4_096);
    assert.equal(reply.json.history.touches[0].referrer, '');
  });
  await t.test('whoever refused gets no number', async () => {
    const reply = await world.lease(visitorId(3), { consent: 'denied' });
    assert.deepEqual([reply.json.numbers, reply.json.reason], [[], 'consent_required']);
  });
});

test('somebody else cannot touch a visitor\'s lease', async () => {
  const { json } = await world.lease(visitorId(7));
  const leases = [json.numbers[0].lease];
  const beat = (visitor, signal) => world.post('/v1/beat', JSON.stringify({ site: 'harbor', visitor, leases, signal }), { origin: world.site.url });
  assert.deepEqual((await beat(visitorId(8), 'release')).json.gone, leases);
  assert.deepEqual((await beat(visitorId(7), 'visible')).json.gone, []);
  assert.deepEqual((await beat(visitorId(7), 'release')).json.gone, []);
});

test('requests of the API', async (t) => {
  const cases = [
    ['no key', ['/v1/calls', { key: '' }], 401, 'wrong_key'],
    ['a wrong key', ['/v1/calls', { key: 'x'.repeat(32) }], 401, 'wrong_key'],
    ['half the key', ['/v1/calls', { key: world.apiKey.slice(0, 16) }], 401, 'wrong_key'],
    ['no key for sites', ['/v1/sites/harbor', { key: '' }], 401, 'wrong_key'],
    ['a limit that is none', ['/v1/calls?limit=lots'], 400, 'bad_parameter'],
    ['a limit too high', ['/v1/calls?limit=251'], 400, 'bad_parameter'],
    ['a cursor of somebody else', ['/v1/calls?cursor=!!'], 400, 'bad_parameter'],
    ['a date that is none', ['/v1/calls?start_date=yesterday'], 400, 'bad_parameter'],
    ['an unknown call', ['/v1/calls/CAL0'], 404, 'unknown_call'],
    ['an unknown site', ['/v1/sites/nobody'], 404, 'unknown_site'],
    ['an unknown address', ['/v2/calls'], 404, 'no_such_route'],
    ['another method', ['/v1/calls', { method: 'POST', body: {} }], 405, 'wrong_method'],
    ['a site name of another form', ['/v1/sites/NO', { method: 'PUT', body: {} }], 400, 'bad_parameter'],
    ['a site that is none', ['/v1/sites/new-site', { method: 'PUT', body: {} }], 400, 'bad_json'],
    ['a number of another site', ['/v1/sites/new-site', { method: 'PUT', body: world.document }], 409, 'number_taken'],
  ];
  for (const [what, [path, options], status, code] of cases) {
    await t.test(what, async () => {
      const { status: got, json } = await world.api(path, options);
      checkProblem({ status: got, json, text: JSON.stringify(json) }, status, code);
    });
  }
});

test('a site of another shape is refused with the place that is not as expected', async (t) => {
  const cases = [
    [(site) => { site.flow.steps.office.rings = 4; }, 'unknown_field', 'flow.steps.office.rings'],
    [(site) => { site.flow.steps.office.ring_seconds = '25'; }, 'wrong_type', 'flow.steps.office.ring_seconds'],
    [(site) => { site.flow.steps.office.to = ['+13125550199', { number: '911' }]; }, 'emergency_number', 'flow.steps.office.to[1].number'],
    [(site) => { site.flow.steps.office.type = 'teleport'; }, 'unknown_word', 'flow.steps.office.type'],
    [(site) => { site.flows = { night: { ...site.flow, steps: { hello: {} } } }; }, 'missing_field', 'flows.night.steps.hello.type'],
    [(site) => { site.pools[0].rules.hold = 60; }, 'unknown_field', 'pools[0].rules.hold'],
    [(site) => { site.targets[0].number = 'HELP'; }, 'bad_value', 'targets[0].number'],
    [(site) => { delete site.destination; }, 'missing_field', 'destination'],
  ];
  for (const [change, code, place] of cases) {
    await t.test(place, async () => {
      const body = structuredClone(world.document);
      change(body);
      const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body });
      checkProblem({ status, json, text: JSON.stringify(json) }, 400, 'bad_json');
      assert.deepEqual(json.error.faults.map((fault) => [fault.code, fault.place]), [[code, place]], json.error.message);
    });
  }
});

test('a site with faults is refused with each fault and its place', async () => {
  const document = structuredClone(world.document);
  document.origins = ['https://harbor.example/path'];
  document.time_zone = 'Mars/Base';
  document.pools[0].rules.cooldown_seconds = 1;
  document.pools[0].numbers.push(document.pools[0].numbers[0]);
  document.targets[0].pool = 'elsewhere';
  document.flow.steps.office.to = document.pools[0].numbers[0];
  document.flow.steps.office.next.busy = 'nowhere';
  const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body: document });
  assert.equal(status, 422);
  const codes = json.error.faults.map((fault) => fault.code);
  for (const code of ['bad_origin', 'bad_time_zone', 'cooldown_shorter_than_grace', 'number_twice', 'no_such_pool', 'forwards_to_itself', 'target_missing']) {
    assert.ok(codes.includes(code), `${code} in ${codes}`);
  }
  assert.ok(json.error.faults.every((fault) => fault.place && fault.message.endsWith('.')));
  assert.equal((await world.api('/v1/sites/harbor')).json.version, 1, 'the published site stays');
});

/** A flow with one fault each: its steps (and settings), and what the answer must say: code and place. */
const BROKEN_FLOWS = {
  start_missing: [{}, 'flow.start', { start: 'nowhere' }],
  target_missing: [{ office: forward({ next: { ...NEXT, busy: 'nowhere' } }) }, 'flow.steps.office.next.busy'],
  flow_missing: [{ office: { type: 'go_to', flow: 'night' } }, 'flow.steps.office.flow'],
  unwired_outcome: [{ office: forward({ next: { ...NEXT, canceled: undefined } }) }, 'flow.steps.office.next.canceled'],
  unknown_outcome: [{ office: geo({ next: { il: 'end', otherwise: 'end', wi: 'end' } }) }, 'flow.steps.office.next.wi'],
  endless_loop: [{ office: { type: 'greeting', say: 'Hi.', next: { done: 'office' } } }, 'flow.steps.office.next'],
  forwards_to_itself: [{ office: forward({ to: NUMBERS.source }) }, 'flow.steps.office.to'],
  premium_number: [{ office: forward({ to: '+19005550142' }) }, 'flow.steps.office.to'],
  number_twice: [{ office: forward({ to: ['+13125550198', '+13125550198'] }) }, 'flow.steps.office.to'],
  no_weight: [{ office: forward({ to: [{ number: '+13125550198', weight: 0 }], strategy: 'weighted' }) }, 'flow.steps.office.to'],
  too_many_steps: [Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`s${at}`, { type: 'hangup' }])), 'flow.steps'],
  too_many: [{ office: { type: 'tag', add: Array.from({ length: 51 }, (_, at) => `t${at}`), next: { done: 'end' } } }, 'flow.steps.office.add'],
  out_of_range: [{ office: forward({ ring_seconds: 121 }) }, 'flow.steps.office.ring_seconds'],
  nothing_to_say: [{ office: { type: 'greeting', say: ' ', next: { done: 'end' } } }, 'flow.steps.office.say'],
  says_and_plays: [{ office: { type: 'greeting', say: 'Hi.', play: 'https://h.example/a.mp3', next: { done: 'end' } } }, 'flow.steps.office.say'],
  nothing_asked: [{ office: { type: 'condition', if: {}, next: { yes: 'end', no: 'end' } } }, 'flow.steps.office.if'],
  key_not_named: [{ office: { type: 'challenge', say: 'Press a key.', next: { passed: 'end', failed: 'end' } } }, 'flow.steps.office.say'],
  unknown_placeholder: [{ office: forward({ whisper: 'From [sorce].' }) }, 'flow.steps.office.whisper'],
  unknown_time_zone: [{ office: schedule({ time_zone: 'Mars/Base' }) }, 'flow.steps.office.time_zone'],
  never_opens: [{ office: schedule({ hours: {} }) }, 'flow.steps.office.hours'],
  area_twice: [{ office: geo({ areas: [{ name: 'il', states: ['IL'] }, { name: 'il', zips: ['606'] }] }) }, 'flow.steps.office.areas'],
  recording_unannounced: [{ office: forward({ record: true }) }, 'flow.settings.recording.announce', { settings: { recording: { announce: 'never', state: 'CA' } } }],
};

test('a flow with a fault is refused with its code, its place and a sentence', async (t) => {
  const before = (await world.api('/v1/sites/harbor')).json;
  for (const [code, [steps, place, more = {}]] of Object.entries(BROKEN_FLOWS)) {
    await t.test(code, async () => {
      const flow = { version: 1, start: 'office', steps: { office: forward({}), ...steps, end: { type: 'hangup' } }, ...more };
      const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body: { ...world.document, flow } });
      assert.equal(status, 422, JSON.stringify(json));
      const found = json.error.faults.find((fault) => fault.code === code);
      assert.equal(found?.place, place, JSON.stringify(json.error.faults));
      assert.match(found.message, /^[A-Z].*\. [A-Z].*\.$/, 'what is wrong, and what to do');
    });
  }
  assert.deepEqual((await world.api('/v1/sites/harbor')).json, before, 'the published site stays');
});

const UNREADABLE_FLOWS = [
  ['an emergency number', { office: forward({ to: '911' }) }],
  ['no number', { office: forward({ to: 'office' }) }],
  ['a step that nobody knows', { office: { type: 'sing' } }],
  ['a field that nobody knows', { office: forward({ volume: 11 }) }],
  ['a key that no telephone has', { office: { type: 'menu', say: 'Hi.', next: { A: 'end', no_input: 'end', invalid: 'end' } } }],
  ['a sound file over http', { office: { type: 'greeting', play: 'http://h.example/a.mp3', next: { done: 'end' } } }],
  ['an hour that no day has', { office: schedule({ hours: { mon: ['09:00-25:00'] } }) }],
];

test('a flow that cannot be read is refused, and the answer says where', async (t) => {
  for (const [what, steps] of UNREADABLE_FLOWS) {
    await t.test(what, async () => {
      const flow = { version: 1, start: 'office', steps: { ...steps, end: { type: 'hangup' } } };
      const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body: { ...world.document, flow } });
      checkProblem({ status, json, text: JSON.stringify(json) }, 400, 'bad_json');
      assert.ok(json.error.faults.every(({ place }) => place.startsWith('flow.steps.office')), JSON.stringify(json.error.faults));
    });
  }
});

test('a new version is published, and the same document again makes none', async () => {
  const again = await world.api('/v1/sites/harbor', { method: 'PUT', body: world.document });
  assert.deepEqual([again.status, again.json.version], [201, 1]);
  const renamed = await world.api('/v1/sites/harbor', { method: 'PUT', body: { ...world.document, name: 'Harbor' } });
  assert.deepEqual([renamed.status, renamed.json.version, renamed.json.name], [200, 2, 'Harbor']);
  assert.equal((await world.api('/v1/sites')).json.sites.length, 1);
});

function checkProblem({ status, json, text }, expected, code) {
  assert.equal(status, expected, text);
  assert.equal(json.error.code, code);
  assert.match(json.error.message, /^[A-Z].*\.$/, 'a sentence');
}
