/** Numbers that move from site to site, sites that are deleted, and pages below a wildcard. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { NUMBERS, siteDocument } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

let world;
before(async () => { world = await startWorld({ fault: 'kv-chokes' }); });
after(() => world?.close());

const put = (id, document) => world.api(`/v1/sites/${id}`, { method: 'PUT', body: document });
const release = (number) => world.api(`/v1/numbers/${encodeURIComponent(number)}/release`, { method: 'POST' });

/** A site of its own numbers. */
function site(numbers, more = {}) {
  const document = siteDocument({ origins: ['https://agency.example'], pool: { numbers, overflow: null } });
  return { ...document, targets: [{ number: '+13125550143', pool: 'main' }], source_numbers: [], ...more };
}

const leaseAt = (id, visitor, origin = 'https://agency.example') => {
  const now = Date.now();
  const arrival = { at: now, url: `${origin}/`, referrer: '' };
  return world.post('/v1/lease', JSON.stringify({ site: id, visitor: visitorId(visitor), now, arrival }), { origin });
};
const checkProblem = (reply, status, code, said) => {
  assert.deepEqual([reply.status, reply.json.error?.code], [status, code], JSON.stringify(reply.json));
  assert.match(reply.json.error.message, said);
};

describe('a number that was taken out of a site', () => {
  const [held, free, source] = ['+13125550181', '+13125550182', '+13125550183'];

  test('is another’s at once if no visitor ever held it', async () => {
    assert.equal((await put('seller', site([held, free], { source_numbers: [{ number: source, source: 'van' }] }))).status, 201);
    checkProblem(await put('buyer', site([free])), 409, 'number_taken', /belongs to another site/);
    assert.equal((await put('seller', site([held], { source_numbers: [{ number: source, source: 'van' }] }))).status, 200);
    assert.equal((await put('buyer', site([free]))).status, 201);
    assert.equal((await leaseAt('buyer', 1)).json.numbers[0].number, free);
    checkProblem(await put('seller', site([held, free])), 409, 'number_taken', /belongs to another site/);
  });

  test('is another’s at once if it stood for a source', async () => {
    assert.equal((await put('seller', site([held]))).status, 200);
    assert.equal((await put('buyer', site([free, source]))).status, 200);
    assert.equal((await put('buyer', site([free]))).status, 200);
  });

  test('stays as long as a call may still belong to a visitor, and is free at a word', async () => {
    assert.equal((await leaseAt('seller', 2)).json.numbers[0].number, held);
    checkProblem(await release(held), 409, 'number_listed', /'seller' lists/);
    assert.equal((await put('seller', site([NUMBERS.overflow]))).status, 409, 'harbor has that one');
    assert.equal((await put('seller', site(['+13125550184']))).status, 200);
    checkProblem(await put('buyer', site([free, held])), 409, 'number_taken', /until 20\d\d-.*Z calls to it may still belong.*POST \/v1\/numbers\/\+13125550181\/release/);
    const released = await release(held);
    assert.deepEqual([released.status, released.json], [200, { number: held, site: 'seller' }]);
    checkProblem(await release(held), 404, 'unknown_number', /No site/);
    assert.equal((await put('buyer', site([free, held]))).status, 200);
    const call = await world.carrier.placeCall({ from: '+17735550140', to: held, callee: 'answer', talk_seconds: 1 });
    assert.equal((await world.logged(call.sid)).site_id, 'buyer');
  });

  test('is free once its look-back is over, without a word', async () => {
    const rules = { hold_seconds: 120, grace_seconds: 0, cooldown_seconds: 0, look_back_days: 0 };
    const number = '+13125550185';
    const document = site([number]);
    document.pools[0].rules = rules;
    assert.equal((await put('hasty', document)).status, 201);
    const { json } = await leaseAt('hasty', 3);
    const leases = [json.numbers[0].lease];
    await world.post('/v1/beat', JSON.stringify({ site: 'hasty', visitor: visitorId(3), leases, signal: 'release' }), { origin: 'https://agency.example' });
    const other = site(['+13125550186']);
    other.pools[0].rules = rules;
    assert.equal((await put('hasty', other)).status, 200);
    assert.equal((await put('heir', site([number]))).status, 201);
  });

  test('what is no number, or nobody’s, is refused', async () => {
    checkProblem(await release('+13125550999'), 404, 'unknown_number', /No site/);
    for (const text of ['office', '911', '+1']) {
      checkProblem(await release(text), 400, 'bad_parameter', /'number'/);
    }
    checkProblem(await release(NUMBERS.pool[0]), 409, 'number_listed', /'harbor' lists/);
  });

  test('two sites that want it at the same time do not both get it', async () => {
    const number = '+13125550187';
    const answers = await Promise.all(['one', 'two', 'three'].map((name) => put(`rival-${name}`, site([number]))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409]);
  });
});

describe('numbers with what they are used for', () => {
  const used = (query) => world.api(`/v1/numbers${query}`);
  const uses = ({ json }) => json.numbers.map(({ number, use }) => [number, use]);

  test('are listed site by site, page by page, by their use, and one by one', async () => {
    const [leased, gone, van] = ['+13125550195', '+13125550196', '+13125550197'];
    const source_numbers = [{ number: van, source: 'van', medium: 'paint' }];
    const source_rules = [{ id: 'flyer', when: { landing_parameter: { name: 'promo' } }, use: { number: van } }];
    assert.equal((await put('fleet', site([leased, gone], { source_numbers, source_rules }))).status, 201);
    assert.equal((await put('fleet', site([leased], { source_numbers, source_rules }))).status, 200);
    const all = [[leased, 'pool'], [gone, 'unlisted'], [van, 'source']];
    assert.deepEqual(uses(await used('?site=fleet')), all);
    const first = await used('?site=fleet&limit=2');
    assert.deepEqual(uses(first), all.slice(0, 2));
    const rest = await used(`?site=fleet&limit=2&cursor=${first.json.next_cursor}`);
    assert.deepEqual([uses(rest), rest.json.next_cursor], [all.slice(2), null]);
    assert.deepEqual(uses(await used('?site=fleet&use=unlisted')), [[gone, 'unlisted']]);
    const everywhere = await used('?limit=250');
    assert.equal(everywhere.json.next_cursor, null);
    const places = everywhere.json.numbers.map(({ site_id, number }) => `${site_id} ${number}`);
    assert.deepEqual(places, [...new Set(places)].sort(), 'each once, in order');
    assert.ok(places.includes(`harbor ${NUMBERS.overflow}`) && places.includes(`fleet ${gone}`));
    const one = await used(`/${encodeURIComponent(van)}`);
    assert.deepEqual([one.status, one.json], [200, {
      number: van, site_id: 'fleet', use: 'source', pool: null, channel: null, source: 'van', medium: 'paint', campaign: null,
      targets: ['+13125550143'], source_rules: ['flyer'], flow: null, destination: NUMBERS.destination,
    }]);
    checkProblem(await used('/+13125550100'), 404, 'unknown_number', /No site/);
    checkProblem(await used('?use=van'), 400, 'bad_parameter', /'use' must be pool, overflow, source or unlisted/);
  });
});

describe('a site that is deleted', () => {
  const number = '+13125550188';

  test('gives no numbers any more, frees its own, and leaves its calls in the log', async () => {
    assert.equal((await put('leaver', site([number], { time_zone: 'Europe/Berlin' }))).status, 201);
    assert.equal((await leaseAt('leaver', 4)).json.numbers[0].number, number);
    const call = await world.carrier.placeCall({ from: '+17735550141', to: number, callee: 'answer', talk_seconds: 1 });
    assert.equal((await world.logged(call.sid, ({ attribution }) => attribution.state === 'attributed')).site_id, 'leaver');

    const deleted = await world.api('/v1/sites/leaver', { method: 'DELETE' });
    assert.deepEqual([deleted.status, deleted.json], [200, { id: 'leaver', deleted: true }]);
    for (const reply of [await world.api('/v1/sites/leaver'), await world.api('/v1/sites/leaver', { method: 'DELETE' }), await leaseAt('leaver', 4)]) {
      checkProblem(reply, 404, 'unknown_site', /no such site/);
    }
    assert.deepEqual(await world.storedNames('site/leaver'), []);
    assert.deepEqual(await world.storedNames(`number/${number}`), []);
    assert.ok((await world.api('/v1/sites')).json.sites.every(({ id }) => id !== 'leaver'));
    const log = await world.api('/v1/calls?site=leaver&start_date=2026-01-01');
    assert.deepEqual([log.status, log.json.calls.map(({ carrier_call_id: sid }) => sid)], [200, [call.sid]]);

    const later = await world.carrier.placeCall({ from: '+17735550141', to: number, callee: 'answer', talk_seconds: 1 });
    assert.equal((await world.logged(later.sid, ({ attribution }) => attribution.state !== 'pending')).site_id, null);
    assert.equal((await put('heir-of-leaver', site([number]))).status, 201);
  });

  test('begins anew under its name: no visitor and no caller is remembered', async () => {
    assert.equal((await world.api('/v1/sites/heir-of-leaver', { method: 'DELETE' })).status, 200);
    const again = await put('leaver', site([number]));
    assert.deepEqual([again.status, again.json.version], [201, 2]);
    assert.equal((await put('leaver', site([number]))).json.version, 2);
    const { json } = await leaseAt('leaver', 5);
    assert.equal(json.numbers[0].number, number, 'the number of the visitor before is free');
    const call = await world.carrier.placeCall({ from: '+17735550141', to: number, callee: 'answer', talk_seconds: 1 });
    const logged = await world.logged(call.sid, (one) => one.attribution.state === 'attributed');
    assert.deepEqual([logged.first_call, logged.prior_calls], [true, 0]);
  });

  test('ends no call that goes on', async () => {
    const { json: { numbers: [{ number: tracking }] } } = await leaseAt('leaver', 5);
    const form = { AccountSid: world.accountSid, ApiVersion: '2010-04-01', CallSid: `CA${'7'.repeat(32)}`, CallStatus: 'ringing', Direction: 'inbound', From: '+17735550142', To: tracking };
    const hook = (name, params) => send({ url: `${world.edgeUrl}/carrier/twilio/${name}`, params, authToken: world.authToken });
    await hook('voice', form);
    assert.equal((await world.api('/v1/sites/leaver', { method: 'DELETE' })).status, 200);
    const next = await hook('dial?step=office&turn=2', { ...form, CallStatus: 'in-progress', DialCallStatus: 'no-answer' });
    assert.match(next.body, /Please leave a message/);
    await hook('status', { ...form, CallStatus: 'completed', CallDuration: '9' });
    assert.equal((await world.logged(form.CallSid)).site_id, 'leaver');
  });
});

test('pages below a wildcard get numbers, and no others', async () => {
  const origins = ['https://*.widgets.example', 'http://*.widgets.test:8080'];
  assert.equal((await put('widgets', site(['+13125550191', '+13125550192'], { origins }))).status, 201);
  const ask = (origin) => leaseAt('widgets', 6, origin);
  const preflight = (origin) => fetch(`${world.edgeUrl}/v1/lease`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  for (const origin of ['https://shop.widgets.example', 'https://de.shop.widgets.example', 'http://shop.widgets.test:8080']) {
    const reply = await ask(origin);
    assert.deepEqual([reply.status, reply.headers.get('access-control-allow-origin')], [200, origin]);
    const allowed = await preflight(origin);
    assert.deepEqual([allowed.status, allowed.headers.get('access-control-allow-origin')], [204, origin]);
  }
  for (const origin of ['https://widgets.example', 'https://evilwidgets.example', 'https://shop.widgets.example.evil.example', 'http://shop.widgets.example', 'https://shop.widgets.example:8443', 'null']) {
    assert.equal((await ask(origin)).status, 403, origin);
    assert.equal((await preflight(origin)).status, 403, origin);
  }
  const refused = await put('widgets', site(['+13125550191'], { origins: ['https://*.example', '*'] }));
  assert.deepEqual(refused.json.error.faults.map(({ code, place }) => [code, place]), [['bad_origin', 'origins.https://*.example'], ['bad_origin', 'origins.*']]);
});

test('an arrival from below a wildcard is none from outside', async () => {
  const now = Date.now();
  const arrival = { at: now, url: 'https://shop.widgets.example/a', referrer: 'https://blog.widgets.example/post' };
  const { json } = await world.post('/v1/lease', JSON.stringify({ site: 'widgets', visitor: visitorId(7), now, arrival }), { origin: 'https://shop.widgets.example' });
  assert.deepEqual(json.hosts, ['*.widgets.example', '*.widgets.test:8080']);
  const call = await world.carrier.placeCall({ from: '+17735550143', to: json.numbers[0].number, callee: 'answer', talk_seconds: 1 });
  assert.equal((await world.logged(call.sid, (one) => one.attribution.state === 'attributed')).medium, '(none)');
});

describe('a site of more numbers than a request may write', () => {
  const STEP = 500;
  const numbersFrom = (first, count) => Array.from({ length: count }, (_, at) => `+1312555${first + at}`);
  const [many, few] = [numbersFrom(2000, STEP), numbersFrom(4000, STEP)];
  /** The configuration's store fails on it for the first time; as the last in its order, it is in the last step. */
  const choking = '+17735550666';
  const pools = (...lists) => lists.map((numbers, at) => ({ id: ['main', 'other'][at], numbers }));
  const document = { ...site([], { name: 'Big' }), pools: pools([...many, choking], few) };
  const all = many.length + few.length + 1;
  const ask = async (method, pathname, body, headers = {}) => {
    const response = await fetch(`${world.edgeUrl}/v1/sites/${pathname}`, { method, headers: { authorization: `Bearer ${world.apiKey}`, ...headers }, body: body && JSON.stringify(body) });
    const json = await response.json();
    return { status: response.status, json, state: [response.status, json.version, json.publishing?.left, json.publishing?.published_version] };
  };
  const state = async () => (await ask('GET', 'big')).state;

  test('is published in steps, whoever goes on with them, and seen when it is whole', async () => {
    const withDropped = { ...document, pools: pools([...many, '+13125550194', choking], few) };
    assert.deepEqual((await ask('PUT', 'big', withDropped)).state, [202, 1, all + 1 - STEP, null]);
    assert.deepEqual(await state(), [200, 1, all + 1 - STEP, null]);
    checkProblem(await leaseAt('big', 8), 404, 'unknown_site', /no such site/);
    assert.deepEqual((await ask('PATCH', 'big', { pools: document.pools })).state, [202, 2, 2, null]);
    checkProblem(await release('+13125550194'), 409, 'still_publishing', /'big', .* is being published/);
    checkProblem(await put('taker', site(['+13125550194'])), 409, 'still_publishing', /GET \/v1\/sites\/big/);
    await world.runCron();
    assert.deepEqual(await state(), [200, 2, 2, null], 'the store failed');
    assert.deepEqual((await ask('PUT', 'big', document, { 'if-match': '"2"' })).state, [200, 2, undefined, undefined]);
    assert.deepEqual(await state(), [200, 2, undefined, undefined]);
    assert.ok(many.includes((await leaseAt('big', 8)).json.numbers[0].number));
    assert.equal((await put('taker', site(['+13125550194']))).status, 201);
    assert.equal((await leaseAt('taker', 8)).json.numbers[0].number, '+13125550194');
  });

  test('writes only what has changed', async () => {
    assert.deepEqual((await ask('PATCH', 'big', { name: 'Bigger' })).state, [200, 3, undefined, undefined]);
    assert.deepEqual((await ask('PATCH', 'big', { pools: pools([...many.slice(1), choking], [many[0], ...few]) })).state, [200, 4, undefined, undefined]);
    assert.deepEqual((await ask('POST', 'big/versions/2/restore')).state, [200, 5, undefined, undefined]);
  });

  test('goes in steps, and its name can be used again at once', async () => {
    const { status, json } = await ask('DELETE', 'big');
    assert.deepEqual([status, json], [202, { id: 'big', deleted: true, left: all - STEP }]);
    for (const reply of [await ask('GET', 'big'), await ask('PATCH', 'big', { name: 'x' }), await leaseAt('big', 8)]) checkProblem(reply, 404, 'unknown_site', /no such site/);
    const [first, last] = [many[0], few.at(-1)];
    assert.equal((await put('heir-of-big', site([last]))).status, 201, 'what is left is free already');
    const again = await put('big', site([first]));
    assert.deepEqual([again.status, again.json.version, again.json.publishing], [201, 6, undefined]);
    await world.runCron();
    assert.deepEqual(await world.storedNames('number/+13125552'), [`number/${first}`]);
    assert.deepEqual(await world.storedNames('number/+13125554'), [`number/${last}`]);
    assert.equal((await leaseAt('big', 8)).json.numbers[0].number, first);
    assert.equal((await leaseAt('heir-of-big', 8)).json.numbers[0].number, last);
  });
});

test('sites are listed page by page', async () => {
  const whole = await world.api('/v1/sites');
  const names = whole.json.sites.map(({ id }) => id);
  assert.deepEqual([names, whole.json.next_cursor], [[...names].sort(), null]);
  const paged = [];
  let cursor = '';
  do {
    const { json } = await world.api(`/v1/sites?limit=3${cursor && `&cursor=${cursor}`}`);
    assert.ok(json.sites.length === 3 || json.next_cursor === null);
    paged.push(...json.sites);
    cursor = json.next_cursor;
  } while (cursor);
  assert.deepEqual(paged, whole.json.sites);
  for (const query of ['limit=0', 'limit=251', 'cursor=%00']) checkProblem(await world.api(`/v1/sites?${query}`), 400, 'bad_parameter', /must be/);
});
