/**
 * findNumbers of the npm tools against libphonenumber-js on the same texts: `node tests/bench/numbers.bench.mjs --out FOLDER`.
 *
 * The two take turns. It fails if ours finds fewer of the numbers that are known to be there than the rival does.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findPhoneNumbersInText } from 'libphonenumber-js/min';
import { pageTexts } from './texts.mjs';

const TEXTS = 300;
/** Measured rounds; of an odd number the median was itself measured. */
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
if (!out) {
  console.error('Usage: numbers.bench.mjs --out FOLDER');
  process.exit(2);
}
const { findNumbers } = await import('../../target/npm/package/tools/node.js').catch(() => {
  console.error('The npm package is not there: run `cargo xtask pack`.');
  process.exit(2);
});

const finders = {
  'dni-wasm findNumbers': (text) => findNumbers(text, 'US').map(({ number }) => number),
  'libphonenumber-js': (text) => findPhoneNumbersInText(text, { defaultCountry: 'US', extended: false }).map(({ number }) => number.number),
};
const texts = pageTexts(TEXTS);
const megabytes = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1e6;
const known = texts.reduce((sum, { numbers }) => sum + numbers.length, 0);
const runs = Object.fromEntries(Object.keys(finders).map((name) => [name, []]));
const quality = {};

for (let round = 1 - WARM_UP_ROUNDS; round <= ROUNDS; round += 1) {
  for (const [name, find] of Object.entries(finders)) {
    const begun = performance.now();
    const found = texts.map(({ text }) => find(text));
    const ms = performance.now() - begun;
    if (round >= 1) runs[name].push(ms);
    quality[name] = judge(found);
  }
}

const names = Object.keys(finders);
const median = Object.fromEntries(names.map((name) => [name, runs[name].toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]]));
const [ours, theirs] = names;
const ratio = median[theirs] / median[ours];
mkdirSync(out, { recursive: true });
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version };
writeFileSync(path.join(out, 'numbers.json'), `${JSON.stringify({ date: new Date().toISOString(), ...machine, megabytes, known, rounds: ROUNDS, runs, median, quality, ratio }, null, 2)}\n`);
console.log(`${TEXTS} texts, ${megabytes.toFixed(1)} MB, ${known} numbers known; ${machine.cpu}, Node ${machine.node}`);
for (const name of names) {
  const { recall, precision } = quality[name];
  console.log(`${name.padEnd(24)} ${median[name].toFixed(1).padStart(9)} ms  ${(megabytes / median[name] * 1000).toFixed(1).padStart(7)} MB/s  recall ${recall.toFixed(4)}  precision ${precision.toFixed(4)}`);
}
console.log(`Ratio: ${ratio.toFixed(1)} times as fast as libphonenumber-js.`);
if (quality[ours].recall < quality[theirs].recall) {
  console.error('Ours finds fewer of the numbers than the rival.');
  process.exitCode = 1;
}

/** Compares what was found with what is there, text by text. */
function judge(found) {
  let right = 0;
  let all = 0;
  found.forEach((numbers, n) => {
    const left = [...texts[n].numbers];
    all += numbers.length;
    for (const number of numbers) {
      const place = left.indexOf(number);
      if (place >= 0) {
        left.splice(place, 1);
        right += 1;
      }
    }
  });
  return { right, found: all, recall: right / known, precision: right / Math.max(all, 1) };
}
