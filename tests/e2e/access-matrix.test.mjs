/**
 * Every operation of the REST API, as its own description lists them, with every kind of credential: each gets exactly what the
 * description promises.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { siteDocument } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const SCOPES = ['read', 'write', 'admin'];
const ROLES = { viewer: 'read', editor: 'write', owner: 'admin' };
/** What stands in place of a path's open parts: things that there are not, so that what is allowed changes nothing. */
const OPEN = {
  id: `XXX${'0'.repeat(32)}`, recording: 'RE0', kind: 'summarise', day: '2026-11-20', number: '+13125559997', version: '9999',
};

let world;
let document;
let operations;
const keys = {};
const cookies = {};

before(async () => {
  world = await startWorld();
  document = await (await fetch(`${world.edgeUrl}/v1/openapi.json`)).json();
  operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })));
  const valley = { ...siteDocument({ origins: ['https://valley.example'], pool: { numbers: ['+13125550181'], overflow: undefined } }), targets: [{ number: '+13125550143', pool: 'main' }], source_numbers: [] };
  assert.equal((await world.api('/v1/sites/valley', { method: 'PUT', body: valley })).status, 201);
  for (const scope of SCOPES) {
    keys[scope] = await makeKey({ scope, sites: null });
    keys[`${scope} of another site`] = await makeKey({ scope, sites: ['valley'] });
  }
  keys.revoked = await makeKey({ scope: 'admin', sites: null }, (id) => world.api(`/v1/keys/${id}`, { method: 'DELETE' }));
  keys.expired = await makeKey({ scope: 'admin', sites: null, expires_at: new Date(Date.now() + 1_000).toISOString() });
  for (const role of Object.keys(ROLES)) cookies[role] = await signIn(role);
  await new Promise((resolve) => { setTimeout(resolve, 1_100); });
});
after(() => world?.close());

async function makeKey(body, then = () => {}) {
  const { status, json } = await world.api('/v1/keys', { method: 'POST', body: { name: 'matrix', ...body } });
  assert.equal(status, 201, JSON.stringify(json));
  await then(json.id);
  return json.key;
}

async function signIn(role) {
  const { json: member } = await world.api('/v1/members', { method: 'POST', body: { name: role, email: `${role}@example.com`, role, sites: null } });
  const { json } = await world.api(`/v1/members/${member.id}/invitation`, { method: 'POST' });
  const joined = await fetch(`${world.edgeUrl}/console/join`, { method: 'POST', body: new URLSearchParams({ invitation: json.link }) });
  assert.equal(joined.status, 200);
  return joined.headers.get('set-cookie').split(';')[0];
}

async function ask({ method, path, requestBody }, headers) {
  const url = `${world.edgeUrl}${path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path.startsWith('/v1/sites') && name === 'id' ? 'nowhere' : OPEN[name]))}`;
  const body = requestBody ? '[]' : undefined;
  const response = await fetch(url, { method, headers, body });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}

const bearer = (key) => ({ authorization: `Bearer ${key}` });

/** That an answer is one of those that the description lists, and a refusal is of the shape it has there. */
function checkDescribed(operation, { status, json, text }) {
  const described = operation.responses[status];
  assert.ok(described, `${operation.method} ${operation.path} answers ${status}, which is not described: ${text}`);
  if (status >= 400) {
    const { type, title, detail, code, error } = json;
    assert.deepEqual({ type, status: json.status, code: error.code, message: error.message }, { type: `urn:dni:problem:${code}`, status, code, message: detail });
    assert.match(title, /^[A-Z]/);
  }
}

test('the description is the one in the repository, and knows every guarded route', () => {
  assert.deepEqual(document, JSON.parse(readFileSync(new URL('../../edge-worker/openapi.json', import.meta.url), 'utf8')));
  const routes = JSON.parse(readFileSync(new URL('../../edge-worker/routes.json', import.meta.url), 'utf8'));
  const guarded = routes.filter(({ who }) => who === 'api_key').map(({ method, path, scope }) => `${method} ${path} ${scope}`);
  const described = operations.filter(({ security }) => security).map(({ method, path, security }) => `${method} ${path} ${security[0].key[0]}`);
  assert.deepEqual(described.sort(), guarded.sort());
});

test('every operation with every credential', async (t) => {
  for (const operation of operations.filter(({ security }) => security)) {
    const needed = SCOPES.indexOf(operation.security[0].key[0]);
    await t.test(`${operation.method} ${operation.path}`, async () => {
      const refused = { 'no key': {}, 'a wrong key': bearer(randomBytes(32).toString('hex')), 'a made-up key': bearer(`dni_key_${randomBytes(32).toString('base64url')}`) };
      for (const role of Object.keys(ROLES)) refused[`a console of a ${role}`] = { cookie: cookies[role] };
      for (const [what, headers] of Object.entries(refused)) {
        const reply = await ask(operation, headers);
        assert.deepEqual([reply.status, reply.json?.code], [401, 'wrong_key'], what);
        checkDescribed(operation, reply);
      }
      for (const [what, code] of [['revoked', 'key_revoked'], ['expired', 'key_expired']]) {
        const reply = await ask(operation, bearer(keys[what]));
        assert.deepEqual([reply.status, reply.json?.code], [401, code], what);
      }
      for (const [place, scope] of SCOPES.entries()) {
        for (const whose of ['', ' of another site']) {
          const reply = await ask(operation, bearer(keys[`${scope}${whose}`]));
          checkDescribed(operation, reply);
          if (place < needed) assert.deepEqual([reply.status, reply.json?.code], [403, 'scope_too_small'], `${scope}${whose}`);
          else assert.notEqual(reply.json?.code, 'scope_too_small', `${scope}${whose}: ${reply.text}`);
          if (place >= needed && !whose) assert.notEqual(reply.status, 403, reply.text);
        }
      }
    });
  }
});

test('a console shows each role its pages', async () => {
  for (const role of Object.keys(ROLES)) {
    for (const page of ['/console', '/console/account']) {
      const response = await fetch(`${world.edgeUrl}${page}`, { headers: { cookie: cookies[role] } });
      assert.equal(response.status, 200);
      assert.doesNotMatch(await response.text(), /action="\/console\/sign-in"/);
    }
  }
});

test('whoever asks for problems by RFC 9457 gets them so called', async () => {
  for (const [accept, type] of [['application/problem+json', 'application/problem+json; charset=utf-8'], ['*/*', 'application/json; charset=utf-8']]) {
    const response = await fetch(`${world.edgeUrl}/v1/sites/nowhere`, { headers: { accept, ...bearer(keys.read) } });
    assert.deepEqual([response.status, response.headers.get('content-type')], [404, type]);
    assert.equal((await response.json()).title, 'Unknown site');
  }
});

test('after all that nothing has happened', async () => {
  const { sites } = (await world.api('/v1/sites')).json;
  assert.deepEqual(sites.map(({ id, version }) => [id, version]), [['harbor', 1], ['valley', 1]]);
  assert.deepEqual((await world.api('/v1/members')).json.members.map(({ name }) => name), ['editor', 'owner', 'viewer']);
});
