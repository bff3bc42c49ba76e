/**
 * Every address of the edge, asked without, with wrong and with lesser credentials: each refuses as it says, and does nothing.
 *
 * The list is the router's own: edge-worker/routes.json, which a native test keeps up to date.
 */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { startEdge } from '../rig/edge.mjs';
import { freePorts } from '../rig/ports.mjs';
import { startWorld, visitorId } from './world.mjs';

const ROUTES = JSON.parse(readFileSync(new URL('../../edge-worker/routes.json', import.meta.url), 'utf8'));
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const FOREIGN = 'https://evil.example';
/** What stands in place of a path's open parts. */
const OPEN = {
  id: 'harbor', call: 'CAL0', recording: 'RE0', kind: 'summarise', day: '2026-11-20', hook: 'voice', file: 'manifest.json', number: '+13125559997',
};

const secret = () => randomBytes(16).toString('hex');
const telnyxKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
const carrierSecrets = {
  SIGNALWIRE_SIGNING_KEY: secret(), TELNYX_PUBLIC_KEY: telnyxKey, PLIVO_AUTH_TOKEN: secret(), BANDWIDTH_USERNAME: 'edge',
  BANDWIDTH_PASSWORD: secret(), VONAGE_SIGNATURE_SECRET: secret(), JAMBONZ_WEBHOOK_SECRET: secret(),
};

let world;
before(async () => { world = await startWorld({ env: carrierSecrets }); });
after(() => world?.close());

const pathOf = (route) => route.path.replace(/\{(\w+)\}/g, (_, name) => OPEN[name]);
const named = (route) => `${route.method} ${route.path}`;
const routesOf = (who) => ROUTES.filter((route) => route.who === who);

async function ask(method, pathname, headers = {}, body = undefined) {
  const response = await fetch(`${world.edgeUrl}${pathname}`, { method, headers, body, redirect: 'manual' });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}

/** A body with which the route would do something. */
function bodyOf({ method, path }) {
  if (['GET', 'DELETE', 'OPTIONS'].includes(method)) return undefined;
  if (path.startsWith('/v1/sites/')) return JSON.stringify({ ...world.document, name: 'Taken over' });
  if (['/v1/lease', '/v1/beat', '/v1/link'].includes(path)) {
    const now = Date.now();
    return JSON.stringify({ site: 'harbor', visitor: visitorId(1), now, leases: [], arrival: { at: now, url: `${world.site.url}/`, referrer: '' } });
  }
  return path.startsWith('/carrier/') ? 'CallSid=CA0&From=%2B13125550100&To=%2B13125550151' : '';
}

async function signIn(key = world.apiKey) {
  const reply = await ask('POST', '/console/sign-in', { 'content-type': 'application/x-www-form-urlencoded' }, `key=${key}`);
  assert.equal(reply.status, 303, reply.text);
  return reply.headers.get('set-cookie').split(';')[0];
}

async function linkToken(touches = []) {
  const body = { ...JSON.parse(bodyOf({ method: 'POST', path: '/v1/link' })), history: { touches, seen_at: Date.now() } };
  const { json } = await ask('POST', '/v1/link', { origin: world.site.url }, JSON.stringify(body));
  return json.link;
}

/** What pages ask is refused for all of them to read; no page reads anything else. */
const readers = (path) => (['/v1/lease', '/v1/beat', '/v1/link'].includes(path) ? '*' : null);

function checkProblem(reply, status, code, path = '') {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.json.error.code, code, reply.text);
  assert.match(reply.json.error.message, /^[A-Z].*\.$/, 'a sentence');
  assert.equal(reply.headers.get('access-control-allow-origin'), readers(path));
}

test('the REST API wants its key, and says how it is sent', async (t) => {
  const cookie = await signIn();
  const wrong = {
    'no key': {},
    'an empty key': { authorization: 'Bearer ' },
    'a wrong key': { authorization: `Bearer ${secret()}` },
    'half the key': { authorization: `Bearer ${world.apiKey.slice(0, 16)}` },
    'the key by another scheme': { authorization: `Basic ${world.apiKey}` },
    'the key by no scheme': { authorization: world.apiKey },
    'a signed-in console': { cookie },
    'a page of the site': { origin: world.site.url },
    'a link between pages': { authorization: `Bearer ${await linkToken()}` },
  };
  for (const route of routesOf('api_key')) {
    await t.test(named(route), async () => {
      for (const [what, headers] of Object.entries(wrong)) {
        const reply = await ask(route.method, pathOf(route), headers, bodyOf(route));
        assert.equal(reply.headers.get('www-authenticate'), 'Bearer', what);
        checkProblem(reply, 401, 'wrong_key');
      }
      checkProblem(await ask(route.method, `${pathOf(route)}?key=${world.apiKey}`, {}, bodyOf(route)), 401, 'wrong_key');
    });
  }
  await t.test('in any case of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      assert.equal((await ask('GET', '/v1/sites', { authorization: `${scheme} ${world.apiKey}` })).status, 200);
    }
  });
});

test('what pages ask is for the site\'s own pages', async (t) => {
  const lesser = { authorization: `Bearer ${world.apiKey}`, cookie: await signIn() };
  for (const route of routesOf('site_origin')) {
    await t.test(named(route), async () => {
      for (const headers of [{}, { origin: FOREIGN }, { origin: 'null' }, { origin: `${world.site.url}.evil.example` }, lesser, { ...lesser, origin: FOREIGN }]) {
        checkProblem(await ask(route.method, pathOf(route), headers, bodyOf(route)), 403, 'origin_not_allowed', route.path);
      }
      const reply = await ask(route.method, pathOf(route), { origin: world.site.url }, bodyOf(route));
      assert.equal(reply.status, route.method === 'OPTIONS' ? 204 : 200, reply.text);
      assert.equal(reply.headers.get('access-control-allow-origin'), world.site.url);
    });
  }
});

test('the console is for whoever is signed in', async (t) => {
  const until = String(Date.now() + 60_000);
  // As it was signed before keys had purposes.
  const old = createHmac('sha256', world.apiKey).update(`console until ${until}`).digest('base64url');
  const link = await linkToken();
  const wrong = {
    nothing: {},
    'a cookie of another form': { cookie: 'dni_console=1' },
    'a cookie that nobody signed': { cookie: `dni_console=${Buffer.from(until).toString('base64url')}.${Buffer.alloc(32).toString('base64url')}` },
    'a cookie signed with the key itself': { cookie: `dni_console=${until}.${old}` },
    'a link between pages': { cookie: `dni_console=${link}` },
    'a wrong key': { authorization: `Bearer ${secret()}` },
    'a page of the site': { origin: world.site.url },
  };
  for (const route of routesOf('console_member')) {
    await t.test(named(route), async () => {
      for (const [what, headers] of Object.entries(wrong)) {
        const reply = await ask(route.method, pathOf(route), headers);
        if (route.path.startsWith('/console/recordings/')) {
          checkProblem(reply, 401, 'wrong_key');
        } else {
          assert.equal(reply.status, 200, what);
          assert.match(reply.text, /action="\/console\/sign-in"/, what);
          assert.doesNotMatch(reply.text, /<table/, what);
        }
      }
      for (const headers of [{ cookie: await signIn() }, { authorization: `bearer ${world.apiKey}` }]) {
        const reply = await ask(route.method, pathOf(route), headers);
        assert.ok([200, 404].includes(reply.status), reply.text);
        assert.doesNotMatch(reply.text, /action="\/console\/sign-in"/);
      }
    });
  }
  await t.test('a wrong key signs nobody in', async () => {
    const reply = await ask('POST', '/console/sign-in', { 'content-type': 'application/x-www-form-urlencoded' }, `key=${secret()}`);
    assert.deepEqual([reply.status, reply.headers.get('set-cookie'), reply.headers.get('www-authenticate')], [401, null, 'Bearer']);
  });
});

test('webhooks are for the carrier', async (t) => {
  const body = bodyOf({ method: 'POST', path: '/carrier/' });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const wrong = [
    {},
    { authorization: `Bearer ${world.apiKey}` },
    { cookie: await signIn() },
    { 'x-twilio-signature': createHmac('sha1', world.apiKey).update(`${world.edgeUrl}/carrier/twilio/voice`).digest('base64') },
    { authorization: `Basic ${Buffer.from('edge:wrong').toString('base64')}` },
    { 'x-plivo-signature-v3': 'x', 'x-plivo-signature-v3-nonce': '1', 'jambonz-signature': 't=1,v1=00', 'telnyx-signature-ed25519': 'x', 'telnyx-timestamp': '1' },
  ];
  for (const route of routesOf('carrier_signature')) {
    await t.test(named(route), async () => {
      for (const headers of wrong) {
        const reply = await ask(route.method, pathOf(route), { ...form, ...headers }, route.method === 'POST' ? body : undefined);
        assert.equal(reply.status, 403, reply.text);
        assert.match(reply.json.error.message, /signature/);
      }
    });
  }
});

test('what is public answers everybody', async (t) => {
  for (const route of routesOf('public').filter(({ method }) => method === 'GET')) {
    await t.test(named(route), async () => {
      const [got, head] = [await ask('GET', pathOf(route)), await ask('HEAD', pathOf(route))];
      assert.deepEqual([got.status, head.status, head.text], [200, 200, '']);
      assert.equal(head.headers.get('content-type'), got.headers.get('content-type'));
    });
  }
});

test('an address says which methods it takes', async (t) => {
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    await t.test(path, async () => {
      const known = ROUTES.filter((route) => route.path === path).map(({ method }) => method);
      const takes = known.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      for (const method of METHODS.filter((one) => !takes.includes(one))) {
        const reply = await ask(method, pathOf({ path }), { origin: world.site.url, authorization: `Bearer ${world.apiKey}` });
        assert.equal(reply.status, 405, `${method} ${reply.text}`);
        assert.deepEqual(reply.headers.get('allow').split(', ').sort(), [...takes].sort());
        assert.equal(reply.headers.get('access-control-allow-origin'), readers(path));
        if (method !== 'HEAD') {
          const said = reply.json.error.message.match(/^This address takes (.+) only\.$/)[1];
          assert.deepEqual(said.split(/, | or /).sort(), [...takes].sort());
          assert.equal(reply.json.error.code, 'wrong_method');
        }
      }
    });
  }
  await t.test('and HEAD where GET does', async () => {
    const key = { authorization: `Bearer ${world.apiKey}` };
    for (const path of ['/v1/sites', '/v1/sites/harbor', '/v1/calls', '/v1/calls/CAL0', '/console']) {
      const [got, head] = [await ask('GET', path, key), await ask('HEAD', path, key)];
      assert.deepEqual([head.status, head.text], [got.status, ''], path);
    }
  });
});

test('what is no address is none, whoever asks', async (t) => {
  const paths = ['/v2/calls', '/v1', '/v1/calls/', '/v1/calls//', '/v1/sites/harbor/more', '/carrier/nobody/voice', '/carrier/twilio/nothing', '/console/nothing', '/nothing', '/%ff', '//'];
  for (const path of paths) {
    await t.test(path, async () => {
      const method = path.startsWith('/carrier/twilio') ? 'POST' : 'GET';
      for (const headers of [{}, { authorization: `Bearer ${world.apiKey}` }]) {
        checkProblem(await ask(method, path, headers), 404, 'no_such_route');
      }
    });
  }
});

test('after all that nothing has happened', async () => {
  const site = await world.api('/v1/sites/harbor');
  assert.deepEqual([site.json.version, site.json.name], [1, world.document.name]);
  assert.deepEqual((await world.api('/v1/calls')).json.calls, []);
});

test('during a rotation both keys hold, and what the old one signed', async () => {
  const [oldKey, newKey] = [world.apiKey, secret()];
  const touch = { at: Date.now(), url: `${world.site.url}/?gclid=before`, referrer: '' };
  const [cookie, link] = [await signIn(), await linkToken([touch])];
  await restart({ API_KEY: newKey, API_KEY_PREVIOUS: oldKey });
  for (const key of [oldKey, newKey]) {
    assert.equal((await world.api('/v1/sites', { key })).status, 200);
    await signIn(key);
  }
  assert.doesNotMatch((await ask('GET', '/console', { cookie })).text, /sign-in"/);
  const followed = await world.lease(visitorId(2), { link, userAgent: 'node', referrer: `${world.site.url}/` });
  assert.match(followed.json.history.touches[0].url, /gclid=before/);
});

test('a signing key of its own ends all sessions, and the old key is none', async () => {
  const [oldKey, cookie] = [world.apiKey, await signIn()];
  await restart({ API_KEY: secret(), SIGNING_KEY: secret() });
  assert.equal((await world.api('/v1/sites', { key: oldKey })).status, 401);
  assert.match((await ask('GET', '/console', { cookie })).text, /sign-in"/);
  assert.doesNotMatch((await ask('GET', '/console', { cookie: await signIn() })).text, /sign-in"/);
});

test('a key that could be guessed is refused with what to do, and visitors notice nothing', async () => {
  await restart({ API_KEY: 'summer2026' });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const [method, path, headers, body] of [
    ['GET', '/v1/calls', { authorization: 'Bearer summer2026' }],
    ['GET', '/v1/calls'],
    ['POST', '/console/sign-in', form, 'key=summer2026'],
    ['POST', '/v1/link', { origin: world.site.url }, bodyOf({ method: 'POST', path: '/v1/link' })],
  ]) {
    const reply = await ask(method, path, headers, body);
    checkProblem(reply, 503, 'not_set_up', path);
    assert.match(reply.json.error.message, /API_KEY is shorter than 32 characters.*openssl rand -hex 32/);
  }
  const lease = await world.lease(visitorId(3));
  assert.equal(lease.json.numbers.length, 1, lease.text);
  const call = await ask('POST', '/carrier/twilio/voice', form, 'CallSid=CA0');
  assert.equal(call.status, 403, 'its signature is looked at, and nothing else is missing');
});

test('what came by http to a worker of https is not taken, and every answer says how it is to be read', async () => {
  const key = randomBytes(16).toString('hex');
  await restart({ API_KEY: key, PUBLIC_URL: 'https://calls.example' });
  const askAs = (host, method, path, headers = {}) => new Promise((resolve, reject) => {
    const sent = request(`${world.edgeUrl}${path}`, { method, headers: { host, ...headers } }, (reply) => {
      reply.setEncoding('utf8');
      let text = '';
      reply.on('data', (chunk) => { text += chunk; });
      reply.on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, text }));
    });
    sent.once('error', reject);
    sent.end();
  });
  const bearer = { authorization: `Bearer ${key}` };
  for (const [method, path, headers] of [['GET', '/v1/calls', bearer], ['POST', '/v1/lease'], ['POST', '/console/sign-in'], ['POST', '/carrier/twilio/voice'], ['GET', '/console', { cookie: '__Host-dni=a' }]]) {
    const { status, text, headers: told } = await askAs('calls.example', method, path, headers);
    assert.deepEqual([status, JSON.parse(text).error.code], [403, 'plain_http'], `${method} ${path}`);
    assert.ok(told['strict-transport-security']);
  }
  const script = await askAs('calls.example', 'GET', '/dni.js?v=1');
  assert.deepEqual([script.status, script.headers.location], [308, 'https://calls.example/dni.js?v=1']);
  assert.equal((await askAs('calls.example', 'GET', '/v1/calls', { ...bearer, 'x-forwarded-proto': 'https' })).status, 200, 'behind a tunnel');

  for (const [path, status] of [['/healthz', 200], ['/dni.js', 200], ['/v1/calls', 200], ['/v1/calls/none', 404], ['/console/sign-in', 200], ['/console/style.css', 200], ['/favicon.ico', 200], ['/none', 404]]) {
    const reply = await askAs('localhost', 'GET', path, bearer);
    assert.deepEqual([reply.status, reply.headers['x-content-type-options'], reply.headers['strict-transport-security']], [status, 'nosniff', 'max-age=31536000'], path);
  }
});

/** Starts the edge anew on the same state, with other secrets. */
async function restart(secrets) {
  await world.edge.stop();
  const [inspectorPort] = await freePorts(1);
  world.edge = await startEdge({
    port: Number(new URL(world.edgeUrl).port), inspectorPort, stateDir: world.stateDir, logFile: `${world.stateDir}/edge.log`,
    env: { PUBLIC_URL: world.edgeUrl, TWILIO_AUTH_TOKEN: world.authToken, ...secrets },
  });
  world.apiKey = secrets.API_KEY;
}
