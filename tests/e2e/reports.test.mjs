/** What reports count: held against the same calls counted here, by the clocks of several zones. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { needing } from '../rig/extent.mjs';
import { CAN_MOVE_CLOCK } from '../rig/moved-clock.mjs';
import { NUMBERS, siteDocument } from '../rig/seed.mjs';
import { startWorld, visitorId } from './world.mjs';

/** Calls in the log, one every 53 minutes: over the first of November, when clocks are put back in Chicago, and the 25th of October in Berlin. */
const COUNT = 1_500;
const APART = 53 * 60_000;
const LAST = Date.parse('2026-11-22T18:00:00Z');
const FROM = '2026-10-20';
const TO = '2026-11-20';

const pick = (at, ...values) => values[at % values.length];
const CALLS = Array.from({ length: COUNT }, (_, at) => ({
  id: `CAL${String(at).padStart(32, '0')}`,
  startedAt: LAST - at * APART,
  site_id: pick(at, 'harbor', 'harbor', 'valley', null),
  outcome: pick(at, 'answered', 'missed', 'voicemail', 'answered', 'abandoned', 'in_progress', 'answered'),
  source: pick(at, 'google', 'bing', '(direct)', null, 'google'),
  medium: pick(at, 'cpc', 'organic', '(none)', null, 'organic'),
  channel: pick(at, 'Paid Search', 'Organic Search', 'Direct', null, 'Organic Search'),
  campaign: pick(at, 'winter', null, "'; --"),
  keywords: pick(at, 'furnace', null),
  landing_page_url: pick(at, 'https://h.example/?gclid=1', 'https://h.example/', 'https://h.example/a', null),
  tracking_phone_number: pick(at, '+13125550151', '+13125550152', '+13125550181'),
  first_call: pick(at, true, false, null),
  duration: pick(at, 60, 121, null, 0),
  lead_status: pick(at, 'good_lead', null, 'not_a_lead', null, null),
  spam: at % 11 === 0,
  flagged_as_spam: pick(at, false, false, true),
  value: at % 7 === 0 ? at / 4 : null,
  currency: at % 7 === 0 ? pick(at, 'USD', 'EUR') : null,
  state: pick(at, 'attributed', 'unattributed'),
  credits: at % 4 === 0 ? [
    { source: 'google', medium: 'cpc', channel: 'Paid Search', campaign: 'winter', landing_page: 'https://h.example/', first: 1, last: 0, linear: 0.5, position: 0.5, time_decay: 0.25, paid_override: 1 },
    { source: 'mail', medium: 'email', channel: 'Email', landing_page: 'https://h.example/b', first: 0, last: 1, linear: 0.5, position: 0.5, time_decay: 0.75, paid_override: 0 },
  ] : null,
}));

let world;
before(async () => {
  world = await startWorld(CAN_MOVE_CLOCK ? { clock: new Date() } : {});
  const valley = { ...siteDocument({ origins: ['https://valley.example'], pool: { numbers: ['+13125550181'], overflow: undefined } }), targets: [{ number: '+13125550143', pool: 'main' }], source_numbers: [], time_zone: 'Europe/Berlin' };
  assert.equal((await world.api('/v1/sites/valley', { method: 'PUT', body: valley })).status, 201);
  const { sid } = await world.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
  const record = await world.logged(sid);
  await world.powerCut((stateDir) => writeCalls(stateDir, record));
});
after(() => world?.close());

function writeCalls(stateDir, record) {
  const folder = path.join(stateDir, 'v3/d1');
  const database = new DatabaseSync(path.join(folder, readdirSync(folder, { recursive: true }).find((name) => /[0-9a-f]{64}\.sqlite$/.test(name))));
  const insert = database.prepare('INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, credits) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)');
  database.exec('DELETE FROM call; BEGIN');
  for (const { id, startedAt, state, credits, ...fields } of CALLS) {
    const whole = { ...record, id, ...fields, attribution: { ...record.attribution, state } };
    insert.run(id, fields.site_id, startedAt, startedAt, fields.outcome, fields.tracking_phone_number, fields.source, JSON.stringify(whole), credits && JSON.stringify(credits));
  }
  database.exec('COMMIT');
  database.close();
}

async function report(query, key) {
  const { status, json } = await world.api(`/v1/reports/calls?${query}`, { key });
  assert.equal(status, 200, `${query}: ${JSON.stringify(json)}`);
  return json;
}

/** The clocks of a zone, as the runtime knows them. It is asked once for each instant: the tests want each of them thirty times. */
function clocks(at, zone) {
  CLOCKS[zone] ??= { format: new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' }), shown: new Map() };
  const known = CLOCKS[zone];
  if (!known.shown.has(at)) known.shown.set(at, read(known.format, at));
  return known.shown.get(at);
}
const CLOCKS = {};

function read(format, at) {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = `${parts.year}-${parts.month}-${parts.day}`;
  const date = new Date(`${day}T00:00:00Z`);
  const weekday = (date.getUTCDay() + 6) % 7;
  return { day, hour: String(Number(parts.hour)), weekday: String(weekday + 1), week: new Date(date.getTime() - weekday * 86_400_000).toISOString().slice(0, 10), month: day.slice(0, 7) };
}

const KEYS = {
  source: (call) => call.source, medium: (call) => call.medium, channel: (call) => call.channel, campaign: (call) => call.campaign, keywords: (call) => call.keywords,
  landing_page: (call) => call.landing_page_url?.split('?')[0] ?? null, tracking_phone_number: (call) => call.tracking_phone_number, site: (call) => call.site_id,
};

/** Counts the calls as the report should, in a time when nobody was given a number. */
function measured(calls, visitors = 0) {
  const count = (wanted) => calls.filter(wanted).length;
  const timed = calls.filter(({ duration }) => duration !== null);
  const total = timed.reduce((sum, { duration }) => sum + duration, 0);
  const round = (value) => Math.round(value * 10_000) / 10_000;
  const values = Object.groupBy(calls.filter(({ value }) => value !== null), ({ currency }) => currency);
  return {
    calls: calls.length, answered: count(({ outcome }) => outcome === 'answered'), missed: count(({ outcome }) => outcome === 'missed'),
    voicemail: count(({ outcome }) => outcome === 'voicemail'), abandoned: count(({ outcome }) => outcome === 'abandoned'),
    answer_rate: calls.length ? round(count(({ outcome }) => outcome === 'answered') / calls.length) : null,
    first_time_callers: count((call) => call.first_call === true), total_duration: total, average_duration: timed.length ? round(total / timed.length) : null,
    leads: count((call) => call.lead_status === 'good_lead'), spam: count(({ spam }) => spam), flagged_as_spam: count((call) => call.flagged_as_spam),
    unattributed: count(({ state }) => state === 'unattributed'),
    value: Object.entries(values).map(([currency, some]) => ({ currency, value: some.reduce((sum, { value }) => sum + value, 0) })).sort((one, other) => (one.currency < other.currency ? -1 : 1)),
    visitors, calls_per_visitor: null,
  };
}

const within = (zone, from = FROM, to = TO) => CALLS.filter(({ startedAt }) => { const { day } = clocks(startedAt, zone); return day >= from && day <= to; });

function expected(dimensions, calls, zone, visitors) {
  const keyOf = (call) => dimensions.map((dimension) => (KEYS[dimension] ? KEYS[dimension](call) : clocks(call.startedAt, zone)[dimension]));
  const groups = Object.groupBy(calls, (call) => JSON.stringify(keyOf(call)));
  return Object.fromEntries(Object.entries(groups).map(([key, some]) => [key, measured(some, visitors)]));
}

function told({ group_by: dimensions, groups }) {
  return Object.fromEntries(groups.map(({ key, previous: _, ...measures }) => [JSON.stringify(dimensions.map((dimension) => key[dimension])), measures]));
}

describe('every dimension, in every zone', () => {
  for (const zone of ['America/Chicago', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC']) {
    test(zone, async () => {
      const calls = within(zone);
      for (const dimensions of [...Object.keys(KEYS).map((one) => [one]), ['hour'], ['weekday'], ['day'], ['week'], ['month'], ['source', 'day'], ['weekday', 'hour'], ['channel', 'campaign']]) {
        const query = `group_by=${dimensions.join(',')}&start_date=${FROM}&end_date=${TO}&time_zone=${zone}&limit=1000`;
        const found = await report(query);
        const wanted = expected(dimensions, calls, zone);
        const empty = measured([]);
        for (const [key, measures] of Object.entries(told(found))) assert.deepEqual(measures, wanted[key] ?? empty, `${query} ${key}`);
        for (const key of Object.keys(wanted)) assert.ok(key in told(found), `${query} ${key}`);
        assert.deepEqual(found.total, measured(calls), query);
      }
    });
  }
});

test('days in which nobody called stand in their place', async () => {
  const { groups } = await report('group_by=day&start_date=2026-11-20&end_date=2026-11-30&time_zone=UTC');
  assert.deepEqual(groups.map(({ key }) => key.day), Array.from({ length: 11 }, (_, at) => `2026-11-${20 + at}`));
  assert.deepEqual(groups.at(-1).calls, 0);
});

test('the period before has as many days', async () => {
  const zone = 'America/Chicago';
  const found = await report(`group_by=source&compare=true&start_date=2026-11-01&end_date=2026-11-10&time_zone=${zone}`);
  const [now, previous] = [within(zone, '2026-11-01', '2026-11-10'), within(zone, '2026-10-22', '2026-10-31')];
  assert.deepEqual([found.total, found.previous_total], [measured(now), measured(previous)]);
  const wanted = expected(['source'], previous, zone);
  for (const { key, previous: measures } of found.groups) assert.deepEqual(measures, wanted[JSON.stringify([key.source])] ?? measured([]));
});

test('filters of the list are filters of reports', async () => {
  const zone = 'America/Chicago';
  const found = await report(`group_by=source&site=harbor&outcome=answered&start_date=${FROM}&end_date=${TO}`);
  const calls = within(zone).filter((call) => call.site_id === 'harbor' && call.outcome === 'answered');
  // Of visitors nobody knows whether a call of theirs would have been answered.
  assert.deepEqual([found.time_zone, found.visitors_unknown, told(found)], [zone, 'filter', expected(['source'], calls, zone, null)]);
});

test('models share calls among touches, and no call is lost', async () => {
  const calls = within('UTC');
  for (const model of ['first', 'last', 'linear', 'position', 'time_decay', 'paid_override']) {
    const found = await report(`group_by=source&model=${model}&start_date=${FROM}&end_date=${TO}&time_zone=UTC`);
    const wanted = {};
    for (const call of calls) {
      for (const touch of call.credits ?? [{ source: call.source, [model]: 1 }]) wanted[touch.source] = (wanted[touch.source] ?? 0) + touch[model];
    }
    const shares = Object.fromEntries(found.groups.map(({ key, calls: share }) => [key.source, share]));
    for (const source of Object.keys(wanted)) assert.ok(Math.abs((shares[source] ?? 0) - wanted[source]) < 1e-3, `${model} ${source}`);
    assert.equal(found.total.calls, calls.length);
    assert.ok(Math.abs(found.total.value.reduce((sum, { value }) => sum + value, 0) - measured(calls).value.reduce((sum, { value }) => sum + value, 0)) < 1e-2);
  }
});

test('real calls bring the touches that models share them among', async () => {
  const visitor = visitorId(7);
  const now = Date.now();
  const touch = (days, query) => ({ at: now - days * 86_400_000, url: `${world.site.url}/${query}`, referrer: '' });
  const history = { touches: [touch(5, '?utm_source=news&utm_medium=email'), touch(3, '?gclid=abc')], seen_at: now - 86_400_000 };
  const lease = await world.lease(visitor, { history });
  const { sid } = await world.carrier.placeCall({ from: '+17735550177', to: lease.json.numbers[0].number, callee: 'answer', talk_seconds: 1 });
  const call = await world.logged(sid);
  const only = `customer_phone_number=${encodeURIComponent('+17735550177')}&time_zone=UTC&group_by=source`;
  const shares = async (model) => Object.fromEntries((await report(`${only}&model=${model}`)).groups.filter(({ calls }) => calls > 0).map(({ key, calls }) => [key.source, calls]));
  assert.equal(call.source, 'google', JSON.stringify(call.milestones));
  assert.deepEqual([await shares('first'), await shares('last_non_direct'), await shares('paid_override')], [{ news: 1 }, { google: 1 }, { google: 1 }]);
  const linear = await shares('linear');
  assert.ok(Math.abs(Object.values(linear).reduce((sum, share) => sum + share, 0) - 1) < 1e-3 && linear.news > 0.3, JSON.stringify(linear));
});

test('whoever has one site gets its figures alone', async () => {
  const made = await world.api('/v1/keys', { method: 'POST', body: { name: 'r', scope: 'read', sites: ['valley'] } });
  const found = await report(`group_by=site&start_date=${FROM}&end_date=${TO}`, made.json.key);
  assert.equal(found.time_zone, 'Europe/Berlin');
  assert.deepEqual(found.groups.map(({ key }) => key.site), ['valley']);
  assert.deepEqual(found.total, measured(within('Europe/Berlin').filter((call) => call.site_id === 'valley')));
});

test('what makes no sense is refused by name', async () => {
  for (const [query, parameter] of [
    ['', 'time_zone'], ['time_zone=UTC&group_by=colour', 'group_by'], ['time_zone=UTC&group_by=day,month', 'group_by'], ['time_zone=UTC&model=best', 'model'],
    ['time_zone=UTC&limit=0', 'limit'], ['time_zone=UTC&start_date=2026-11-22&end_date=2026-11-20', 'end_date'], ['time_zone=UTC&start_date=2020-01-01', 'start_date'],
    ['time_zone=CST', 'time_zone'], ['site=nowhere', 'site'], ['time_zone=UTC&groupby=source', 'groupby'],
  ]) {
    const { status, json } = await world.api(`/v1/reports/calls?${query}`);
    assert.deepEqual([status, json.code, json.detail.includes(`'${parameter}'`)], [400, 'bad_parameter', true], `${query} ${JSON.stringify(json)}`);
  }
});

needing('visitors who were given a number', !CAN_MOVE_CLOCK && 'workerd’s clock can be moved on Linux alone', () => {
  const LEAFLET = '/?utm_source=leaflet&utm_medium=print';
  const RADIO = '/radio?utm_source=radio&utm_medium=audio';
  let later = 0;

  /** Lets two hours pass, in which pools count: workerd starts with what is overdue. */
  const hoursLater = (meanwhile = () => {}) => {
    later += 2 * 3_600_000;
    return world.powerCut((stateDir) => { meanwhile(stateDir); world.clock.moveTo(new Date(Date.now() + later)); });
  };

  async function groups(query) {
    const found = await report(`time_zone=UTC&limit=1000&${query}`);
    return Object.fromEntries(found.groups.map(({ key, calls, visitors, calls_per_visitor: rate }) => [Object.values(key).join(), { calls, visitors, rate }]));
  }

  async function eventually(expected) {
    const until = Date.now() + 15_000;
    for (;;) {
      const { leaflet, radio } = await groups('group_by=source');
      if (leaflet?.visitors === expected.leaflet && radio?.visitors === expected.radio) return { leaflet, radio };
      assert.ok(Date.now() < until, JSON.stringify({ leaflet, radio, expected }));
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }

  const numberOf = async (visitor, landing) => (await world.lease(visitorId(visitor), { landing })).json.numbers[0].number;

  test('are told with what brought them, whether they call or not', async () => {
    const number = await numberOf(21, LEAFLET);
    await numberOf(22, LEAFLET);
    await numberOf(23, RADIO);
    // Coming again makes nobody two visitors.
    await numberOf(21, LEAFLET);
    const { sid } = await world.carrier.placeCall({ from: '+17735550178', to: number, callee: 'answer', talk_seconds: 1 });
    await world.logged(sid);
    await hoursLater();
    assert.deepEqual(await eventually({ leaflet: 2, radio: 1 }), { leaflet: { calls: 1, visitors: 2, rate: 0.5 }, radio: { calls: 0, visitors: 1, rate: 0 } });
    const { total } = await report('time_zone=UTC&source=leaflet&model=linear');
    assert.deepEqual([total.calls, total.visitors], [1, 2]);
    const sites = await groups('source=leaflet&group_by=site,tracking_phone_number');
    assert.deepEqual(sites[`harbor,${number}`], { calls: 1, visitors: 1, rate: 1 });
    assert.deepEqual(await groups('medium=audio&group_by=landing_page'), { [`${world.site.url}/radio`]: { calls: 0, visitors: 1, rate: 0 } });
    const { json: { key } } = await world.api('/v1/keys', { method: 'POST', body: { name: 'v', scope: 'read', sites: ['valley'] } });
    assert.equal((await report('time_zone=UTC', key)).total.visitors, 0);
  });

  test('are counted by a pool that an earlier version left, each once', async () => {
    await world.powerCut((stateDir) => {
      const folder = path.join(stateDir, 'v3/do');
      for (const file of readdirSync(folder, { recursive: true }).filter((name) => /Pool.[0-9a-f]{64}\.sqlite$/.test(name))) {
        const database = new DatabaseSync(path.join(folder, file));
        database.exec("UPDATE configuration SET document = json_remove(document, '$.site'); DROP TABLE visitor_day; DROP TABLE upkeep");
        database.close();
      }
    });
    await numberOf(24, RADIO);
    await hoursLater();
    await eventually({ leaflet: 2, radio: 2 });
  });

  test('stay counted when their site is deleted', async () => {
    await numberOf(25, RADIO);
    assert.equal((await world.api('/v1/sites/harbor', { method: 'DELETE' })).status, 200);
    await hoursLater();
    await eventually({ leaflet: 2, radio: 3 });
  });
});
