/** What people add to a call, and the words by which calls are found. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

let world;
let call;

before(async () => {
  world = await startWorld();
  const { sid } = await world.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
  call = await world.logged(sid);
});
after(() => world?.close());

const change = (body, id = call.id) => world.api(`/v1/calls/${id}`, { method: 'PATCH', body });
const one = async () => (await world.api(`/v1/calls/${call.id}`)).json;
const found = async (query) => (await world.api(`/v1/calls?${query}`)).json.calls.map(({ id }) => id);

describe('what people add', () => {
  test('is told with the call, in lists and exports, and takes nothing else away', async () => {
    const before = await one();
    const reply = await change({ note: 'Wants a heat pump', tags: ['vip', 'heat pump'], value: 1490.5, currency: 'USD', lead_status: 'good_lead', customer_name: 'Jane Doe' });
    assert.equal(reply.status, 200, JSON.stringify(reply.json));
    const added = { note: 'Wants a heat pump', tags: ['heat pump', 'vip'], value: 1490.5, currency: 'USD', lead_status: 'good_lead', customer_name: 'Jane Doe', customer_name_from: 'member' };
    const after = await one();
    const { updated_at: changed } = after;
    assert.deepEqual(withoutTimes(after), { ...withoutTimes(before), ...added });
    assert.ok(changed > before.updated_at);
    assert.deepEqual(withoutTimes(reply.json), withoutTimes((await world.api('/v1/calls')).json.calls[0]));
    const { json: row } = await world.api('/v1/calls.ndjson?columns=id,note,value,currency,lead_status,spam');
    assert.deepEqual(row, { id: call.id, note: 'Wants a heat pump', value: 1490.5, currency: 'USD', lead_status: 'good_lead', spam: false });
    assert.deepEqual(await found(`updated_since=${changed}`), [call.id], 'whoever keeps a copy hears of it');
  });

  test('is taken away by null, and what is not named stays', async () => {
    await change({ note: null, value: null, customer_name: null });
    const { note, value, currency, customer_name: name, lead_status: lead, tags } = await one();
    assert.deepEqual({ note, value, currency, name, lead, tags }, { note: null, value: null, currency: null, name: call.customer_name, lead: 'good_lead', tags: ['heat pump', 'vip'] });
  });

  test('is found by its filters', async () => {
    await change({ lead_status: 'not_a_lead', spam: true });
    for (const [query, isFound] of [
      ['lead_status=not_a_lead', true], ['lead_status=good_lead', false], ['lead_status=not_scored', false], ['spam=true', true], ['spam=false', false], ['tag=vip', true],
    ]) {
      assert.deepEqual(await found(query), isFound ? [call.id] : [], query);
    }
    await change({ lead_status: null, spam: false });
    assert.deepEqual([await found('lead_status=not_scored'), await found('spam=false')], [[call.id], [call.id]]);
  });

  test('changes nothing where it makes no sense, and says of each field why', async () => {
    const before = await one();
    for (const [body, status, places] of [
      [{ value: 5 }, 422, ['currency']], [{ value: -1, currency: 'usd', note: 'x'.repeat(5001), tags: [''] }, 422, ['note', 'currency', 'tags']],
      [{ outcome: 'missed' }, 400, ['outcome']], [{ lead_status: 'maybe' }, 400, ['lead_status']], [[], 400, ['']],
    ]) {
      const reply = await change(body);
      assert.equal(reply.status, status, JSON.stringify(reply.json));
      assert.deepEqual(reply.json.error.faults.map(({ place }) => place), places);
    }
    assert.equal((await change({ note: 'x' }, 'CAL0')).status, 404);
    assert.deepEqual(await one(), before);
    assert.equal((await change({})).json.updated_at, before.updated_at, 'no change is none');
    const noted = (await change({ note: 'Ring Ann' })).json;
    assert.equal((await change({ note: 'Ring Ann' })).json.updated_at, noted.updated_at);
    assert.equal((await change({ note: 'Ring Bea' })).json.note, 'Ring Bea', 'one of the same length is another one');
  });

  test('outlives what the carrier says later, and a power cut', async () => {
    await change({ note: 'Kept', tags: ['vip'] });
    await world.powerCut();
    assert.equal((await one()).note, 'Kept');
    const { json } = await world.api(`/v1/calls/${call.id}/tasks/look_up_caller/restart`, { method: 'POST' });
    assert.ok(json.error || json.tasks);
    assert.deepEqual([(await one()).note, (await one()).tags], ['Kept', ['vip']]);
  });

  test('of two people at once, both are kept', async () => {
    await Promise.all([change({ note: 'One' }), change({ lead_status: 'good_lead' }), change({ spam: true })]);
    const { note, lead_status: lead, spam } = await one();
    assert.deepEqual({ note, lead, spam }, { note: 'One', lead: 'good_lead', spam: true });
    await change({ spam: false });
  });

  test('waits for the log where that is down, and comes into it', async () => {
    await world.powerCut((stateDir) => {
      // The row is gone from the log, as if a database had been set back: the call's object knows better.
      edit(stateDir, (database) => database.prepare('UPDATE call SET revision = 0, record = json_remove(record, \'$.note\') WHERE id = ?').run(call.id));
    });
    await change({ note: 'Back again' });
    assert.equal((await one()).note, 'Back again');
  });
});

describe('a search', () => {
  test('finds a caller\'s number in any form, and the beginning of its last part', async () => {
    for (const words of ['+17735550130', '17735550130', '7735550130', '(773) 555-0130', '773-555-0130', '773 555', '0130', '555-01']) {
      assert.deepEqual(await found(`search=${encodeURIComponent(words)}`), [call.id], words);
    }
    for (const words of ['7735550131', '0131', '555-773', '35550130']) assert.deepEqual(await found(`search=${words}`), [], words);
  });

  test('finds words of name, note and page, all of them, whatever their case and accents', async () => {
    await change({ note: 'Möchte eine Wärmepumpe; "soon"', customer_name: 'Jürgen Groß' });
    for (const words of ['wärmepumpe', 'WARMEPUMPE', 'pumpe moch', 'jurgen', 'groß soon', 'eine wärme']) {
      const expected = words === 'pumpe moch' ? [] : [call.id];
      assert.deepEqual(await found(`search=${encodeURIComponent(words)}`), expected, words);
    }
    await change({ note: null });
    assert.deepEqual(await found('search=soon'), [], 'what was taken away is not found any more');
    assert.deepEqual(await found('search=jurgen&outcome=answered'), [call.id]);
    assert.deepEqual(await found('search=jurgen&outcome=missed'), []);
  });

  test('takes whatever somebody writes for words', async () => {
    for (const words of ['"', '*', 'note:x', 'a OR b', 'NEAR(a b)', '{note}: x', "'; DROP TABLE call; --", '-jurgen', '^jurgen', 'jurgen)', '\u0000jurgen']) {
      const reply = await world.api(`/v1/calls?search=${encodeURIComponent(words)}`);
      assert.ok([200, 400].includes(reply.status), `${words}: ${JSON.stringify(reply.json)}`);
    }
    assert.equal((await world.api(`/v1/calls?search=${'a '.repeat(13)}`)).json.error.code, 'bad_parameter');
  });

  test('finds calls that were logged before there was one', async () => {
    await world.powerCut((stateDir) => {
      edit(stateDir, (database) => {
        const rows = () => database.prepare("SELECT count(*) AS found FROM call_search WHERE call_search MATCH '\"7735550130\"'").get().found;
        assert.equal(rows(), 1);
        assert.equal(database.prepare('SELECT count(*) AS rows FROM call WHERE search_row IS NULL').get().rows, 0);
      });
    });
  });
});

const withoutTimes = ({ updated_at: _, updated_at_local: __, transcript: ___, conversational_transcript: ____, ...rest }) => rest;

function edit(stateDir, work) {
  const folder = path.join(stateDir, 'v3/d1');
  const database = new DatabaseSync(path.join(folder, readdirSync(folder, { recursive: true }).find((name) => /[0-9a-f]{64}\.sqlite$/.test(name))));
  work(database);
  database.close();
}
