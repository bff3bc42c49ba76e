/**
 * How much a run of the tests tries: everything, or of what is many of a kind and slow one of each kind.
 *
 * `cargo xtask test --all` sets DNI_TEST_ALL=1. What is left out otherwise is reported as skipped, with how to run it.
 */
import { describe, test } from 'node:test';

/** Whether this run is to try everything. */
export const ALL = process.env.DNI_TEST_ALL === '1';

const WHY = 'one of its kind runs always, this one with `cargo xtask test --all`';

/** Options of a test that runs with `--all` alone. */
export const inAll = (options = {}) => ({ ...options, skip: options.skip || (!ALL && WHY) });

/**
 * Options of one test of many of a kind: the samples run always, the others with `--all` alone.
 *
 * @param {boolean} isSample
 * @param {object} [options]
 */
export const sampled = (isSample, options = {}) => (isSample ? options : inAll(options));

/** Chooses how long something random goes on: as long as a fault of the kind seen so far needs, or as long as `--all` allows. */
export const rounds = (some, all) => (ALL ? all : some);

/**
 * Tests that belong together and need something which not every machine has. Without it one skipped test stands for them: Node
 * counts a skipped suite as nothing at all.
 *
 * @param {string} name
 * @param {string | false | undefined} missing what is not there, as a reason
 * @param {() => void} body
 */
export const needing = (name, missing, body) => (missing ? test(name, { skip: missing }) : describe(name, body));
