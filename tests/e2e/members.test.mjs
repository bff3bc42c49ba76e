/** Members, keys, sessions and the audit: who gets in, what they see and may do, and how each of that ends. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { NUMBERS, siteDocument } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const newKey = (kid) => ({ kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });
const AUDIENCE = 'a1b2c3';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** A second site, of another customer. */
const VALLEY = '+13125550181';

let team;
let world;
let harborCall;
let valleyCall;

before(async () => {
  team = await startTeam();
  world = await startWorld({ env: { ACCESS_TEAM_DOMAIN: team.url, ACCESS_AUDIENCE: AUDIENCE } });
  const valley = siteDocument({ origins: ['https://valley.example'], pool: { numbers: [VALLEY], overflow: undefined } });
  const document = { ...valley, name: 'Valley Roofs', targets: [{ number: '+13125550143', pool: 'main' }], source_numbers: [] };
  const put = await world.api('/v1/sites/valley', { method: 'PUT', body: document });
  assert.equal(put.status, 201, JSON.stringify(put.json));
  [harborCall, valleyCall] = await Promise.all([NUMBERS.pool[0], VALLEY].map(async (to) => {
    const { sid } = await world.carrier.placeCall({ from: '+17735550130', to, callee: 'answer', talk_seconds: 1 });
    return world.logged(sid);
  }));
});
after(async () => {
  await world?.close();
  team?.close();
});

async function ask(method, pathname, { key, cookie, body, form, headers } = {}) {
  const response = await fetch(`${world.edgeUrl}${pathname}`, {
    method, redirect: 'manual',
    headers: { ...(key && { authorization: `Bearer ${key}` }), ...(cookie && { cookie }), ...(form !== undefined && FORM), ...headers },
    body: form !== undefined ? new URLSearchParams(form).toString() : body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}

/** Makes a key, or says why not. */
async function makeKey(body, key = world.apiKey) {
  const made = await ask('POST', '/v1/keys', { key, body: { name: 'test', ...body } });
  assert.equal(made.status, 201, made.text);
  return made.json;
}

async function addMember(role, sites, email = `${randomBytes(4).toString('hex')}@example.com`) {
  const added = await ask('POST', '/v1/members', { key: world.apiKey, body: { name: `A ${role}`, email, role, sites } });
  assert.equal(added.status, 201, added.text);
  return added.json;
}

/** Invites a member and takes the invitation as they would; answers their cookie and their sign-in key. */
async function join(member) {
  const { json } = await ask('POST', `/v1/members/${member.id}/invitation`, { key: world.apiKey });
  const joined = await ask('POST', '/console/join', { form: { invitation: json.link } });
  assert.equal(joined.status, 200, joined.text);
  return { link: json.link, cookie: cookieOf(joined), signInKey: /dni_login_[\w-]{43}/.exec(joined.text)[0] };
}

const cookieOf = (reply) => reply.headers.get('set-cookie').split(';')[0];
const check = (reply, status, code) => assert.deepEqual([reply.status, reply.json?.error.code], [status, code], reply.text);
const isSignedIn = async (cookie) => !/action="\/console\/sign-in"/.test((await ask('GET', '/console', { cookie })).text);

describe('a key', () => {
  test('is told once, and stored as a hash', async () => {
    const { key, id, hint } = await makeKey({ scope: 'read', sites: ['harbor'] });
    assert.match(key, /^dni_key_[\w-]{43}$/);
    assert.equal(hint, `${key.slice(0, 12)}…`);
    const told = await ask('GET', `/v1/keys/${id}`, { key: world.apiKey });
    assert.equal(told.json.key, undefined);
    const { key: _, ...record } = (await ask('GET', '/v1/keys', { key: world.apiKey })).json.keys.find((one) => one.id === id);
    assert.deepEqual(told.json, record);
    for (const file of stored()) assert.ok(!readFileSync(file).includes(key), file);
  });

  test('says what it is', async () => {
    const { key, id } = await makeKey({ name: 'CRM', scope: 'write', sites: ['harbor'] });
    assert.deepEqual((await ask('GET', '/v1/me', { key })).json, { actor: { kind: 'api_key', id, name: 'CRM' }, scope: 'write', sites: ['harbor'] });
    const first = { actor: { kind: 'deployment_key', id: null, name: 'API_KEY' }, scope: 'admin', sites: null };
    assert.deepEqual((await ask('GET', '/v1/me', { key: world.apiKey })).json, first);
  });

  test('that is revoked or has expired is refused by the next request, with why', async () => {
    const { key, id } = await makeKey({ scope: 'read', sites: null });
    assert.equal((await ask('GET', '/v1/calls', { key })).status, 200);
    const revoked = await ask('DELETE', `/v1/keys/${id}`, { key: world.apiKey });
    assert.ok(revoked.json.revoked_at);
    check(await ask('GET', '/v1/calls', { key }), 401, 'key_revoked');
    assert.equal((await ask('DELETE', `/v1/keys/${id}`, { key: world.apiKey })).json.revoked_at, revoked.json.revoked_at, 'it stays so since then');
    const short = await makeKey({ scope: 'read', sites: null, expires_at: new Date(Date.now() + 1_500).toISOString() });
    assert.equal((await ask('GET', '/v1/calls', { key: short.key })).status, 200);
    await new Promise((resolve) => { setTimeout(resolve, 1_600); });
    check(await ask('GET', '/v1/calls', { key: short.key }), 401, 'key_expired');
  });

  test('shows when it was last used', async () => {
    const { key, id } = await makeKey({ scope: 'read', sites: null });
    const lastUsed = async () => (await ask('GET', `/v1/keys/${id}`, { key: world.apiKey })).json.last_used_at;
    assert.equal(await lastUsed(), null);
    const began = Date.now();
    await ask('GET', '/v1/me', { key });
    const until = Date.now() + 5_000;
    while (!await lastUsed() && Date.now() < until) await new Promise((resolve) => { setTimeout(resolve, 20); });
    assert.ok(Date.parse(await lastUsed()) >= began - 1_000);
  });

  test('that could be guessed at is refused without a look into the store, and half a key is none', async () => {
    const { key } = await makeKey({ scope: 'read', sites: null });
    for (const wrong of [key.slice(0, -1), `${key}A`, key.toUpperCase(), key.replace('dni_key_', 'dni_login_'), `dni_key_${'A'.repeat(43)}`]) {
      check(await ask('GET', '/v1/calls', { key: wrong }), 401, 'wrong_key');
    }
  });

  for (const [what, body, code, places] of [
    ['no sites', { name: 'x', scope: 'read' }, 'bad_json', ['sites']],
    ['a scope that there is not', { name: 'x', scope: 'all', sites: null }, 'bad_json', ['scope']],
    ['a field that is not known', { name: 'x', scope: 'read', sites: null, role: 'owner' }, 'bad_json', ['role']],
    ['no name, and an end that is over', { name: ' ', scope: 'read', sites: null, expires_at: '2020-01-01T00:00:00Z' }, 'bad_fields', ['name', 'expires_at']],
  ]) {
    test(`with ${what} is not made`, async () => {
      const before = (await ask('GET', '/v1/keys', { key: world.apiKey })).json.keys.length;
      const reply = await ask('POST', '/v1/keys', { key: world.apiKey, body });
      assert.equal(reply.json.error.code, code, reply.text);
      assert.deepEqual(reply.json.error.faults.map((fault) => fault.place), places);
      assert.equal((await ask('GET', '/v1/keys', { key: world.apiKey })).json.keys.length, before);
    });
  }
});

describe('what a scope allows', () => {
  const writes = [
    ['PATCH', () => `/v1/calls/${harborCall.id}`, { note: 'x' }],
    ['PUT', () => '/v1/sites/harbor', {}],
    ['PATCH', () => '/v1/sites/harbor', {}],
    ['DELETE', () => '/v1/sites/harbor'],
    ['POST', () => '/v1/sites/harbor/versions/1/restore'],
    ['POST', () => `/v1/numbers/${NUMBERS.pool[0]}/release`],
  ];
  const admin = [
    ['GET', () => '/v1/members'], ['POST', () => '/v1/members', {}], ['GET', () => '/v1/keys'], ['POST', () => '/v1/keys', {}],
    ['GET', () => '/v1/audit'], ['DELETE', () => `/v1/members/MEM${'0'.repeat(32)}`],
  ];

  test('read changes nothing, and write lets nobody in', async () => {
    const [read, write] = await Promise.all(['read', 'write'].map((scope) => makeKey({ scope, sites: null })));
    for (const [method, pathname, body] of [...writes, ...admin]) {
      const reply = await ask(method, pathname(), { key: read.key, body });
      check(reply, 403, 'scope_too_small');
      assert.match(reply.json.error.message, /This needs the scope (write|admin), and what you have is read; ask an owner\./);
    }
    for (const [method, pathname, body] of admin) check(await ask(method, pathname(), { key: write.key, body }), 403, 'scope_too_small');
  });

  test('nobody hands out more than they have', async () => {
    const { key } = await makeKey({ scope: 'admin', sites: ['harbor'] });
    for (const [scope, sites] of [['read', null], ['read', ['valley']], ['admin', ['harbor', 'valley']]]) {
      check(await ask('POST', '/v1/keys', { key, body: { name: 'x', scope, sites } }), 403, 'more_than_own');
    }
    check(await ask('POST', '/v1/members', { key, body: { name: 'x', email: 'x@example.com', role: 'viewer', sites: null } }), 403, 'more_than_own');
    await makeKey({ scope: 'admin', sites: ['harbor'] }, key);
    const everywhere = await addMember('viewer', null);
    const here = await addMember('viewer', ['harbor']);
    assert.deepEqual((await ask('GET', '/v1/members', { key })).json.members.map(({ id }) => id).filter((id) => [everywhere.id, here.id].includes(id)), [here.id]);
    for (const [method, pathname] of [['GET', ''], ['DELETE', ''], ['POST', '/invitation'], ['DELETE', '/sessions']]) {
      check(await ask(method, `/v1/members/${everywhere.id}${pathname}`, { key }), 404, 'unknown_member');
    }
    check(await ask('PATCH', `/v1/members/${here.id}`, { key, body: { sites: null } }), 403, 'more_than_own');
    assert.deepEqual((await ask('GET', `/v1/members/${here.id}`, { key })).json.sites, ['harbor']);
  });
});

describe('whoever has one site', () => {
  let key;
  before(async () => { ({ key } = await makeKey({ scope: 'admin', sites: ['harbor'] })); });

  test('finds no way to a call of another', async () => {
    const { id } = valleyCall;
    for (const [method, pathname, body] of [
      ['GET', `/v1/calls/${id}`], ['PATCH', `/v1/calls/${id}`, { note: 'x' }], ['GET', `/v1/calls/${id}/recordings/RE1`],
      ['DELETE', `/v1/calls/${id}/recordings/RE1`], ['POST', `/v1/calls/${id}/tasks/summarise/restart`],
    ]) {
      check(await ask(method, pathname, { key, body }), 404, 'unknown_call');
    }
    for (const pathname of ['/v1/calls', '/v1/calls?total=true', '/v1/calls?sort=updated_at', '/v1/calls?search=7735550130', `/v1/calls?tracking_phone_number=${encodeURIComponent(VALLEY)}`]) {
      const { json } = await ask('GET', pathname, { key });
      assert.ok(json.calls.every((call) => call.site_id === 'harbor'), pathname);
      if (json.total !== undefined) assert.equal(json.total, json.calls.length);
    }
    for (const file of ['csv', 'ndjson']) assert.ok(!(await ask('GET', `/v1/calls.${file}`, { key })).text.includes(id), file);
    check(await ask('GET', '/v1/calls?site=valley', { key }), 400, 'bad_parameter');
    assert.equal((await ask('GET', '/v1/calls?site=valley', { key })).text, (await ask('GET', '/v1/calls?site=nowhere', { key })).text, 'it is no other answer than for a site that there is not');
    assert.equal((await ask('GET', '/v1/calls', { key })).json.calls.length, 1);
  });

  test('sees, changes and creates no other', async () => {
    assert.deepEqual((await ask('GET', '/v1/sites', { key })).json.sites.map(({ id }) => id), ['harbor']);
    for (const [method, pathname, body] of [
      ['GET', '/v1/sites/valley'], ['PATCH', '/v1/sites/valley', { name: 'x' }], ['DELETE', '/v1/sites/valley'], ['GET', '/v1/sites/valley/versions'],
      ['GET', '/v1/sites/valley/versions/1'], ['GET', '/v1/sites/valley/versions/1/difference'], ['POST', '/v1/sites/valley/versions/1/restore'],
    ]) {
      check(await ask(method, pathname, { key, body }), 404, 'unknown_site');
    }
    for (const site of ['valley', 'new-site']) {
      check(await ask('PUT', `/v1/sites/${site}`, { key, body: world.document }), 403, 'some_sites_only');
    }
    check(await ask('POST', `/v1/numbers/${encodeURIComponent(VALLEY)}/release`, { key }), 404, 'unknown_number');
    check(await ask('GET', `/v1/numbers/${encodeURIComponent(VALLEY)}`, { key }), 404, 'unknown_number');
    check(await ask('GET', '/v1/numbers?site=valley', { key }), 400, 'bad_parameter');
    const numbers = async (asked) => new Set((await ask('GET', '/v1/numbers?limit=250', { key: asked })).json.numbers.map((one) => one.site_id));
    assert.deepEqual([await numbers(key), await numbers(world.apiKey)], [new Set(['harbor']), new Set(['harbor', 'valley'])]);
    assert.equal((await ask('GET', '/v1/sites/valley', { key: world.apiKey })).json.version, 1);
  });

  test('sees nothing that is the account\'s', async () => {
    for (const [method, pathname] of [
      ['GET', '/v1/kept_webhooks'], ['GET', '/v1/kept_webhooks/1'], ['POST', '/v1/kept_webhooks/1/restart'], ['DELETE', '/v1/kept_webhooks/1'],
      ['PUT', '/v1/complaints/2026-11-20'],
    ]) {
      check(await ask(method, pathname, { key }), 403, 'some_sites_only');
    }
    await ask('GET', '/v1/calls.csv?site=valley', { key: world.apiKey });
    const { entries } = (await ask('GET', '/v1/audit?limit=250', { key })).json;
    assert.ok(entries.length > 0 && entries.every((entry) => entry.site_id === 'harbor'));
    check(await ask('GET', '/v1/audit?site=valley&limit=0', { key }), 400, 'bad_parameter');
  });

  test('sees no more in the console', async () => {
    const { cookie } = await join(await addMember('viewer', ['harbor']));
    const log = await ask('GET', '/console', { cookie });
    assert.ok(log.text.includes(harborCall.id) && !log.text.includes(valleyCall.id));
    assert.equal((await ask('GET', `/console/calls/${valleyCall.id}`, { cookie })).status, 404);
    assert.equal((await ask('GET', `/console/recordings/${valleyCall.id}/RE1`, { cookie })).status, 404);
  });

  test('loses it with the site, also if another gets its name', async () => {
    const document = siteDocument({ origins: ['https://short.example'], pool: { numbers: ['+13125550182'], overflow: undefined } });
    const body = { ...document, targets: [{ number: '+13125550144', pool: 'main' }], source_numbers: [] };
    const put = () => ask('PUT', '/v1/sites/short-lived', { key: world.apiKey, body });
    assert.equal((await put()).status, 201);
    const two = await makeKey({ scope: 'read', sites: ['harbor', 'short-lived'] });
    assert.equal((await ask('GET', '/v1/sites/short-lived', { key: two.key })).status, 200);
    assert.equal((await ask('DELETE', '/v1/sites/short-lived', { key: world.apiKey })).status, 200);
    assert.equal((await put()).status, 201);
    check(await ask('GET', '/v1/sites/short-lived', { key: two.key }), 404, 'unknown_site');
    assert.deepEqual((await ask('GET', '/v1/me', { key: two.key })).json.sites, ['harbor']);
  });
});

describe('an invitation', () => {
  test('works once, whole or as its link, and not when another one was made', async () => {
    const member = await addMember('viewer', null);
    const invite = async () => (await ask('POST', `/v1/members/${member.id}/invitation`, { key: world.apiKey })).json;
    const [old, fresh] = [await invite(), await invite()];
    assert.match(fresh.link, new RegExp(`^${world.edgeUrl}/console/join#dni_invite_[\\w-]{43}$`));
    const take = (invitation) => ask('POST', '/console/join', { form: { invitation } });
    assert.equal((await take(old.link)).status, 401);
    assert.equal((await take('dni_invite_x')).status, 401);
    const [one, other] = await Promise.all([take(fresh.link), take(fresh.link.split('#')[1])]);
    assert.deepEqual([one.status, other.status].sort(), [200, 401], 'of two at once one gets in');
    assert.equal((await take(fresh.link)).status, 401);
  });

  test('is put into the form by the page itself, and out of the address', async () => {
    const member = await addMember('editor', ['harbor']);
    const { link } = (await ask('POST', `/v1/members/${member.id}/invitation`, { key: world.apiKey })).json;
    const page = await (await world.browser()).newPage();
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(link);
    await page.waitForFunction(() => document.getElementById('invitation').value.startsWith('dni_invite_'));
    assert.equal(page.url(), `${world.edgeUrl}/console/join`);
    await page.getByRole('button', { name: 'Take it' }).click();
    const signInKey = await page.locator('code.secret').textContent();
    await page.getByRole('link', { name: 'Open the call log' }).click();
    await page.getByRole('link', { name: 'You' }).click();
    await page.getByText('Editor: look at calls').waitFor();
    await page.getByRole('button', { name: 'Sign out here' }).click();
    await page.getByLabel('Sign-in key').fill(signInKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('this browser').waitFor();
    assert.ok(requests.every((url) => !url.includes('dni_invite_') && !url.includes('dni_login_')), 'no address has a secret in it');
    await page.close();
  });
});

describe('a session', () => {
  test('has a cookie that scripts, other hosts and other schemes do not get', async () => {
    const reply = await ask('POST', '/console/sign-in', { form: { key: world.apiKey } });
    assert.match(reply.headers.get('set-cookie'), /^dni_console=dni_session_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/);
  });

  test('ends itself at sign-out: a copy of its cookie opens nothing', async () => {
    const { cookie } = await join(await addMember('viewer', null));
    assert.ok(await isSignedIn(cookie));
    const out = await ask('POST', '/console/sign-out', { cookie });
    assert.deepEqual([out.status, out.headers.get('location')], [303, '/console']);
    assert.match(out.headers.get('set-cookie'), /Max-Age=0/);
    assert.ok(!await isSignedIn(cookie));
  });

  test('can be ended from another, and only by its own member', async () => {
    const member = await addMember('viewer', null);
    const { cookie, signInKey } = await join(member);
    const second = cookieOf(await ask('POST', '/console/sign-in', { form: { key: signInKey } }));
    const ids = [...(await ask('GET', '/console/account', { cookie })).text.matchAll(/sessions\/(SES[0-9a-f]{32})\/end/g)].map(([, id]) => id);
    assert.equal(ids.length, 2);
    const { cookie: stranger } = await join(await addMember('owner', null));
    for (const id of ids) assert.equal((await ask('POST', `/console/account/sessions/${id}/end`, { cookie: stranger })).status, 404);
    assert.ok(await isSignedIn(second));
    for (const id of ids) await ask('POST', `/console/account/sessions/${id}/end`, { cookie });
    assert.ok(!await isSignedIn(second) && !await isSignedIn(cookie));
  });

  test('goes on with what its member may do now, and ends with them', async () => {
    const member = await addMember('owner', null);
    const { cookie, signInKey } = await join(member);
    assert.ok((await ask('GET', '/console', { cookie })).text.includes(valleyCall.id));
    await ask('PATCH', `/v1/members/${member.id}`, { key: world.apiKey, body: { role: 'viewer', sites: ['harbor'] } });
    assert.ok(!(await ask('GET', '/console', { cookie })).text.includes(valleyCall.id));
    assert.equal((await ask('DELETE', `/v1/members/${member.id}/sessions`, { key: world.apiKey })).status, 200);
    assert.ok(!await isSignedIn(cookie));
    assert.equal((await ask('POST', '/console/sign-in', { form: { key: signInKey } })).status, 401);
    const again = await join(member);
    assert.ok(await isSignedIn(again.cookie));
    assert.equal((await ask('DELETE', `/v1/members/${member.id}`, { key: world.apiKey })).status, 200);
    assert.ok(!await isSignedIn(again.cookie));
    assert.equal((await ask('POST', '/console/sign-in', { form: { key: again.signInKey } })).status, 401);
    check(await ask('GET', `/v1/members/${member.id}`, { key: world.apiKey }), 404, 'unknown_member');
  });

  test('is none for the REST API', async () => {
    const { cookie } = await join(await addMember('owner', null));
    check(await ask('GET', '/v1/calls', { cookie }), 401, 'wrong_key');
  });

  test('takes forms of its own pages alone', async () => {
    const { cookie } = await join(await addMember('owner', null));
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { origin: world.site.url }, { 'sec-fetch-site': 'cross-site' }]) {
      for (const [pathname, form] of [['/console/sign-out', {}], ['/console/sign-in', { key: world.apiKey }], ['/console/join', { invitation: 'x' }], [`/console/account/sessions/SES${'0'.repeat(32)}/end`, {}]]) {
        check(await ask('POST', pathname, { cookie, form, headers }), 403, 'foreign_form');
      }
    }
    assert.ok(await isSignedIn(cookie));
    const own = { origin: world.edgeUrl, 'sec-fetch-site': 'same-origin' };
    assert.equal((await ask('POST', '/console/sign-out', { cookie, form: {}, headers: own })).status, 303);
  });
});

describe('Cloudflare Access', () => {
  const enter = (token, to = '/console') => ask('GET', `/console/access?to=${encodeURIComponent(to)}`, { headers: { 'cf-access-jwt-assertion': token } });

  test('signs in whom it let through, and sends them on to what they asked for', async () => {
    const member = await addMember('viewer', ['harbor'], 'Ann.Lee@Example.com');
    const page = `/console/calls/${harborCall.id}`;
    const first = await ask('GET', page, { headers: { 'cf-access-jwt-assertion': team.token() } });
    assert.deepEqual([first.status, first.headers.get('location')], [303, `/console/access?to=${encodeURIComponent(page)}`]);
    const entered = await enter(team.token({ email: 'ann.lee@example.COM' }), page);
    assert.deepEqual([entered.status, entered.headers.get('location')], [303, page], entered.text);
    assert.ok((await ask('GET', page, { cookie: cookieOf(entered) })).text.includes('+1773') || (await ask('GET', page, { cookie: cookieOf(entered) })).status === 200);
    assert.ok(Date.parse((await ask('GET', `/v1/members/${member.id}`, { key: world.apiKey })).json.signed_in_at) > Date.now() - 60_000);
    check(await enter(team.token({ email: 'nobody@example.com' })), 403, 'no_member');
  });

  test('lets nobody in by a token that is wrong in any way', async () => {
    await addMember('owner', null, 'boss@example.com');
    const claims = { email: 'boss@example.com' };
    const good = team.token(claims);
    const [head, body, signature] = good.split('.');
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const now = Math.floor(Date.now() / 1000);
    for (const [what, token] of Object.entries({
      'another signature': `${head}.${body}.${Buffer.alloc(256).toString('base64url')}`,
      'no signature': `${head}.${body}.`,
      'a changed body': `${head}.${Buffer.from(Buffer.from(body, 'base64url').toString().replace('boss', 'bass')).toString('base64url')}.${signature}`,
      'a key of somebody else': team.token(claims, { privateKey: other.privateKey }),
      'a key that the team has not': team.token(claims, { kid: 'unknown' }),
      'no algorithm': team.token(claims, { alg: 'none' }),
      'a shared secret': team.token(claims, { alg: 'HS256' }),
      'another application': team.token({ ...claims, aud: ['other'] }),
      'another team': team.token({ ...claims, iss: 'https://other.cloudflareaccess.com' }),
      'a time that is over': team.token({ ...claims, exp: now - 120 }),
      'a time to come': team.token({ ...claims, nbf: now + 120 }),
      'a program': team.token({ email: undefined, common_name: 'robot' }),
      'more than a token': `${good}${'A'.repeat(9_000)}`,
    })) {
      const reply = await enter(token);
      check(reply, 403, 'access_refused');
      assert.equal(reply.headers.get('set-cookie'), null, what);
    }
    assert.equal((await enter(good)).status, 303);
    assert.match((await ask('GET', '/console/access')).text, /action="\/console\/sign-in"/, 'whom Access says nothing about signs in with a key');
  });

  test('may change its keys', async () => {
    await addMember('owner', null, 'rotating@example.com');
    team.rotate();
    // Unknown names of keys are asked for once a minute, and the test before has just asked.
    await world.powerCut();
    assert.equal((await enter(team.token({ email: 'rotating@example.com' }))).status, 303);
  });
});

describe('the audit', () => {
  test('tells who changed what, and what was different', async () => {
    const owner = await makeKey({ name: 'Owner key', scope: 'admin', sites: null });
    const member = (await ask('POST', '/v1/members', { key: owner.key, body: { name: 'Bo', email: 'bo@example.com', role: 'viewer', sites: null } })).json;
    await ask('PATCH', `/v1/members/${member.id}`, { key: owner.key, body: { role: 'editor' } });
    await ask('PATCH', `/v1/calls/${harborCall.id}`, { key: owner.key, body: { note: 'Ring again' } });
    await ask('PATCH', '/v1/sites/harbor', { key: owner.key, body: { name: 'Harbor Heating' } });
    await ask('GET', '/v1/calls.csv?site=harbor&search=7735550130&columns=id', { key: owner.key });
    await ask('DELETE', `/v1/members/${member.id}`, { key: owner.key });
    const { entries } = (await ask('GET', `/v1/audit?actor=${owner.id}`, { key: owner.key })).json;
    assert.deepEqual(entries.map(({ action, site_id: site, subject }) => [action, site, subject]), [
      ['member.removed', null, member.id],
      ['calls.exported', 'harbor', 'site=harbor&search=…&columns=id'],
      ['site.published', 'harbor', 'harbor'],
      ['call.changed', 'harbor', harborCall.id],
      ['member.changed', null, member.id],
      ['member.added', null, member.id],
    ]);
    assert.ok(entries.every(({ actor }) => actor.kind === 'api_key' && actor.name === 'Owner key'));
    const changes = (action) => entries.find((entry) => entry.action === action).difference.changes.filter(({ place }) => place !== 'updated_at');
    assert.deepEqual(changes('member.changed'), [{ place: 'role', before: 'viewer', after: 'editor' }]);
    assert.deepEqual(changes('call.changed'), [{ place: 'note', after: '(10 other characters)' }]);
    assert.deepEqual(changes('site.published'), [{ place: 'name', before: 'Harbor Heating & Air', after: 'Harbor Heating' }]);
    const [page] = [(await ask('GET', `/v1/audit?actor=${owner.id}&limit=2`, { key: owner.key })).json];
    assert.equal(page.entries.length, 2);
    assert.equal((await ask('GET', `/v1/audit?actor=${owner.id}&limit=250&cursor=${page.next_cursor}`, { key: owner.key })).json.entries.length, 4);
  });

  test('holds no secret, and the database refuses to change or delete a line', async () => {
    await world.powerCut((stateDir) => {
      const database = new DatabaseSync(databaseOf(stateDir));
      const rows = database.prepare('SELECT * FROM audit').all();
      assert.ok(rows.length > 10);
      assert.doesNotMatch(JSON.stringify(rows), /dni_(?:key|login|invite|session)_[\w-]{43}/);
      assert.throws(() => database.exec("UPDATE audit SET actor_name = 'nobody'"), /the audit is not changed/);
      assert.throws(() => database.exec('DELETE FROM audit'), /the audit is not deleted from/);
      database.close();
    });
  });
});

describe('a request that is sent again', () => {
  const post = (pathname, idempotencyKey, body, key = world.apiKey) => ask('POST', pathname, { key, body, headers: { 'idempotency-key': idempotencyKey } });
  const member = (email) => ({ name: 'Twice', email, role: 'viewer', sites: null });

  test('is answered as before, and not done again', async () => {
    const id = randomBytes(8).toString('hex');
    const first = await post('/v1/members', id, member('twice@example.com'));
    const again = await post('/v1/members', id, member('twice@example.com'));
    assert.deepEqual([first.status, again.status, again.json], [201, 201, first.json]);
    assert.deepEqual([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')], [null, 'true']);
    const { members } = (await ask('GET', '/v1/members', { key: world.apiKey })).json;
    assert.equal(members.filter(({ email }) => email === 'twice@example.com').length, 1);
  });

  test('at the same time is done once', async () => {
    const id = randomBytes(8).toString('hex');
    const replies = await Promise.all(Array.from({ length: 5 }, () => post('/v1/members', id, member('at-once@example.com'))));
    for (const reply of replies) assert.ok(reply.status === 201 || reply.json.code === 'in_progress', reply.text);
    assert.equal(new Set(replies.filter(({ status }) => status === 201).map(({ json }) => json.id)).size, 1);
  });

  test('with another body, or by another key, is another one', async () => {
    const id = randomBytes(8).toString('hex');
    await post('/v1/members', id, member('one@example.com'));
    check(await post('/v1/members', id, member('other@example.com')), 422, 'idempotency_key_reused');
    check(await post('/v1/keys', id, { name: 'x', scope: 'read', sites: null }), 422, 'idempotency_key_reused');
    const { key } = await makeKey({ scope: 'admin', sites: null });
    assert.equal((await post('/v1/members', id, member('other@example.com'), key)).status, 201);
  });

  test('may succeed after a refusal', async () => {
    const id = randomBytes(8).toString('hex');
    check(await post('/v1/members', id, member('no address')), 422, 'bad_fields');
    assert.equal((await post('/v1/members', id, member('address@example.com'))).status, 201, 'nothing was done, so its key is free');
  });

  test('tells no secret twice, and makes no second one', async () => {
    const id = randomBytes(8).toString('hex');
    const count = async () => (await ask('GET', '/v1/keys', { key: world.apiKey })).json.keys.length;
    const body = { name: 'once', scope: 'read', sites: null };
    const made = await post('/v1/keys', id, body);
    assert.deepEqual([made.status, made.headers.get('cache-control'), made.headers.get('told-once')], [201, 'no-store', 'true']);
    const before = await count();
    check(await post('/v1/keys', id, body), 409, 'told_once');
    assert.equal(await count(), before);
    for (const file of stored()) assert.ok(!readFileSync(file).includes(made.json.key), file);
  });

  test('must have a key that is one', async () => {
    for (const key of ['a b', 'k'.repeat(256)]) check(await post('/v1/members', key, member('x@example.com')), 400, 'bad_parameter');
  });
});

describe('the brake', () => {
  test('tells a network that sends wrong keys to wait, and nobody else', async () => {
    const from = (address, options = {}) => ask('GET', '/v1/calls', { key: 'wrong', headers: { 'cf-connecting-ip': address }, ...options });
    let reply;
    for (let tries = 0; tries < 40; tries += 1) reply = await from('2001:db8:0:7::1');
    check(reply, 429, 'too_many_wrong_keys');
    assert.equal(reply.headers.get('retry-after'), '60');
    check(await from('2001:db8:0:7:ffff::2'), 429, 'too_many_wrong_keys');
    check(await from('2001:db8:0:8::1'), 401, 'wrong_key');
    const headers = { 'cf-connecting-ip': '2001:db8:0:7::1' };
    check(await ask('POST', '/console/sign-in', { form: { key: 'wrong' }, headers }), 429, 'too_many_wrong_keys');
    check(await ask('POST', '/console/join', { form: { invitation: 'wrong' }, headers }), 429, 'too_many_wrong_keys');
    assert.equal((await ask('GET', '/v1/calls', { key: world.apiKey, headers })).status, 200, 'the right key is none of them');
    assert.doesNotMatch(readFileSync(path.join(world.stateDir, 'edge.log'), 'utf8'), /Bearer|dni_key_[\w-]{43}/);
  });

  test('says how often a key may ask', async () => {
    const { key } = await makeKey({ scope: 'read', sites: null });
    const replies = [];
    for (let asked = 0; asked < 620; asked += 20) {
      replies.push(...await Promise.all(Array.from({ length: 20 }, () => ask('GET', '/v1/me', { key }))));
    }
    assert.equal(replies[0].headers.get('ratelimit-policy'), '"key";q=600;w=60');
    const last = replies.at(-1);
    check(last, 429, 'too_many_requests');
    assert.equal(last.headers.get('retry-after'), '60');
    assert.equal((await ask('GET', '/v1/me', { key: world.apiKey })).status, 200, 'another key is not braked');
  });
});

function databaseOf(stateDir) {
  const folder = path.join(stateDir, 'v3/d1');
  return path.join(folder, readdirSync(folder, { recursive: true }).find((name) => /[0-9a-f]{64}\.sqlite$/.test(name)));
}

/** Every file of the worker's stores. */
function stored() {
  return readdirSync(path.join(world.stateDir, 'v3'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** A team of Cloudflare Access: the address where its keys are, and what signs with them. */
async function startTeam() {
  let keys = [newKey('k1')];
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.statusCode = request.url === '/cdn-cgi/access/certs' ? 200 : 404;
    response.end(JSON.stringify({ keys: keys.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' })) }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${server.address().port}`;
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url,
    token(claims = {}, { kid = keys.at(-1).kid, alg = 'RS256', privateKey = keys.at(-1).privateKey } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const body = { iss: url, aud: [AUDIENCE], email: 'ann@example.com', iat: now, nbf: now, exp: now + 300, type: 'app', sub: 'u1', ...claims };
      const signed = `${part({ alg, kid, typ: 'JWT' })}.${part(body)}`;
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
    rotate() { keys = [newKey('k2')]; },
    close() { server.close(); server.closeAllConnections(); },
  };
}

