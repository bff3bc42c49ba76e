/** Which calls the API finds, in which order, and how it exports them. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

/** Calls in the log: an export asks for a thousand at once. */
const COUNT = 2_345;
/** Milliseconds from one call to the one before; some began in the same one. */
const APART = 40_000;
/** When the last call began: noon in Chicago. */
const LAST = Date.parse('2026-11-22T18:00:00Z');

const pick = (at, ...values) => values[at % values.length];

/** What call number `at` says that the others do not. */
function variant(at) {
  const startedAt = LAST - Math.floor(at / 2) * APART * 2;
  return {
    id: `CAL${String(at).padStart(32, '0')}`,
    startedAt,
    updatedAt: LAST + ((at * 7_919) % COUNT) * 1_000,
    fields: {
      site_id: pick(at, 'harbor', 'harbor', 'berlin', null),
      outcome: pick(at, 'answered', 'missed', 'voicemail', 'abandoned', 'in_progress'),
      source: pick(at, 'google', 'bing', '(direct)', null),
      medium: pick(at, 'cpc', 'organic', '(none)', null, 'cpc'),
      channel: pick(at, 'Paid Search', 'Organic Search', 'Direct'),
      campaign: pick(at, 'winter', 'Schöner & wärmer', '=HYPERLINK("https://evil.example")', null, "winter' OR 1=1 --", '100%'),
      keywords: pick(at, 'furnace repair', 'a "quoted", thing', '-2+3', null, 'line\nbreak'),
      landing_page_url: pick(at, 'https://h.example/', 'https://h.example/?gclid=1&a=2', 'https://h.example/furnaces?x=?y', null),
      tracking_phone_number: pick(at, '+13125550142', '+13125550151', '+442079460018'),
      customer_phone_number: pick(at, '+17735550120', null, '+17735550121', '+493090182000', '+17735550122', '+17735550123', '+17735550124'),
      customer_name: pick(at, 'JANE DOE', null, '@SUM(A1)'),
      first_call: pick(at, true, false, null),
      flagged_as_spam: pick(at, false, false, false, true, null),
      risk_score: pick(at, 0, 35, 50, 100, null),
      duration: pick(at, 0, 59, 60, 61, 600, null),
      recording: pick(at, null, 'https://calls.example/v1/calls/x/recordings/RE1'),
      tags: pick(at, [], ['urgent'], ['furnace', 'urgent'], ['urg']),
      ai_tags: pick(at, [], ['repair'], []),
      time_zone: pick(at, 'America/Chicago', 'America/Chicago', 'Europe/Berlin', null),
    },
    state: pick(at, 'attributed', 'unattributed', 'ambiguous', 'pending'),
  };
}

const CALLS = Array.from({ length: COUNT }, (_, at) => variant(at));
const byStart = (one, other) => other.startedAt - one.startedAt || (one.id < other.id ? 1 : -1);
const byChange = (one, other) => other.updatedAt - one.updatedAt || (one.id < other.id ? 1 : -1);
const NEWEST_FIRST = CALLS.toSorted(byStart);

let world;
before(async () => {
  world = await startWorld();
  const { sid } = await world.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
  const record = await world.logged(sid);
  await world.powerCut((stateDir) => writeCalls(stateDir, record));
});
after(() => world?.close());

/** Writes the calls as they would stand in the log, with all that a real one has. */
function writeCalls(stateDir, record) {
  const folder = path.join(stateDir, 'v3/d1');
  const files = readdirSync(folder, { recursive: true }).filter((name) => /[0-9a-f]{64}\.sqlite$/.test(name));
  assert.equal(files.length, 1);
  const database = new DatabaseSync(path.join(folder, files[0]));
  const insert = database.prepare('INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)');
  database.exec('DELETE FROM call; BEGIN');
  for (const { id, startedAt, updatedAt, fields, state } of CALLS) {
    const whole = { ...record, id, start_time: new Date(startedAt).toISOString(), updated_at: new Date(updatedAt).toISOString(), ...fields, attribution: { ...record.attribution, state } };
    insert.run(id, fields.site_id, startedAt, updatedAt, fields.outcome, fields.tracking_phone_number, fields.source, JSON.stringify(whole));
  }
  database.exec('COMMIT');
  database.close();
}

/** Walks through all pages. */
async function walk(query, limit = 250) {
  const calls = [];
  for (let cursor = ''; ;) {
    const { status, json } = await world.api(`/v1/calls?${query}&limit=${limit}&fields=id${cursor && `&cursor=${cursor}`}`);
    assert.equal(status, 200, JSON.stringify(json));
    calls.push(...json.calls.map(({ id }) => id));
    assert.ok(calls.length <= COUNT, 'a page comes twice');
    if (json.next_cursor === null) return calls;
    cursor = json.next_cursor;
  }
}

const has = (name, value) => ({ fields }) => fields[name] === value;
const FILTERS = [
  ['outcome=missed', has('outcome', 'missed')],
  ['source=google', has('source', 'google')],
  ['source=%28direct%29', has('source', '(direct)')],
  ['medium=cpc', has('medium', 'cpc')],
  ['channel=Paid%20Search', has('channel', 'Paid Search')],
  ['campaign=Sch%C3%B6ner%20%26%20w%C3%A4rmer', has('campaign', 'Schöner & wärmer')],
  ['campaign=winter%27%20OR%201%3D1%20--', has('campaign', "winter' OR 1=1 --")],
  ['campaign=100%25', has('campaign', '100%')],
  ['campaign=wint', () => false],
  ['keywords=furnace+repair', has('keywords', 'furnace repair')],
  ['landing_page_url=https://h.example/', ({ fields }) => /^https:\/\/h\.example\/(\?|$)/.test(fields.landing_page_url ?? '')],
  ['landing_page_url=https://h.example/furnaces%3Futm_source=a', ({ fields }) => fields.landing_page_url?.includes('/furnaces') === true],
  ['tracking_phone_number=%2B442079460018', has('tracking_phone_number', '+442079460018')],
  ['customer_phone_number=17735550121', has('customer_phone_number', '+17735550121')],
  ['first_call=true', has('first_call', true)],
  ['first_call=false', has('first_call', false)],
  ['flagged_as_spam=true', has('flagged_as_spam', true)],
  ['flagged_as_spam=false', has('flagged_as_spam', false)],
  ['has_recording=true', ({ fields }) => fields.recording !== null],
  ['has_recording=false', has('recording', null)],
  ['attribution=ambiguous', ({ state }) => state === 'ambiguous'],
  ['tag=urgent', ({ fields }) => fields.tags.includes('urgent')],
  ['tag=repair', ({ fields }) => fields.ai_tags.includes('repair')],
  ['min_risk_score=50', ({ fields }) => fields.risk_score !== null && fields.risk_score >= 50],
  ['min_duration=60&max_duration=61', has('duration', 60), has('duration', 61)],
  ['site=harbor', has('site_id', 'harbor')],
  ['start_date=2026-11-22T17:00:00Z', ({ startedAt }) => startedAt >= LAST - 3_600_000],
  ['end_date=2026-11-21&time_zone=America/Chicago', ({ startedAt }) => startedAt < Date.parse('2026-11-22T06:00:00Z')],
  ['end_date=2026-11-21&site=harbor', ({ startedAt, fields }) => fields.site_id === 'harbor' && startedAt < Date.parse('2026-11-22T06:00:00Z')],
  ['end_date=2026-11-21&site=harbor&time_zone=Asia/Tokyo', ({ startedAt, fields }) => fields.site_id === 'harbor' && startedAt < Date.parse('2026-11-21T15:00:00Z')],
  [`updated_since=${new Date(LAST + 2_000_000).toISOString()}`, ({ updatedAt }) => updatedAt >= LAST + 2_000_000],
  ['source=google&medium=cpc&outcome=answered&first_call=true', ({ fields }) => fields.source === 'google' && fields.medium === 'cpc' && fields.outcome === 'answered' && fields.first_call],
];

describe('each filter finds the calls that it means, and counts them', () => {
  for (const [query, ...meant] of FILTERS) {
    test(query, async () => {
      const expected = NEWEST_FIRST.filter((call) => meant.some((is) => is(call))).map(({ id }) => id);
      assert.deepEqual(await walk(query), expected);
      const { json } = await world.api(`/v1/calls?${query}&limit=1&total=true`);
      assert.equal(json.total, expected.length);
    });
  }
});

describe('each order is walked through to its end, every call once', () => {
  const orders = { '-start_time': NEWEST_FIRST, start_time: NEWEST_FIRST.toReversed(), '-updated_at': CALLS.toSorted(byChange), updated_at: CALLS.toSorted(byChange).toReversed() };
  for (const [sort, expected] of Object.entries(orders)) {
    test(sort, async () => {
      assert.deepEqual(await walk(`sort=${sort}`, 97), expected.map(({ id }) => id));
    });
  }

  test('a cursor of another order is refused', async () => {
    const { json } = await world.api('/v1/calls?limit=1&sort=updated_at');
    const { status, json: refused } = await world.api(`/v1/calls?limit=1&cursor=${json.next_cursor}`);
    assert.deepEqual([status, refused.error.code], [400, 'bad_parameter']);
    assert.match(refused.error.message, /'cursor'.*same 'sort'/);
  });
});

async function exported(format, query = '') {
  const response = await fetch(`${world.edgeUrl}/v1/calls.${format}?${query}`, { headers: { authorization: `Bearer ${world.apiKey}` } });
  return { response, text: await response.text() };
}

/** Reads CSV as RFC 4180 has it. */
function readCsv(text) {
  const rows = [[]];
  let rest = text;
  while (rest !== '') {
    const [whole, quoted, plain, end] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/.exec(rest);
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
    rest = rest.slice(whole.length);
  }
  return rows.slice(0, -1);
}

describe('exports', () => {
  test('CSV has every call once, in parts that the log gives one after the other, and no cell is a formula', async () => {
    const { response, text } = await exported('csv');
    assert.equal(response.status, 200, text);
    assert.deepEqual(['content-type', 'content-disposition', 'cache-control', 'x-content-type-options'].map((name) => response.headers.get(name)), [
      'text/csv; charset=utf-8; header=present', 'attachment; filename="calls.csv"', 'no-store', 'nosniff',
    ]);
    const [names, ...rows] = readCsv(text);
    const at = (name) => names.indexOf(name);
    assert.deepEqual(rows.map((row) => row[at('id')]), NEWEST_FIRST.map(({ id }) => id));
    assert.ok(rows.every((row) => row.length === names.length));
    assert.ok(rows.flat().every((cell) => !/^[=@\t\r]/.test(cell) && (!/^[+-]/.test(cell) || /^[+-][\d.]+$/.test(cell))));
    const place = NEWEST_FIRST.findIndex(({ fields }) => fields.campaign?.startsWith('=') && fields.customer_name?.startsWith('@'));
    const { fields, state } = NEWEST_FIRST[place];
    const row = rows[place];
    assert.deepEqual(
      ['campaign', 'customer_name', 'customer_phone_number', 'tags', 'attribution_state', 'duration', 'first_call'].map((name) => row[at(name)]),
      [`'${fields.campaign}`, `'${fields.customer_name}`, fields.customer_phone_number ?? '', fields.tags.join(', '), state, String(fields.duration ?? ''), String(fields.first_call ?? '')],
    );
  });

  test('NDJSON has the same calls with their values', async () => {
    const { response, text } = await exported('ndjson', 'columns=id,duration,first_call,tags,campaign,attribution_state,start_time,time_zone');
    assert.equal(response.headers.get('content-disposition'), 'attachment; filename="calls.ndjson"');
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.length, COUNT);
    lines.forEach(({ id, start_time: start, ...line }, at) => {
      const { id: expected, startedAt, state, fields } = NEWEST_FIRST[at];
      const { duration, first_call, tags, campaign, time_zone } = fields;
      assert.deepEqual([id, line], [expected, { attribution_state: state, campaign, duration, first_call, tags, time_zone: time_zone ?? 'UTC' }]);
      assert.equal(Date.parse(start), startedAt);
    });
  });

  test('the same filters hold, and the zone is the one that is asked for', async () => {
    const { text } = await exported('csv', 'site=harbor&start_date=2026-11-22&end_date=2026-11-22&time_zone=Asia/Tokyo&columns=id,start_time,time_zone');
    const [, ...rows] = readCsv(text);
    const expected = NEWEST_FIRST.filter(({ startedAt, fields }) => fields.site_id === 'harbor' && startedAt >= Date.parse('2026-11-21T15:00:00Z') && startedAt < Date.parse('2026-11-22T15:00:00Z'));
    assert.deepEqual(rows.map(([id]) => id), expected.map(({ id }) => id));
    assert.ok(rows.length > 0);
    assert.ok(rows.every(([, start, zone]) => start.startsWith('2026-11-22 ') && zone === 'Asia/Tokyo'));
    const local = await exported('csv', 'columns=start_time,time_zone&start_date=2026-11-22T17:59:00Z');
    assert.ok(readCsv(local.text).some(([start, zone]) => start === '2026-11-22 12:00:00' && zone === 'America/Chicago'));
    const none = await exported('csv', 'source=nobody&columns=id,source');
    assert.equal(none.text, 'id,source\r\n');
  });

  test('what makes no sense is refused before anything is sent', async () => {
    const cases = [
      ['columns=id,colour', /'colour'/], ['columns=id,id', /'id' twice/], ['columns=milestones', /'milestones'/], ['limit=1', /'limit'/],
      ['cursor=a', /'cursor'/], ['fields=id', /'fields'/], ['time_zone=CST', /'time_zone'/], ['site=nowhere', /'site'/], ['outcome=lost', /'outcome'/],
      ['min_duration=9&max_duration=1', /'max_duration'/],
    ];
    for (const [query, sentence] of cases) {
      for (const format of ['csv', 'ndjson']) {
        const { response, text } = await exported(format, query);
        assert.deepEqual([response.status, JSON.parse(text).error.code], [400, 'bad_parameter'], query);
        assert.match(JSON.parse(text).error.message, sentence);
      }
    }
    const stranger = await fetch(`${world.edgeUrl}/v1/calls.csv`);
    assert.equal(stranger.status, 401);
  });
});
