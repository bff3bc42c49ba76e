/** `dni-wasm pull`, `diff` and `push`: sites as files beside other sources. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { siteDocument } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const PROGRAM = fileURLToPath(new URL('../../dni-wasm/npm/bin/dni-wasm.js', import.meta.url));

let world;
let folder;
before(async () => {
  world = await startWorld();
  folder = mkdtempSync(path.join(tmpdir(), 'dni-sites-'));
  const valley = { ...siteDocument({ origins: ['https://valley.example'], pool: { numbers: ['+13125550181'], overflow: undefined } }), name: 'Valley', targets: [{ number: '+13125550143', pool: 'main' }], source_numbers: [] };
  assert.equal((await world.api('/v1/sites/valley', { method: 'PUT', body: valley })).status, 201);
});
beforeEach(() => rmSync(folder, { recursive: true, force: true }));
after(() => {
  rmSync(folder, { recursive: true, force: true });
  return world?.close();
});

function run(command, words = [], { key = world.apiKey, edge = world.edgeUrl } = {}) {
  const env = { PATH: process.env.PATH, ...(key && { DNI_KEY: key }), ...(edge && { DNI_EDGE: edge }) };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, command, ...words, '--folder', folder], { env, encoding: 'utf8' }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
}

const file = (site) => path.join(folder, `${site}.json`);
const read = (site) => JSON.parse(readFileSync(file(site), 'utf8'));
const edit = (site, change) => writeFileSync(file(site), JSON.stringify({ ...read(site), ...change }));
const published = async (site) => (await world.api(`/v1/sites/${site}`)).json;

test('sites are pulled, changed, compared and pushed', async () => {
  const pulled = await run('pull');
  assert.deepEqual([pulled.code, readdirSync(folder).sort()], [0, ['harbor.json', 'valley.json', 'versions.json']], pulled.err);
  const { id: _, version, updated_at: __, ...document } = await published('harbor');
  assert.deepEqual(read('harbor'), document);
  const same = await run('diff');
  assert.deepEqual([same.code, same.out], [0, '✔ harbor is as published\n✔ valley is as published\n']);

  edit('harbor', { name: 'Harbor & Sons', recordings: { keep_days: 30 } });
  const different = await run('diff');
  assert.equal(different.code, 1);
  assert.match(different.out, /harbor, version \d+\n(?:.*\n)*? {2}~ name: "Harbor Heating & Air" → "Harbor & Sons"\n/);
  assert.match(different.out, /✔ valley is as published/);
  assert.equal((await published('harbor')).version, version, 'comparing writes nothing');

  const pushed = await run('push', ['harbor']);
  assert.deepEqual([pushed.code, pushed.out], [0, `✔ harbor is published, version ${version + 1}\n`], pushed.err);
  assert.equal((await published('harbor')).name, 'Harbor & Sons');
  assert.equal((await run('push')).out, '✔ harbor is as published\n✔ valley is as published\n');
  assert.equal((await run('diff')).code, 0);
});

test('a site of many numbers is pushed to its end', async () => {
  await run('pull', ['valley']);
  const [pool] = read('valley').pools;
  edit('valley', { pools: [{ ...pool, numbers: [...pool.numbers, ...Array.from({ length: 600 }, (_, at) => `+1312555${2000 + at}`)] }] });
  const pushed = await run('push', ['valley']);
  assert.deepEqual([pushed.code, pushed.out.split('\n').slice(0, 2)], [0, ['  valley: 100 numbers are left', `✔ valley is published, version ${(await published('valley')).version}`]], pushed.err);
  edit('valley', { pools: [pool] });
  assert.equal((await run('push', ['valley'])).code, 0);
});

test('what somebody else changed meanwhile is not lost', async () => {
  await run('pull', ['valley']);
  assert.ok(!existsSync(file('harbor')));
  await world.api('/v1/sites/valley', { method: 'PATCH', body: { name: 'Valley by Ann' } });
  edit('valley', { name: 'Valley by Bo' });
  const refused = await run('push');
  assert.equal(refused.code, 2);
  assert.match(refused.out, /✖ valley: Somebody else changed it.*\n {2}Pull it, and bring your change in again; or push with --force\./);
  assert.equal((await published('valley')).name, 'Valley by Ann');
  assert.equal((await run('push', ['--force'])).code, 0);
  assert.equal((await published('valley')).name, 'Valley by Bo');
});

test('a new file is a new site, and a file with faults is told place by place', async () => {
  await run('pull', ['valley']);
  writeFileSync(file('hill-top'), JSON.stringify({ ...read('valley'), name: 'Hill Top', targets: [{ number: '+13125550145', pool: 'main' }], pools: [{ ...read('valley').pools[0], numbers: ['+13125550185'] }] }));
  const compared = await run('diff', ['hill-top']);
  assert.deepEqual([compared.code, compared.out.split('\n')[0]], [1, 'hill-top would be created'], compared.out);
  assert.match((await run('push', ['hill-top'])).out, /✔ hill-top is published, version 1/);
  edit('hill-top', { time_zone: 'CST', origins: ['hill'] });
  for (const command of ['diff', 'push']) {
    const { code, out } = await run(command, ['hill-top']);
    assert.equal(code, 2);
    assert.match(out, /✖ hill-top: The site's configuration has \d+ faults.*\n(?: {2}\S+: .+\n)+/);
  }
  assert.equal((await published('hill-top')).version, 1);
  writeFileSync(file('hill-top'), '{');
  assert.match((await run('push', ['hill-top'])).err, /hill-top\.json is no JSON/);
});

test('each thing that is missing or wrong is said', async () => {
  for (const [command, words, options, expected] of [
    ['pull', [], { key: '' }, /put the key into \$DNI_KEY/], ['pull', [], { edge: '' }, /which deployment\?/], ['pull', [], { edge: 'nonsense' }, /which deployment\?/],
    ['pull', ['No Site'], {}, /No Site is no name of a site/], ['pull', ['nowhere'], {}, /there is no site nowhere/], ['pull', [], { key: 'wrong' }, /The key is missing or wrong/],
    ['pull', [], { edge: 'http://127.0.0.1:1' }, /http:\/\/127\.0\.0\.1:1 does not answer/], ['pull', [], { edge: world.site.url }, /no JSON: is it the address of a deployment\?/],
    ['push', [], {}, /there is no folder/], ['pull', ['--force'], {}, /Unknown option '--force'/],
  ]) {
    const { code, err } = await run(command, words, options);
    assert.equal(code, 2, `${command} ${words}`);
    assert.match(err, expected);
    assert.ok(!err.includes(world.apiKey));
  }
  const key = (await world.api('/v1/keys', { method: 'POST', body: { name: 'r', scope: 'read', sites: null } })).json.key;
  assert.equal((await run('pull', [], { key })).code, 0);
  const refused = await run('diff', ['harbor'], { key });
  assert.deepEqual([refused.code, refused.out], [2, '✖ harbor: This needs the scope write, and what you have is read; ask an owner.\n']);
});
