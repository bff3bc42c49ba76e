/** Bad input gets a 4xx with a stable code and a sentence; never a 500. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { growthOfWorkerd } from '../rig/memory.mjs';
import { startWorld, visitorId } from './world.mjs';

/** Bytes by which workerd may grow while a body of 98 MB comes in: a sixth of it. The limits are 64 KB to 1 MB. */
const MOST_GROWTH = 16e6;

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

test('requests of browsers', async (t) => {
  const good = () => ({ site: 'harbor', visitor: visitorId(1), now: Date.now(), arrival: { at: Date.now(), url: `${world.site.url}/`, referrer: '' } });
  const origin = () => ({ origin: world.site.url });
  const cases = [
    ['no JSON', '{"site":', origin(), 400, 'bad_json'],
    ['no text', Buffer.from([0xff, 0xfe, 0x00]), origin(), 400, 'bad_json'],
    ['too many targets', { ...good(), targets: Array(33).fill('+13125550142') }, origin(), 400, 'bad_parameter'],
    ['an unknown site', { ...good(), site: 'nobody' }, origin(), 404, 'unknown_site'],
    ['no origin', good(), {}, 403, 'origin_not_allowed'],
    ['a foreign origin', good(), { origin: 'https://evil.example' }, 403, 'origin_not_allowed'],
    ['a look-alike origin', good(), { origin: `${world.site.url}.evil.example` }, 403, 'origin_not_allowed'],
    ['the null origin', good(), { origin: 'null' }, 403, 'origin_not_allowed'],
    ['another scheme', good(), { origin: world.site.url.replace('http:', 'https:') }, 403, 'origin_not_allowed'],
    // Its connection is closed, as the rest of the body is not read: no later request may take it for a live one.
    ['more than 64 KB', JSON.stringify({ ...good(), page: 'x'.repeat(66_000) }), { ...origin(), connection: 'close' }, 413, 'too_large'],
  ];
  for (const [what, body, headers, status, code] of cases) {
    await t.test(what, async () => {
      const reply = await world.post('/v1/lease', typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body, headers);
      checkProblem(reply, status, code);
      assert.equal(reply.headers.get('access-control-allow-origin'), '*', 'the page may read why');
    });
  }
  await t.test('signs of life for nothing are gone, not errors', async () => {
    const reply = await world.post('/v1/beat', JSON.stringify({ site: 'harbor', visitor: visitorId(1), leases: ['main.13125550151.1', 'other.13125550151.1', "'; --"] }), origin());
    assert.equal(reply.status, 200);
    assert.equal(reply.json.gone.length, 3);
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
    ['an outcome that is none', ['/v1/calls?outcome=mised'], 400, 'bad_parameter'],
    ['a site that there is not, as a filter', ['/v1/calls?site=nobody'], 400, 'bad_parameter'],
    ['a tracking number that is none', ['/v1/calls?tracking_phone_number=office'], 400, 'bad_parameter'],
    ['a parameter that is not known', ['/v1/calls?startdate=2026-11-22'], 400, 'bad_parameter'],
    ['one where there is none', ['/v1/sites?sort=name'], 400, 'bad_parameter'],
    ['one of another address', ['/v1/sites/harbor?fields=name'], 400, 'bad_parameter'],
    ['one of a request that changes something', ['/v1/sites/harbor?dry_run=1', { method: 'PUT', body: {} }], 400, 'bad_parameter'],
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

test('a parameter that is not known is named, with those that are', async () => {
  const { json } = await world.api('/v1/calls?limit=1&startdate=2026-11-22');
  assert.match(json.error.message, /^The parameter 'startdate' is not known here; this address takes limit, cursor, site, .*start_date.*\.$/);
  assert.equal((await world.api('/v1/calls?limit=1&cursor=&fields=id')).status, 200);
  assert.equal((await world.api('/v1/calls?startdate=1', { key: '' })).status, 401, 'the key comes first');
});

test('a day without a time is the site’s, and names a site where the sites have several time zones', async () => {
  assert.equal((await world.api('/v1/calls?start_date=2026-11-22&end_date=2026-11-22')).status, 200, 'one site, one time zone');
  const elsewhere = { ...world.document, time_zone: 'Europe/Berlin', pools: [{ id: 'main', numbers: ['+4930555010'] }], source_numbers: [] };
  assert.equal((await world.api('/v1/sites/berlin', { method: 'PUT', body: elsewhere })).status, 201);
  const refused = await world.api('/v1/calls?start_date=2026-11-22');
  checkProblem({ ...refused, text: JSON.stringify(refused.json) }, 400, 'bad_parameter');
  assert.match(refused.json.error.message, /'start_date'.*'site'/);
  assert.equal((await world.api('/v1/calls?start_date=2026-11-22&site=berlin')).status, 200);
});

test('a body is not read beyond the limit, though it does not say how long it is', async (t) => {
  const part = Buffer.alloc(64 * 1024, 'x');
  const parts = 1_500;
  const cases = [
    ['/v1/lease', { origin: world.site.url }],
    ['/v1/sites/harbor', { authorization: `Bearer ${world.apiKey}` }],
    ['/carrier/twilio/voice', {}],
    ['/console/sign-in', {}],
  ];
  for (const [path, headers] of cases) {
    await t.test(path, async () => {
      let reply;
      const growth = await growthOfWorkerd(world.edge.pid, async () => { reply = await sendChunked(path, headers, part, parts); });
      assert.equal(reply.status, 413, reply.text);
      assert.match(reply.text, /too_large/);
      // How many parts left here depends on the sockets between; what the worker took is what counts.
      assert.ok(reply.sent < parts, 'it was read to its end');
      t.diagnostic(`${path}: ${reply.sent} of ${parts} parts of 64 KB sent, workerd grew by ${growth === null ? 'who knows' : (growth / 1e6).toFixed(1)} MB`);
      assert.ok(growth === null || growth < MOST_GROWTH, `workerd grew by ${growth} bytes`);
    });
  }
  await t.test('one within the limit is', async () => {
    const body = JSON.stringify({ site: 'harbor', visitor: visitorId(9), now: Date.now(), arrival: { at: Date.now(), url: `${world.site.url}/`, referrer: '' } });
    const parts = [body.slice(0, 10), body.slice(10, 50), body.slice(50)];
    const stream = new ReadableStream({ pull: (to) => (parts.length ? to.enqueue(new TextEncoder().encode(parts.shift())) : to.close()) });
    const reply = await fetch(`${world.edgeUrl}/v1/lease`, { method: 'POST', duplex: 'half', headers: { origin: world.site.url, 'content-type': 'text/plain', 'user-agent': 'Mozilla/5.0 Chrome/143.0.0.0' }, body: stream });
    assert.equal(reply.status, 200, await reply.text());
  });
});

/** Sends a body in parts, without its length, until it is answered or the connection is closed. */
function sendChunked(path, headers, part, most) {
  return new Promise((resolve, reject) => {
    let sent = 0;
    const method = path.startsWith('/v1/sites') ? 'PUT' : 'POST';
    const request = http.request(`${world.edgeUrl}${path}`, { method, headers: { ...headers, 'content-type': 'text/plain', connection: 'close' } });
    const push = () => {
      if (request.destroyed) return undefined;
      if (sent === most) return request.end();
      sent += 1;
      request.write(part);
      // The answer is read in between.
      return setTimeout(push, 2);
    };
    // The worker closes the connection behind its answer, while parts are still on their way.
    request.on('error', (error) => (error.code === 'EPIPE' ? undefined : reject(error)));
    request.on('response', async (response) => {
      const taken = sent;
      let text = '';
      for await (const piece of response) text += piece;
      request.destroy();
      resolve({ status: response.statusCode, sent: taken, text });
    });
    push();
  });
}

test('a site of another shape is refused with the place that is not as expected', async () => {
  const body = structuredClone(world.document);
  body.flow.steps.office.to = ['+13125550199', { number: '911' }];
  const before = (await world.api('/v1/sites/harbor')).json;
  const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body });
  checkProblem({ status, json, text: JSON.stringify(json) }, 400, 'bad_json');
  assert.deepEqual(json.error.faults.map((fault) => [fault.code, fault.place]), [['emergency_number', 'flow.steps.office.to[1].number']]);
  assert.deepEqual((await world.api('/v1/sites/harbor')).json, before, 'the published site stays');
});

test('a site with faults is refused with each fault and its place', async () => {
  const body = structuredClone(world.document);
  body.time_zone = 'Mars/Base';
  body.flow.steps.office.next.busy = 'nowhere';
  const before = (await world.api('/v1/sites/harbor')).json;
  const { status, json } = await world.api('/v1/sites/harbor', { method: 'PUT', body });
  assert.equal(status, 422, JSON.stringify(json));
  assert.deepEqual(json.error.faults.map((fault) => [fault.code, fault.place]), [
    ['bad_time_zone', 'time_zone'], ['target_missing', 'flow.steps.office.next.busy'],
  ]);
  assert.ok(json.error.faults.every(({ message }) => message.endsWith('.')));
  assert.deepEqual((await world.api('/v1/sites/harbor')).json, before, 'the published site stays');
});

test('a new version is published, and the same document again makes none', async () => {
  const again = await world.api('/v1/sites/harbor', { method: 'PUT', body: world.document });
  assert.deepEqual([again.status, again.json.version], [201, 1]);
  const renamed = await world.api('/v1/sites/harbor', { method: 'PUT', body: { ...world.document, name: 'Harbor' } });
  assert.deepEqual([renamed.status, renamed.json.version, renamed.json.name], [200, 2, 'Harbor']);
  assert.equal((await world.api('/v1/sites')).json.sites.filter(({ id }) => id === 'harbor').length, 1);
});

test('calls are not forwarded to another site, so that no two ring each other', async (t) => {
  const next = { answered: 'end', no_answer: 'end', busy: 'end', failed: 'end', canceled: 'end' };
  const ringing = (to) => ({ version: 1, start: 'phone', steps: { phone: { type: 'forward', to, next }, end: { type: 'hangup' } } });
  const site = (n, to, more = {}) => ({
    name: 'Harbor', origins: ['https://harbor.example'], destination: to, flow: ringing(to),
    targets: [{ number: `+1415555224${n}`, pool: 'main' }], pools: [{ id: 'main', numbers: [`+1415555225${n}`] }],
    source_numbers: [{ number: `+1415555226${n}`, source: 'van' }], ...more,
  });
  const put = (name, body) => world.api(`/v1/sites/${name}`, { method: 'PUT', body });
  const first = await put('first-site', site(1, '+14155552262'));
  assert.equal(first.status, 201, JSON.stringify(first.json));
  const cases = [
    ['by the flow and the destination', site(2, '+14155552261'), ['destination', 'flow.steps.phone.to']],
    ['by a pool\'s number', site(2, '+13125550199', { flow: ringing('+14155552251') }), ['flow.steps.phone.to']],
    ['by a flow with a name', site(2, '+13125550199', { flows: { night: ringing(['+13125550198', '+14155552261 ext 4']) } }), ['flows.night.steps.phone.to']],
    ['by the fallback', site(2, '+13125550199', { flow: { ...ringing('+13125550199'), settings: { fallback: '+14155552261' } } }), ['flow.settings.fallback']],
    ['by a line', site(2, '+13125550199', { source_numbers: [{ number: '+14155552262', source: 'van', destination: 'sip:+14155552261@trunk.example' }] }), ['source_numbers.+14155552262.destination']],
  ];
  for (const [what, body, places] of cases) {
    await t.test(what, async () => {
      const { status, json } = await put('second-site', body);
      checkProblem({ status, json, text: JSON.stringify(json) }, 422, 'bad_site');
      assert.deepEqual(json.error.faults.map(({ code, place }) => [code, place]), places.map((place) => ['forwards_to_itself', place]));
      assert.ok(json.error.faults.every(({ message }) => message.includes('first-site')));
    });
  }
  await t.test('its own phone is rung', async () => {
    assert.equal((await put('second-site', site(2, '+13125550199'))).status, 201);
  });
});

function checkProblem({ status, json, text }, expected, code) {
  assert.equal(status, expected, text);
  assert.equal(json.error.code, code);
  assert.match(json.error.message, /^[A-Z].*\.$/, 'a sentence');
}
