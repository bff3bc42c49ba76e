/**
 * The call log with many calls in it, asked as people ask it: `node tests/bench/log.bench.mjs --out FOLDER [--calls 1000000]`.
 *
 * No figure is right or wrong here. It fails if an answer is not the one that the calls written give.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEdge } from '../rig/edge.mjs';
import { growthOfWorkerd } from '../rig/memory.mjs';
import { freePorts } from '../rig/ports.mjs';
import { putSite, siteDocument } from '../rig/seed.mjs';

/** Times that each question is put; the first, which fills caches, does not count. */
const ROUNDS = 9;
/** Sites among which the calls are shared, as an agency has them. */
const SITES = 30;
/** The calls began within a year. */
const YEAR_MS = 365 * 86_400_000;
/** Milliseconds for all of it; a million calls take four minutes to write. */
const LIMIT_MS = 30 * 60_000;
const FIXTURE = fileURLToPath(new URL('../../edge-worker/tests/fixtures/call.json', import.meta.url));

const { values: { out, calls } } = parseArgs({ options: { out: { type: 'string' }, calls: { type: 'string', default: '100000' } } });
const count = Number(calls);
if (!out || !Number.isSafeInteger(count) || count < SITES) {
  console.error('Usage: log.bench.mjs --out FOLDER [--calls NUMBER]');
  process.exit(2);
}
setTimeout(() => {
  console.error(`The benchmark was not done within ${LIMIT_MS / 60_000} minutes.`);
  process.exit(1);
}, LIMIT_MS).unref();

const stateDir = mkdtempSync(path.join(tmpdir(), 'dni-log-'));
process.on('exit', () => rmSync(stateDir, { recursive: true, force: true }));
const apiKey = randomBytes(16).toString('hex');
const [port] = await freePorts(1);
const edgeUrl = `http://127.0.0.1:${port}`;
const start = () => startEdge({ port, stateDir, env: { PUBLIC_URL: edgeUrl, API_KEY: apiKey }, logFile: path.join(stateDir, 'edge.log') });

const pick = (at, ...values) => values[at % values.length];
const now = Date.now();
const site = (at) => `site-${at % SITES}`;
const startedAt = (at) => now - Math.floor((at * YEAR_MS) / count);

let edge = await start();
try {
  await putSite({ edgeUrl, apiKey, document: siteDocument({ origins: ['https://harbor.example'] }), id: 'site-0' });
  await edge.kill();
  const written = seed();
  edge = await start();
  const results = await measure();
  report(written, results, await exported());
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await edge.kill();
}

/** Writes the calls past the worker: they would take hours through it, and are read all the same. */
function seed() {
  const folder = path.join(stateDir, 'v3/d1');
  const file = path.join(folder, readdirSync(folder, { recursive: true }).find((name) => /[0-9a-f]{64}\.sqlite$/.test(name)));
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF');
  const insert = database.prepare('INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, search_row) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)');
  const index = database.prepare('INSERT INTO call_search (rowid, number, name, note, words, page) VALUES (?, ?, ?, ?, ?, ?)');
  const whole = JSON.parse(readFileSync(FIXTURE, 'utf8'));
  const began = performance.now();
  database.exec('BEGIN');
  for (let at = 0; at < count; at += 1) {
    const id = `CAL${String(at).padStart(32, '0')}`;
    const source = pick(at, 'google', 'bing', 'facebook', '(direct)', 'newsletter', 'yelp', 'google');
    const outcome = pick(at, 'answered', 'missed', 'answered', 'voicemail', 'answered');
    const number = `+1773${String(5_550_000 + (at % 9_999)).padStart(7, '0')}`;
    const record = {
      ...whole, id, site_id: site(at), source, outcome, medium: pick(at, 'cpc', 'organic', '(none)'), channel: pick(at, 'Paid Search', 'Organic Search', 'Direct'),
      campaign: `campaign ${at % 211}`, keywords: `keyword ${at % 1009}`, landing_page_url: `https://harbor.example/${at % 503}`, customer_phone_number: number, lead_status: pick(at, 'good_lead', null, null, null),
      ...pick(at, { value: 120.5, currency: 'USD' }, {}, {}, {}),
      start_time: new Date(startedAt(at)).toISOString(),
    };
    insert.run(id, site(at), startedAt(at), startedAt(at), outcome, '+13125550151', source, JSON.stringify(record), at + 1);
    index.run(at + 1, number, `Customer ${at % 7919}`, '', '', record.landing_page_url);
  }
  database.exec('COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)');
  const indexes = database.prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'call'").all().length;
  database.close();
  return { seconds: (performance.now() - began) / 1_000, megabytes: Math.round(statSync(file).size / 1e6), indexes };
}

async function measure() {
  const month = `start_date=${new Date(now - 30 * 86_400_000).toISOString()}&end_date=${new Date(now + 1_000).toISOString()}&time_zone=UTC`;
  const year = `start_date=${new Date(now - YEAR_MS - 1_000).toISOString()}&time_zone=UTC`;
  const within = Array.from({ length: count }, (_, at) => at).filter((at) => startedAt(at) >= now - 30 * 86_400_000).length;
  const questions = {
    'GET /healthz, for comparison': ['/healthz', ({ ok }) => assert.ok(ok)],
    'newest 100': ['/v1/calls', ({ calls: found }) => assert.equal(found.length, 100)],
    'newest 100 of a site': ['/v1/calls?site=site-7&time_zone=UTC', ({ calls: found }) => assert.ok(found.length === 100 && found.every((call) => call.site_id === 'site-7'))],
    'newest 100 of a keyword': ['/v1/calls?keywords=keyword+13', ({ calls: found }) => assert.ok(found.every((call) => call.keywords === 'keyword 13'))],
    'a page in the middle': [`/v1/calls?end_date=${new Date(now - YEAR_MS / 2).toISOString()}`, ({ calls: found }) => assert.equal(found.length, 100)],
    'search for a name': ['/v1/calls?search=customer+4242', ({ calls: found }) => assert.ok(found.length > 0)],
    'month by source': [`/v1/reports/calls?group_by=source&${month}`, ({ total }) => assert.equal(total.calls, within)],
    'month by day': [`/v1/reports/calls?group_by=day&${month}`, ({ total }) => assert.equal(total.calls, within)],
    'month by landing page, with the month before': [`/v1/reports/calls?group_by=landing_page&compare=true&${month}`, ({ total }) => assert.equal(total.calls, within)],
    'month of a site by keyword': [`/v1/reports/calls?group_by=keywords&site=site-7&${month}`, ({ total }) => assert.ok(total.calls > 0)],
    'month by source, by all touches of a call': [`/v1/reports/calls?group_by=source&model=linear&${month}`, ({ total }) => assert.equal(total.calls, within)],
    'year by source': [`/v1/reports/calls?group_by=source&${year}`, ({ total }) => assert.equal(total.calls, count)],
    'year by keyword': [`/v1/reports/calls?group_by=keywords&${year}`, ({ total }) => assert.equal(total.calls, count)],
    'year by month': [`/v1/reports/calls?group_by=month&${year}`, ({ total }) => assert.equal(total.calls, count)],
  };
  const results = [];
  const known = await fetch(`${edgeUrl}/v1/sites`, { headers: { authorization: `Bearer ${apiKey}` } });
  assert.equal(known.status, 200);
  for (const [name, [address, check]] of Object.entries(questions)) {
    if (name.includes('of a site') || name.includes('month of a site')) await knowSite('site-7');
    const times = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const began = performance.now();
      const response = await fetch(`${edgeUrl}${address}`, { headers: { authorization: `Bearer ${apiKey}` } });
      const answer = await response.json();
      times.push(performance.now() - began);
      assert.equal(response.status, 200, `${address}: ${JSON.stringify(answer)}`);
      check(answer);
    }
    const sorted = times.slice(1).sort((one, other) => one - other);
    results.push({ name, median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted.at(-1), first: times[0] });
  }
  return results;
}

/** All calls as CSV: how long it takes, and by how much the worker grows meanwhile. */
async function exported() {
  let lines = 0;
  const began = performance.now();
  const grown = await growthOfWorkerd(edge.pid, async () => {
    const response = await fetch(`${edgeUrl}/v1/calls.csv`, { headers: { authorization: `Bearer ${apiKey}` } });
    for await (const part of /** @type {any} */ (response.body)) for (const byte of part) if (byte === 10) lines += 1;
  });
  assert.equal(lines, count + 1, 'a line for each call, after one of names');
  return { seconds: (performance.now() - began) / 1_000, megabytes: grown === null ? null : Math.round(grown / 1e6) };
}

/** A filter by a site wants one that there is. */
async function knowSite(id) {
  const document = { ...siteDocument({ origins: ['https://seven.example'], pool: { numbers: ['+13125550187'], overflow: undefined } }), targets: [{ number: '+13125550146', pool: 'main' }], source_numbers: [] };
  await putSite({ edgeUrl, apiKey, document, id });
}

function report({ seconds, megabytes, indexes }, results, csv) {
  const ms = (value) => value.toFixed(1).padStart(9);
  console.log(`${count.toLocaleString('en')} calls of ${SITES} sites in ${megabytes} MB (${((megabytes * 1e3) / count).toFixed(1)} KB each, ${indexes} indexes), written in ${seconds.toFixed(0)} s; milliseconds with the way to the worker and back, median of ${ROUNDS}`);
  console.log(`${''.padEnd(48)}   median     least      most     first`);
  for (const { name, median, least, most, first } of results) console.log(`${name.padEnd(48)}${ms(median)} ${ms(least)} ${ms(most)} ${ms(first)}`);
  console.log(`all of them as CSV: ${csv.seconds.toFixed(1)} s, in which workerd grew by ${csv.megabytes ?? '?'} MB`);
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, `log-${count}.json`), `${JSON.stringify({ count, seconds, megabytes, indexes, results, csv }, undefined, 2)}\n`);
}
