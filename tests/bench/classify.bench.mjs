/**
 * classify of the npm tools against the same rules on npm packages: `node tests/bench/classify.bench.mjs --out FOLDER`.
 *
 * The two take turns. It fails if they disagree on a visit; the figure itself is not judged.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { classifyByPackages } from './visit-rival.mjs';

/** Visits in one block, and blocks of each kind; of an odd number the median was itself measured. */
const VISITS = 20_000;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
if (!out) {
  console.error('Usage: classify.bench.mjs --out FOLDER');
  process.exit(2);
}
const { classify } = await import('../../target/npm/package/tools/node.js').catch(() => {
  console.error('The npm package is not there: run `cargo xtask pack`.');
  process.exit(2);
});

const SITE = 'https://www.harbor.example';
const KINDS = [
  [`${SITE}/heating?utm_source=google&utm_medium=cpc&utm_campaign=winter-check&utm_term=furnace+repair&gclid=${'A'.repeat(80)}`, 'https://www.google.com/'],
  [`${SITE}/?gclid=${'B'.repeat(80)}`, 'https://www.google.com/'],
  [`${SITE}/cooling?utm_source=fb&utm_medium=cpm&utm_campaign=spring&utm_content=video%20ad&fbclid=${'C'.repeat(120)}`, 'https://m.facebook.com/'],
  [`${SITE}/contact`, 'https://www.bing.com/'],
  [`${SITE}/contact?page=2&sort=price`, `${SITE}/heating`],
  [`${SITE}/`, ''],
  [`${SITE}/members?utm_source=newsletter&utm_medium=email&utm_campaign=october`, ''],
  [`${SITE}/`, 'https://www.chamber.example/members/list?city=chicago'],
  [`${SITE}/`, 'https://chatgpt.com/'],
];
const visits = Array.from({ length: VISITS }, (_, n) => {
  const [url, referrer] = KINDS[n % KINDS.length];
  return { url: `${url}${url.includes('?') ? '&' : '?'}visit=${n}`, referrer };
});
for (const visit of visits.slice(0, KINDS.length)) {
  const { source, medium, campaign, term, content, channel, clickIds } = classify(visit);
  const ours = { source, medium, campaign, term, content, channel, clickIds: clickIds.map(({ name, value }) => ({ name, value })) };
  const { medium: theirMedium, ...theirs } = classifyByPackages(visit);
  assert.deepEqual(ours, { ...theirs, medium: theirMedium }, visit.url);
}

const readers = { 'dni-wasm classify': classify, 'URL + query-string + tldts': classifyByPackages };
const names = Object.keys(readers);
const runs = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 1 - WARM_UP_ROUNDS; round <= ROUNDS; round += 1) {
  for (const name of names) {
    const read = readers[name];
    const begun = performance.now();
    for (const visit of visits) read(visit);
    const ms = performance.now() - begun;
    if (round >= 1) runs[name].push(ms);
  }
}
const median = Object.fromEntries(names.map((name) => [name, runs[name].toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]]));
const ratio = median[names[1]] / median[names[0]];
mkdirSync(out, { recursive: true });
const machine = { cpu: cpus()[0]?.model ?? 'unknown', node: process.version };
writeFileSync(path.join(out, 'classify.json'), `${JSON.stringify({ date: new Date().toISOString(), ...machine, visits: VISITS, rounds: ROUNDS, runs, median, ratio }, null, 2)}\n`);
for (const name of names) {
  console.log(`${name.padEnd(28)} ${(median[name] / VISITS * 1000).toFixed(2).padStart(8)} µs a visit`);
}
console.log(`Ratio: ${ratio.toFixed(2)} times as fast as the packages.`);
