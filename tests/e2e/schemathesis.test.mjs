/**
 * The whole API asked at random by Schemathesis, out of the description that the worker serves: whatever is sent, no answer is a failure of the
 * worker's, and none is undocumented.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { inAll } from '../rig/extent.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WANTED = path.join(ROOT, 'tests/e2e/schemathesis.txt');
const PLACE = path.join(ROOT, 'target/schemathesis');
/** What each answer is held to. That whatever the schemas allow is also taken is not among it: that a name or number exists no schema can say. */
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method,ignored_auth';
/** Requests that are made up for each operation and phase. */
const EXAMPLES = '25';
/** Milliseconds for all of them, some eight thousand. */
const LIMIT_MS = 10 * 60_000;

/** Installs the program into a folder of the project's own, once. */
function install() {
  const program = path.join(PLACE, 'bin/schemathesis');
  const run = (command, ...args) => {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS });
    assert.equal(status, 0, stderr);
  };
  if (!existsSync(program)) run('python3', '-m', 'venv', PLACE);
  run(path.join(PLACE, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', '--requirement', WANTED);
  return program;
}

const missing = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0 ? undefined : 'there is no Python with venv';

test('no answer is a failure of the worker\'s, and each is as the description says', inAll({ skip: missing }), async (t) => {
  const program = install();
  const world = await startWorld();
  t.after(() => world.close());
  const { sid } = await world.carrier.placeCall({ from: '+17735550130', to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 1 });
  await world.logged(sid);
  const folder = path.join(world.stateDir, 'schemathesis');
  mkdirSync(folder);
  const args = [
    'run', `${world.edgeUrl}/v1/openapi.json`, '--header', `Authorization: Bearer ${world.apiKey}`, '--checks', CHECKS, '--max-examples', EXAMPLES, '--seed', '1',
    '--no-color', '--request-timeout', '30', '--workers', '2',
    // How many of its own guesses at a site it throws away is no promise of ours.
    '--suppress-health-check', 'filter_too_much',
  ];
  const run = spawn(program, args, { cwd: folder, timeout: LIMIT_MS });
  const said = [];
  run.stdout.on('data', (chunk) => said.push(chunk));
  run.stderr.on('data', (chunk) => said.push(chunk));
  const status = await new Promise((resolve) => { run.once('close', resolve); });
  const text = Buffer.concat(said).toString();
  t.diagnostic(text.split('\n').slice(-12).join('\n'));
  assert.equal(status, 0, text.slice(-20_000));
});
