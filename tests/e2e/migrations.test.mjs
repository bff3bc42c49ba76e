/** The database of an earlier version, with calls in it, brought to the newest: nothing is lost, and all that is new finds them, too. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../edge-worker/migrations/', import.meta.url));
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.sql')).sort();
/** As a call was logged before people could add anything to it. */
const RECORD = JSON.parse(readFileSync(new URL('../../edge-worker/tests/fixtures/call.json', import.meta.url), 'utf8'));
for (const name of ['note', 'value', 'currency', 'lead_status', 'spam']) delete RECORD[name];
const TRANSCRIPT = JSON.stringify({ transcript: 'Caller: The boiler leaks.', conversational_transcript: [] });

const apply = (database, files) => { for (const file of files) database.exec(readFileSync(path.join(FOLDER, file), 'utf8')); };
const place = (prefix) => FILES.findIndex((file) => file.startsWith(prefix));

/** A database of the version whose last migration begins so, with calls and a site in it. */
function databaseOf(last) {
  const database = new DatabaseSync(':memory:');
  apply(database, FILES.slice(0, place(last) + 1));
  const insert = database.prepare('INSERT INTO call (id, site, started_at, updated_at, revision, outcome, tracking_number, source, record, transcript) VALUES (?, ?, ?, ?, 3, ?, ?, ?, ?, ?)');
  for (let at = 0; at < 5; at += 1) {
    const record = { ...RECORD, id: `CAL${at}`, customer_phone_number: `+1312555012${at}`, formatted_customer_phone_number: `(312) 555-012${at}` };
    insert.run(`CAL${at}`, 'harbor', 1_795_000_000_000 + at, 1_795_000_000_000 + at, 'answered', '+13125550151', 'google', JSON.stringify(record), at === 0 ? TRANSCRIPT : null);
  }
  database.prepare('INSERT INTO site (id, version, updated_at, document) VALUES (?, 1, 0, ?)').run('harbor', '{"name":"Harbor"}');
  database.prepare('INSERT INTO site_version (site, version, created_at, document) VALUES (?, 1, 0, ?)').run('harbor', '{"name":"Harbor"}');
  return database;
}

for (const last of ['0002', '0005', '0006']) {
  describe(`from ${last}`, () => {
    const database = databaseOf(last);
    const before = database.prepare('SELECT id, site, started_at, updated_at, revision, outcome, record, transcript FROM call ORDER BY id').all();
    apply(database, FILES.slice(place(last) + 1));
    const ids = (condition, ...values) => database.prepare(`SELECT id FROM call WHERE ${condition} ORDER BY id`).all(...values).map(({ id }) => id);

    test('no call is lost or changed', () => {
      assert.deepEqual(database.prepare('SELECT id, site, started_at, updated_at, revision, outcome, record, transcript FROM call ORDER BY id').all(), before);
      assert.equal(database.prepare('SELECT document FROM site').get().document, '{"name":"Harbor"}');
    });

    test('what calls are found by is there', () => {
      assert.equal(ids('spam = 0').length, 5);
      assert.equal(ids('lead_status IS NULL AND value IS NULL').length, 5);
      assert.equal(ids("medium = 'cpc'").length, 5);
      assert.deepEqual(ids("caller = '+13125550123'"), ['CAL3']);
    });

    test('words find them', () => {
      const found = (words) => ids('search_row IN (SELECT rowid FROM call_search WHERE call_search MATCH ?)', words);
      assert.deepEqual(found('"0123"'), ['CAL3']);
      assert.deepEqual(found('"3125550124"'), ['CAL4']);
      assert.deepEqual(found('"boiler" "leak"*'), ['CAL0']);
      assert.equal(found('"jane"*').length, 5);
    });

    test('reports count them, each whole', () => {
      const { calls, shared } = database.prepare("SELECT count(*) AS calls, total(coalesce(credit.value ->> '$.linear', 1.0)) AS shared FROM call LEFT JOIN json_each(call.credits) AS credit").get();
      assert.deepEqual([calls, shared], [5, 5]);
    });

    test('a call that is logged now has a place of its own among the words', () => {
      database.exec("INSERT INTO call (id, started_at, updated_at, revision, outcome, record, search_row) VALUES ('CAL9', 1, 1, 1, 'missed', '{}', (SELECT coalesce(max(search_row), 0) + 1 FROM call))");
      assert.equal(database.prepare('SELECT count(DISTINCT search_row) AS rows FROM call').get().rows, 6);
    });
  });
}

test('the index of words can be made anew, for a database that was exported without it', () => {
  const database = databaseOf(FILES.at(-1).slice(0, 4));
  database.exec("UPDATE call SET record = json_set(record, '$.note', 'Wants a heat pump') WHERE id = 'CAL2'");
  for (let times = 0; times < 2; times += 1) {
    database.exec(readFileSync(path.join(FOLDER, '../rebuild-search.sql'), 'utf8'));
    const found = (words) => database.prepare('SELECT id FROM call WHERE search_row IN (SELECT rowid FROM call_search WHERE call_search MATCH ?)').all(words).map(({ id }) => id);
    assert.deepEqual([found('"pump"'), found('"0123"'), found('"boiler"'), found('"jane"').length], [['CAL2'], ['CAL3'], ['CAL0'], 5]);
    assert.equal(database.prepare('SELECT count(DISTINCT search_row) AS rows FROM call').get().rows, 5);
  }
});

test('each migration can be taken apart as the platform does, and says what it is for', () => {
  for (const file of FILES) assert.match(readFileSync(path.join(FOLDER, file), 'utf8'), /^-- [A-Z].*\.?/m, file);
});

test('whose the numbers were, and in which pools, is known afterwards', () => {
  const database = databaseOf('0010');
  const versions = [
    { pools: [{ id: 'main', numbers: ['+1', '+2'], overflow: '+9' }], origins: ['https://old.example'] },
    { pools: [{ id: 'main', numbers: ['+1'] }, { id: 'other', numbers: ['+3'], overflow_by_channel: { direct: '+8' } }], source_numbers: [{ number: '+7' }], origins: ['https://valley.example'] },
  ].map((version) => JSON.stringify({ time_zone: 'UTC', ...version }));
  for (const [at, document] of versions.entries()) database.prepare('INSERT INTO site_version (site, version, created_at, document) VALUES (?, ?, 0, ?)').run('valley', at + 1, document);
  database.prepare('INSERT INTO site (id, version, updated_at, document) VALUES (?, 2, 0, ?)').run('valley', versions[1]);
  for (const number of ['+1', '+2', '+3', '+7', '+8', '+9']) database.prepare('INSERT INTO number (number, site) VALUES (?, ?)').run(number, 'valley');
  database.prepare("INSERT INTO number (number, site) VALUES ('+5', 'deleted-by-half')").run();
  apply(database, FILES.slice(place('0010') + 1));
  const numbers = database.prepare('SELECT number, pool, state, is_written FROM number ORDER BY number').all().map((row) => Object.values(row).join(' '));
  assert.deepEqual(numbers, ['+1 main listed 0', '+2 main kept 0', '+3 other listed 0', '+5  leaving 0', '+7  listed 0', '+8 other listed 0', '+9 main kept 0']);
  assert.deepEqual(database.prepare('SELECT site, version, is_leaving FROM publication').all().map((row) => ({ ...row })), [{ site: 'deleted-by-half', version: null, is_leaving: 1 }]);
  const origins = () => database.prepare("SELECT origin FROM site_origin WHERE site = 'valley'").all().map(({ origin }) => origin);
  assert.deepEqual(origins(), ['https://valley.example']);
  database.prepare("UPDATE site SET document = ? WHERE id = 'valley'").run(versions[0]);
  assert.deepEqual(origins(), ['https://old.example']);
  database.prepare("DELETE FROM site WHERE id = 'valley'").run();
  assert.deepEqual(origins(), []);
});
