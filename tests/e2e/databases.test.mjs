/** Several databases: where a site's calls are, how all are read as one log, and how they are brought from one into another. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NUMBERS, siteDocument } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const PROGRAM = fileURLToPath(new URL('../../dni-wasm/npm/bin/dni-wasm.js', import.meta.url));
/** Calls of each of the two sites at first: a request of a move copies two hundred. */
const COUNT = 450;
/** When the last of them began. */
const LAST = Date.parse('2026-11-22T18:00:00Z');
const VALLEY = '+13125550181';

let world;
before(async () => {
  world = await startWorld({ databases: ['DB_1'] });
  const { sid } = await world.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
  const record = await world.logged(sid);
  const valley = { ...siteDocument({ origins: ['https://valley.example'], pool: { numbers: [VALLEY], overflow: undefined } }), name: 'Valley', targets: [{ number: '+13125550143', pool: 'main' }], source_numbers: [] };
  assert.equal((await world.api('/v1/sites/valley', { method: 'PUT', body: valley })).status, 201);
  assert.equal((await move('valley', 'DB_1')).json.done, true);
  await world.powerCut(() => {
    write('DB', 'harbor', record);
    write('DB_1', 'valley', record);
  });
});
after(() => world?.close());

/** Opens a database's file, also while the worker uses it: the sites stand in the first alone. */
function open(name, options = {}) {
  const folder = path.join(world.stateDir, 'v3/d1');
  const files = readdirSync(folder, { recursive: true }).filter((file) => /[0-9a-f]{64}\.sqlite$/.test(file));
  const all = files.map((file) => new DatabaseSync(path.join(folder, file), options));
  const isFirst = (database) => database.prepare('SELECT count(*) AS sites FROM site').get().sites > 0;
  const found = all.find((database) => isFirst(database) === (name === 'DB'));
  for (const other of all) if (other !== found) other.close();
  return found;
}

/** Writes calls as they would stand in a database, those of two sites in turn. */
function write(name, site, record) {
  const database = open(name);
  const insert = database.prepare('INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, search_row) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)');
  database.exec('BEGIN');
  for (let at = 0; at < COUNT; at += 1) {
    const [id, startedAt] = [`CAL${site}${String(at).padStart(5, '0')}`, LAST - at * 60_000 - (site === 'harbor' ? 0 : 30_000)];
    const source = at % 3 ? 'google' : 'bing';
    const whole = { ...record, id, site_id: site, source, customer_name: `Caller ${site} n${at}`, start_time: new Date(startedAt).toISOString() };
    insert.run(id, site, startedAt, startedAt, 'answered', record.tracking_phone_number, source, JSON.stringify(whole), 10_000 + at);
  }
  database.exec('COMMIT');
  database.close();
}

/** Counts what a database's file has of a site: calls, and entries of the search's index. */
function stored(name, site) {
  const database = open(name, { readOnly: true });
  const calls = database.prepare('SELECT count(*) AS n FROM call WHERE site = ?').get(site).n;
  const indexed = database.prepare('SELECT count(*) AS n FROM call_search').get().n;
  database.close();
  return { calls, indexed };
}

/** Walks through all pages. */
async function walk(query = '') {
  const calls = [];
  for (let cursor = ''; ;) {
    const { status, json } = await world.api(`/v1/calls?${query}&limit=250&fields=id,start_time,site_id${cursor && `&cursor=${cursor}`}`);
    assert.equal(status, 200, JSON.stringify(json));
    calls.push(...json.calls);
    assert.ok(calls.length <= 5 * COUNT, 'a page comes twice');
    if (json.next_cursor === null) return calls;
    cursor = json.next_cursor;
  }
}

const total = async (query = '') => (await world.api(`/v1/calls?${query}&total=true&limit=1`)).json.total;
const move = (site, database, key) => world.api(`/v1/sites/${site}/move`, { method: 'POST', body: { database }, key });
const PERIOD = 'start_date=2026-11-01T00:00:00Z&end_date=2027-01-01T00:00:00Z&time_zone=America/Chicago';

/** What anybody can see of the log, by every way of asking. */
async function seen() {
  const report = (await world.api(`/v1/reports/calls?group_by=site,source&${PERIOD}`)).json;
  const exported = await fetch(`${world.edgeUrl}/v1/calls.ndjson?columns=id`, { headers: { authorization: `Bearer ${world.apiKey}` } });
  return {
    ids: (await walk()).map(({ id }) => id),
    ofHarbor: await total('site=harbor'),
    ofBing: await total('source=bing'),
    exported: (await exported.text()).trim().split('\n').map((line) => JSON.parse(line).id),
    total: report.total.calls,
    groups: report.groups.map(({ key, calls }) => [key.site, key.source, calls]),
    one: (await world.api('/v1/calls/CALharbor00017')).json.id,
  };
}

test('a new site has its calls in the smallest database, and all are read as one log', async () => {
  const { databases } = (await world.api('/v1/databases')).json;
  assert.deepEqual(databases.map(({ name, sites }) => [name, sites]), [['DB', 1], ['DB_1', 1]]);
  const [smallest] = databases.toSorted((one, other) => one.bytes - other.bytes);
  assert.deepEqual(databases.filter((database) => database.takes_new_sites), [smallest]);
  const fresh = { ...siteDocument({ origins: ['https://quay.example'], pool: { numbers: ['+13125550182'], overflow: undefined } }), targets: [{ number: '+13125550144', pool: 'main' }], source_numbers: [] };
  assert.equal((await world.api('/v1/sites/quay', { method: 'PUT', body: fresh })).status, 201);
  const after = (await world.api('/v1/databases')).json.databases.find(({ name }) => name === smallest.name);
  assert.equal(after.sites, 2);
  assert.deepEqual([(stored('DB', 'valley')).calls, (stored('DB_1', 'valley')).calls], [0, COUNT]);

  const { sid } = await world.carrier.placeCall({ from: '+17735550131', to: VALLEY, callee: 'answer', talk_seconds: 1 });
  assert.equal((await world.logged(sid)).site_id, 'valley');
  assert.equal((stored('DB_1', 'valley')).calls, COUNT + 1);

  const all = await walk();
  assert.equal(all.length, 2 * COUNT + 2);
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.deepEqual(all, all.toSorted((one, other) => (one.start_time < other.start_time ? 1 : -1)), 'the newest first, of both');
  const { ids, exported, total: counted, groups } = await seen();
  assert.deepEqual(exported, ids);
  assert.equal(counted, ids.length);
  assert.equal(groups.reduce((sum, [, , calls]) => sum + calls, 0), ids.length);
  assert.deepEqual(groups.slice(0, 2), [['harbor', 'google', COUNT / 3 * 2], ['valley', 'google', COUNT / 3 * 2]]);
});

test('while a site is on its way nothing is seen of it, and it can be turned back', async () => {
  const known = await seen();
  const first = (await move('harbor', 'DB_1')).json;
  assert.deepEqual(first, { site_id: 'harbor', database: 'DB', done: false, copied: 200, deleted: 0 });
  assert.deepEqual(await seen(), known, 'copies are not seen');
  const taken = await world.carrier.placeCall({ from: '+17735550132', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
  const call = await world.logged(taken.sid);
  const edited = await world.api(`/v1/calls/${call.id}`, { method: 'PATCH', body: { note: 'asked about pineapples' } });
  assert.equal(edited.status, 200);
  assert.ok((stored('DB_1', 'harbor')).calls > 200, 'a call that comes meanwhile is written to both');

  let last;
  for (let request = 0; request < 20 && !last?.done; request += 1) last = (await move('harbor', 'DB')).json;
  assert.deepEqual([last.database, last.done], ['DB', true]);
  assert.deepEqual([(stored('DB_1', 'harbor')).calls, (stored('DB', 'harbor')).calls], [0, COUNT + 2]);
  assert.equal((await walk()).length, known.ids.length + 1);
  assert.deepEqual((await world.api('/v1/calls?search=pineapples')).json.calls.map(({ id }) => id), [call.id]);
});

test('the calls of a site are moved while calls come in, and after a power cut the move goes on', async () => {
  const known = await seen();
  await move('harbor', 'DB_1');
  await world.powerCut();
  assert.deepEqual(await seen(), known);
  const coming = [1, 2, 3].map((n) => world.carrier.placeCall({ from: `+1773555014${n}`, to: NUMBERS.pool[n % 2], callee: 'answer', talk_seconds: 1 }));
  const env = { PATH: process.env.PATH, DNI_KEY: world.apiKey, DNI_EDGE: world.edgeUrl };
  const moved = await new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, 'move', 'harbor', 'DB_1'], { env, encoding: 'utf8' }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
  assert.equal(moved.code, 0, moved.out + moved.err);
  assert.match(moved.out, /^✔ the calls of harbor are in DB_1: \d+ copied, \d+ deleted where they were\n$/);
  for (const { sid } of await Promise.all(coming)) await world.logged(sid);

  assert.deepEqual([(stored('DB', 'harbor')).calls, (stored('DB_1', 'harbor')).calls], [0, COUNT + 5]);
  assert.equal((stored('DB', 'harbor')).indexed, 0, 'the search forgets them where they were');
  const now = await seen();
  assert.deepEqual(now.ids.filter((id) => known.ids.includes(id)), known.ids, 'the same calls in the same order');
  assert.deepEqual([now.ids.length, now.total, now.one], [known.ids.length + 3, known.total + 3, known.one]);
  assert.deepEqual((await world.api('/v1/calls?search=pineapples')).json.calls.map(({ note }) => note), ['asked about pineapples']);
  assert.deepEqual((await world.api('/v1/calls?search=n17+caller+harbor')).json.calls.map(({ id }) => id), ['CALharbor00017']);
  assert.equal((await world.api('/v1/databases')).json.databases.reduce((sum, { sites }) => sum + sites, 0), 3);
  const { entries } = (await world.api('/v1/audit?action=site.moved')).json;
  const [there, back] = [{ place: 'database', before: 'DB', after: 'DB_1' }, { place: 'database', before: 'DB_1', after: 'DB' }];
  assert.deepEqual(entries.filter(({ subject }) => subject === 'harbor').map(({ difference }) => difference.changes[0]), [there, back, there]);
});

test('a place that there is not, and whoever may not move, are told so', async () => {
  const refused = async (answer, status, code) => {
    const { status: got, json } = await answer;
    assert.deepEqual([got, json.error.code], [status, code], JSON.stringify(json));
    return json;
  };
  const { error } = await refused(move('harbor', 'DB_7'), 422, 'bad_fields');
  assert.deepEqual(error.faults.map(({ code, place }) => [code, place]), [['unknown_database', 'database']]);
  assert.match(error.faults[0].message, /There are: DB, DB_1\./);
  await refused(move('nowhere', 'DB'), 404, 'unknown_site');
  await refused(world.api('/v1/sites/harbor/move', { method: 'POST', body: {} }), 400, 'bad_json');
  const { json: { key } } = await world.api('/v1/keys', { method: 'POST', body: { name: 'agency', scope: 'admin', sites: ['harbor'] } });
  await refused(move('harbor', 'DB', key), 403, 'some_sites_only');
  await refused(world.api('/v1/databases', { key }), 403, 'some_sites_only');
  const moved = (await move('harbor', 'DB_1')).json;
  assert.deepEqual([moved.done, moved.copied, moved.deleted], [true, 0, 0], 'where they are already');
});
