/**
 * Leases against a static route of the same worker: `node tests/bench/lease.bench.mjs --out FOLDER`.
 *
 * No figure is right or wrong here. It fails if a request failed, a visitor got a wrong number, or the rows counted agree
 * neither with each other nor with the leases in the store.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Ledger } from './ledger.mjs';
import { CONCURRENCY, openLoad } from './load.mjs';
import { beat, newVisit, nextPage, nextTouch, putPools } from './pools.mjs';
import { summary, table } from './report.mjs';
import { startWorkerd } from './workerd.mjs';

/** Measured rounds; of an odd number the median was itself measured. */
const ROUNDS = 5;
/** Rounds before them, in which workerd compiles what is hot. */
const WARM_UP_ROUNDS = 2;
/** Requests of a static block: about as long as a thousand leases. */
const STATIC_REQUESTS = 4_000;
/** Pools for one round, about a thousand numbers together: two of 499, and twenty of 49. */
const LARGE = { siteCount: 2, poolsPerSite: 1 };
const SMALL = { siteCount: 2, poolsPerSite: 10 };
/** The kind that the sentence below the table speaks of. */
const NEW_LEASE = 'new lease, large pools';
/** Milliseconds for all of it, which takes one to two minutes on two cores. */
const LIMIT_MS = 15 * 60_000;

const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
if (!out) {
  console.error('Usage: lease.bench.mjs --out FOLDER');
  process.exit(2);
}
setTimeout(() => {
  console.error(`The benchmark was not done within ${LIMIT_MS / 60_000} minutes.`);
  process.exit(1);
}, LIMIT_MS).unref();

const workerd = await startWorkerd();
const load = openLoad(workerd.url);
const ledger = new Ledger();
/** @type {import('./report.mjs').Block[]} */
const blocks = [];
try {
  for (let round = 1 - WARM_UP_ROUNDS; round <= ROUNDS; round += 1) {
    console.log(round < 1 ? 'warm-up' : `round ${round} of ${ROUNDS}`);
    await runRound(round);
  }
  await ledger.audit(workerd.storedLeases);
  report();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await load.close();
  await workerd.stop();
}

/** One block of each kind, each right after a static block of its own. */
async function runRound(round) {
  const [large, small] = [await openPools(LARGE), await openPools(SMALL)];
  const run = async (kind, visits) => {
    const beside = await measure(round, 'GET /healthz', staticVisits('/healthz'));
    return (await measure(round, kind, visits, beside.block)).texts;
  };
  await run('GET /dni.js', staticVisits('/dni.js'));

  const arrivals = newVisits(large);
  const leases = ledger.lease(arrivals, await run(NEW_LEASE, arrivals));
  const pages = leases.map(nextPage);
  ledger.lease(pages, await run('returning, next page', pages));
  const touches = leases.map(nextTouch);
  ledger.lease(touches, await run('returning, new touch', touches));
  const beats = leases.map(beat);
  ledger.beat(beats, await run('sign of life', beats));
  const latecomers = leases.map(({ pool }) => newVisit(pool));
  ledger.overflow(latecomers, await run('new visitor, pool full', latecomers));

  const others = newVisits(small);
  ledger.lease(others, await run('new lease, small pools', others));
}

/** Puts pools and leases one number of each, so that no measured request has to make an object and its tables. */
async function openPools(size) {
  const pools = await putPools({ url: workerd.url, apiKey: workerd.apiKey, ...size });
  const firsts = pools.map(newVisit);
  ledger.lease(firsts, (await load.send(firsts.map(({ asking }) => asking))).texts);
  return pools;
}

/** A visitor for every number that is left, each of the next pool. */
function newVisits(pools) {
  const left = pools.length * (pools[0].numbers.length - 1);
  return Array.from({ length: left }, (_, n) => newVisit(pools[n % pools.length]));
}

/** Asked for as a browser would: with a compressed answer. */
function staticVisits(route) {
  return Array.from({ length: STATIC_REQUESTS }, () => ({ asking: { method: 'GET', path: route, headers: { 'accept-encoding': 'br' } } }));
}

async function measure(round, kind, visits, beside) {
  const requests = visits.length;
  const [rowsBefore, cpuBefore, clientBefore] = [await workerd.rowsWritten(), workerd.cpuMs(), clientMs()];
  const { texts, seconds } = await load.send(visits.map(({ asking }) => asking));
  const cpuMs = cpuBefore === null ? null : (workerd.cpuMs() - cpuBefore) / requests;
  const clientCpuMs = (clientMs() - clientBefore) / requests;
  const rowsWritten = (await workerd.rowsWritten()) - rowsBefore;
  const block = { round, kind, requests, seconds, rate: requests / seconds, cpuMs, clientCpuMs, rowsWritten, beside };
  if (round >= 1) {
    blocks.push(block);
  }
  return { block, texts };
}

/** Milliseconds of CPU that this process, which makes the load, has used so far. */
function clientMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function report() {
  const kinds = summary(blocks);
  const { [NEW_LEASE]: fresh, 'sign of life': life, 'returning, next page': page, 'returning, new touch': touch } = kinds;
  if (fresh.rowsWritten < 1) {
    throw new Error(`Every lease is in its store, but only ${fresh.rowsWritten} rows were counted for each: the count is wrong.`);
  }
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version, workerd: workerd.version, state: workerd.stateIn };
  mkdirSync(out, { recursive: true });
  const file = { date: new Date().toISOString(), ...machine, concurrency: CONCURRENCY, warm_up_rounds: WARM_UP_ROUNDS, kinds, blocks };
  writeFileSync(path.join(out, 'lease.json'), `${JSON.stringify(file, null, 2)}\n`);
  console.log(`\n${machine.cpu}, ${machine.cores} cores; Node ${machine.node}, workerd ${machine.workerd}; ${CONCURRENCY} requests at once, state in ${machine.state}`);
  console.log(`${table(kinds)}\n`);
  const cpu = fresh.cpuOfStatic ? `, for ${fresh.cpuOfStatic.median.toFixed(1)} times its CPU` : '';
  console.log(`Ratio: leases of new visitors are answered at ${fresh.rateOfStatic.median.toFixed(2)} of the rate of the static route GET /healthz${cpu}.`);
  console.log(`Rows written: ${fresh.rowsWritten} for a new lease, ${life.rowsWritten} for a sign of life within the renewal step, ${page.rowsWritten} for a returning visitor's next page, ${touch.rowsWritten} for their new touch.`);
}
