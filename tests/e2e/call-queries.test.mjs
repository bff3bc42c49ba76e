/** How SQLite answers questions to the call log: by an index that leads to the calls wanted, never by looking through all of them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MIGRATIONS = fileURLToPath(new URL('../../edge-worker/migrations/', import.meta.url));
/** The worker writes them in its own tests. */
const QUESTIONS = JSON.parse(readFileSync(new URL('call-queries.json', import.meta.url), 'utf8'));

/** Asked without a condition that an index leads to: the list is walked in its order until the page is full. */
const WALKS = /^(list|export) (|sort=-?(start_time|updated_at))$/;
/** The index has these calls alone, in their order. */
const HAS_ITS_OWN = /^\w+ (flagged_as_)?spam=true$/;
/** What changed of late is found by its index, and is little: it is put into the order of the list. */
const SORTS_CHANGES = /^(list|export) site=harbor&updated_since=/;
/** So are the calls that have the words. */
const SORTS_FOUND = /^(list|export) search=/;
/** A report puts its groups into their order, and reads nothing but its own index, once. */
const REPORTS = /^report /;
/** All calls are counted. */
const COUNTS_ALL = /^count (|sort=-?(start_time|updated_at))$/;

/** Of several sites the beginning of each one's list is looked up, by an index that leads there; those are few enough to be sorted. */
const LOOKS_UP = /^(list|export) of two sites (?!site=)/;
/** Of hundreds, all sites' list is walked, unless an index leads to less. */
const WALKS_FOR_MANY = /^(list|export) of 400 sites (|sort=updated_at)$/;

function wayOf(name) {
  if (LOOKS_UP.test(name)) return /^SEARCH call USING INTEGER PRIMARY KEY \(rowid=\?\)$/;
  if (WALKS_FOR_MANY.test(name)) return /^SCAN call USING INDEX call_by_(start|update)$/;
  if (WALKS.test(name)) return /^SCAN call USING INDEX /;
  if (COUNTS_ALL.test(name)) return /^SCAN call USING COVERING INDEX /;
  if (HAS_ITS_OWN.test(name)) return /^SCAN call USING INDEX call_(flagged|marked)_as_spam$/;
  if (REPORTS.test(name)) return /^SEARCH call USING (COVERING )?INDEX call_report \(started_at>\? AND started_at<\?\)$/;
  return /^SEARCH call USING (COVERING )?INDEX /;
}

const database = new DatabaseSync(':memory:');
for (const file of readdirSync(MIGRATIONS).sort()) database.exec(readFileSync(path.join(MIGRATIONS, file), 'utf8'));

for (const [name, { sql, values }] of Object.entries(QUESTIONS)) {
  test(name, () => {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values).map(({ detail }) => detail);
    const way = plan.find((step) => !/^(CO-ROUTINE|SCAN due)/.test(step));
    assert.match(way, wayOf(name));
    if (LOOKS_UP.test(name)) {
      assert.match(plan.at(plan.findLastIndex((step) => step.startsWith('CORRELATED')) + 1), /^SEARCH call USING (COVERING )?INDEX call_by_\w+ \(\w+=\?/, plan.join('; '));
      assert.ok(plan.every((step) => !step.startsWith('SCAN call')), plan.join('; '));
      return;
    }
    assert.ok([SORTS_CHANGES, SORTS_FOUND, REPORTS].some((sorts) => sorts.test(name)) || !plan.some((step) => step.includes('TEMP B-TREE')), `${plan.join('; ')}: the calls are sorted again`);
  });
}
