/**
 * What the pool costs natively: `node tests/bench/pool.bench.mjs --out FOLDER`.
 *
 * It has no rival: cost per lease and per answer at 10, 1,000 and 100,000 numbers, memory, and hours simulated in a second.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
if (!out) {
  console.error('Usage: pool.bench.mjs --out FOLDER');
  process.exit(2);
}
const words = ['run', '--quiet', '--profile', 'native', '--package', 'dni-core', '--example', 'measure_pool'];
const text = execFileSync('cargo', words, { encoding: 'utf8', timeout: 30 * 60_000, stdio: ['ignore', 'pipe', 'inherit'] });
const measured = JSON.parse(text);
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'pool.json'), `${JSON.stringify({ date: new Date().toISOString(), ...measured }, null, 2)}\n`);
console.table(measured.pools);
const [small, , large] = measured.pools;
console.log(`Ratio: a lease from ${large.numbers} numbers costs ${(large.new_lease_ns / small.new_lease_ns).toFixed(2)} times one from ${small.numbers}.`);
console.log(`Simulated: ${Math.round(measured.simulation.hours_per_second)} hours in a second.`);
