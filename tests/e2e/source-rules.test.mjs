/** Source rules: how a visitor arrived chooses their number; a call to it has its source; and bots get none. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

const TARGET = NUMBERS.target;
const SERVICE = '+13125550143';
const [ADS, FLYER, CHAMBER] = ['+13125550162', '+13125550163', '+13125550164'];
const PROMO = ['+13125550181', '+13125550182'];
const GOOGLE = 'https://www.google.com/';

let world;
let document;
before(async () => {
  world = await startWorld();
  document = {
    ...world.document,
    targets: [...world.document.targets, { number: SERVICE, pool: 'main' }],
    pools: [...world.document.pools, { id: 'promo', numbers: PROMO }],
    source_numbers: [
      ...world.document.source_numbers,
      { number: ADS, source: 'google', medium: 'cpc', campaign: 'all ads' },
      { number: FLYER, source: 'flyer', medium: 'print' },
      { number: CHAMBER, source: 'chamber', medium: 'referral' },
    ],
    source_rules: [
      { id: 'google-ads', when: { group: 'google_ads' }, use: { number: ADS } },
      { id: 'ads', when: { group: 'paid' }, targets: [SERVICE], use: 'no_swap' },
      { id: 'assistants', when: { channel: 'ai_assistants' }, use: 'no_swap' },
      { id: 'chamber', when: { referrer: { host: 'chamber.example' } }, use: { number: CHAMBER } },
      { id: 'flyer', when: { landing_page: { path: '/flyer' } }, use: { number: FLYER } },
      { id: 'promo', when: { landing_parameter: { name: 'promo', starts_with: 'spring' } }, use: { pool: 'promo' } },
    ],
  };
  const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body: document });
  assert.equal(status, 200, JSON.stringify(json));
  // What a carrier cannot do that is set up here is another matter.
  const ofRules = json.warnings.filter(({ code }) => code !== 'carrier_cannot');
  assert.deepEqual(ofRules.map((warning) => [warning.code, warning.place]), [['overlapping_rule', 'source_rules.promo']]);
  assert.deepEqual(json.source_rules, document.source_rules);
});
after(() => world?.close());

test('how a visitor arrives chooses their number', async (t) => {
  const cases = [
    ['from an ad', { landing: '/?gclid=x', referrer: GOOGLE }, ADS, 'source', 'google-ads', 'group'],
    ['by a promotion', { landing: '/?Promo=Spring-26&gclid=x' }, PROMO[0], 'leased', 'promo', 'landing'],
    ['from an assistant', { referrer: 'https://chatgpt.com/' }, undefined, undefined, 'assistants', 'group'],
  ];
  for (const [at, [how, arrival, expected, kind, rule, precedence]] of cases.entries()) {
    await t.test(how, async () => {
      const { status, json } = await world.lease(visitorId(100 + at), { ...arrival, targets: [TARGET] });
      assert.equal(status, 200);
      const [got] = json.numbers;
      assert.ok([expected].flat().includes(got?.number), `${got?.number} is not ${expected}`);
      assert.equal(got?.kind, kind);
      assert.deepEqual(json.choices, [{ target: TARGET, ...(rule && { rule }), precedence, touch: 0 }]);
      assert.equal(json.reason, got ? undefined : 'no_swap');
      assert.equal(json.expires_in > 0, Boolean(got), 'what is shown has its time');
    });
  }
});

test('a visitor who comes back by a bookmark sees the number of their ad', async () => {
  const day = 86_400_000;
  const touch = (daysAgo, landing, referrer = '') => ({ at: Date.now() - daysAgo * day, url: `${world.site.url}${landing}`, referrer });
  const back = async (touches, arrival) => {
    const history = { touches, seen_at: touches.at(-1).at };
    const { json } = await world.lease(visitorId(121), { history, targets: [TARGET], ...arrival });
    return [json.choices[0].rule, json.choices[0].touch, json.history.touches.length];
  };
  assert.deepEqual(await back([touch(9, '/?gclid=x', GOOGLE)], {}), ['google-ads', 0, 2]);
});

test('a call to the number has its source', async () => {
  const transcript = await world.carrier.placeCall({ from: '+17735550131', to: ADS, callee: 'answer', talk_seconds: 5 });
  assert.deepEqual(transcript.errors, []);
  const call = await world.logged(transcript.sid);
  assert.deepEqual([call.source, call.medium, call.campaign], ['google', 'cpc', 'all ads']);
  assert.deepEqual([call.attribution.state, call.attribution.rule, call.outcome], ['attributed', 'source_number', 'answered']);
});

test('a caller of whom the carrier says nothing has the place of their number', async () => {
  const nowhere = { city: null, state: null, zip: null, country: null };
  const call = async (from, caller) => {
    const transcript = await world.carrier.placeCall({ from, to: FLYER, callee: 'answer', talk_seconds: 5, caller });
    const { customer_state: state, customer_country: country, customer_location_from: by } = await world.logged(transcript.sid);
    return [state, country, by];
  };
  assert.deepEqual(await call('+14165550132', nowhere), ['ON', 'CA', 'number']);
  assert.deepEqual(await call('+14165550133', { state: 'IL', country: 'US' }), ['IL', 'US', 'carrier']);
});

test('bots get no number', async () => {
  const { status, json } = await world.lease(visitorId(130), { userAgent: 'curl/8.11.0' });
  assert.deepEqual([status, json.numbers, json.reason], [200, [], 'bot']);
});

test('rules with faults are refused with each fault and its place', async () => {
  const source_rules = [
    ...document.source_rules,
    { id: 'bing-ads', when: { group: 'bing_ads' }, targets: [SERVICE], use: { number: ADS } },
    { id: 'van', when: { landing_page: { path: 'van' } }, use: { number: NUMBERS.pool[0] } },
  ];
  const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body: { ...document, source_rules } });
  assert.equal(status, 422);
  assert.deepEqual(json.error.faults.map(({ code, place }) => [code, place]), [
    ['unreachable_rule', 'source_rules.bing-ads'],
    ['bad_path', 'source_rules.van.when.path'],
    ['no_such_source_number', 'source_rules.van.use.number'],
  ]);
  const unknown = { ...document, source_rules: [{ id: 'van', when: 'always', uses: 'no_swap' }] };
  const refused = await world.api('/v1/sites/harbor', { method: 'PUT', body: unknown });
  assert.equal(refused.status, 400);
  assert.match(refused.json.error.message, /source_rules\[0\]\.uses is not known/);
});
