/** Sites in the tools from the packed tarball: checked as by the edge, by a function and at the command line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { installPackage } from './package.mjs';
import { badSites, goodSites } from './site-fixtures.mjs';

/** Milliseconds one command may take on a busy machine. */
const LIMIT_MS = 60_000;
const { harbor } = Object.fromEntries(goodSites());
const UNREACHABLE = { ...harbor, flows: { night: harbor.flow } };

let project;
let tools;

before(async () => {
  project = installPackage();
  tools = await import(pathToFileURL(createRequire(project.file('package.json')).resolve('dni-wasm/tools')).href);
  mkdirSync(project.file('sites'));
  const files = {
    'harbor.json': harbor,
    'warned.json': UNREACHABLE,
    'bad.json': { ...harbor, origins: [], name: '' },
    'misspelt.json': { ...harbor, tragets: [] },
    'sites/harbor.json': harbor,
    'sites/versions.json': { harbor: 3 },
  };
  for (const [name, content] of Object.entries(files)) project.write(name, JSON.stringify(content));
});

after(() => project.remove());

describe('checkSite', () => {
  test('finds in every fixture what the checker of the edge finds', () => {
    for (const [name, site] of goodSites()) assert.deepEqual(tools.checkSite(site), [], name);
    for (const { name, site, expect } of badSites()) {
      const findings = tools.checkSite(site);
      const errors = findings.filter(({ severity }) => severity === 'error');
      assert.deepEqual(errors.map(({ code, place }) => ({ code, place })), [expect].flat(), name);
      for (const { message } of findings) assert.ok(message.endsWith('.'), `${name}: ${message}`);
      assert.deepEqual(tools.checkSite(JSON.stringify(site)), findings, `${name}, as a text`);
    }
  });

  test('warns of what works and may not be meant so, and of what the carriers cannot do', () => {
    const said = (site, deployment) => tools.checkSite(site, deployment).map(({ code, place, severity }) => [severity, code, place]);
    assert.deepEqual(said(UNREACHABLE), [['warning', 'unreachable_flow', 'flows.night']]);
    assert.deepEqual(said(harbor, { carriers: ['jambonz', 'twilio'] }), [['warning', 'carrier_cannot', 'flow.steps.message']]);
    assert.deepEqual(said({ ...UNREACHABLE, origins: [] }).map(([severity]) => severity), ['error', 'warning']);
  });

  test('takes what is no site for a finding, and no value for a mistake', () => {
    const cases = [['', 'no_json'], ['{', 'no_json'], [null, 'wrong_type'], [[], 'wrong_type'], [{}, 'missing_field']];
    for (const [site, code] of cases) assert.deepEqual(tools.checkSite(site).map((one) => one.code), [code], JSON.stringify(site));
    for (const site of [undefined, () => {}]) assert.throws(() => tools.checkSite(site), { code: 'not_an_object' });
    assert.throws(() => tools.checkSite('x'.repeat(2_000_001)), { code: 'text_too_long' });
    assert.throws(() => tools.checkSite(harbor, { carrier: 'twilio' }), { code: 'unknown_option' });
    assert.throws(() => tools.checkSite(harbor, { carriers: ['pigeon'] }), { code: 'bad_option' });
  });
});

describe('the command line', () => {
  test('check-site', () => {
    const cases = [
      [['harbor.json'], 0, /^✔ harbor\.json can be published\n$/],
      [['warned.json'], 0, /^✔ warned\.json can be published\n! flows\.night {2}unreachable_flow\n {4}No call/],
      [['harbor.json', '--carrier', 'jambonz'], 0, /carrier_cannot/],
      [['bad.json'], 1, /^bad\.json\n✖ name {2}bad_name\n.*\n✖ origins {2}no_origin\n {4}No origin is listed; add/],
      [['misspelt.json', 'harbor.json'], 1, /✖ tragets {2}unknown_field\n[\s\S]*✔ harbor\.json can be published/],
      [['sites'], 0, /^✔ sites\/harbor\.json can be published\n$/],
      [['nowhere.json'], 2, /nowhere\.json cannot be read: ENOENT/],
      [['harbor.json', '--carrier', 'pigeon'], 2, /carriers\[0\] cannot be used/],
      [[], 2, /which site\?\n\nusage: dni-wasm check-site FILE/],
      [['--help'], 0, /usage: dni-wasm check-site FILE/],
    ];
    for (const [words, code, said] of cases) {
      const { status, stderr, stdout } = command(words);
      assert.equal(status, code, stdout + stderr);
      assert.match(code === 2 ? stderr : stdout, said);
      assert.doesNotMatch(stderr, /^ {4}at /m);
    }
    assert.match(command(['-'], JSON.stringify(harbor)).stdout, /can be published/);
    const { status, stdout } = command(['bad.json', 'harbor.json', '--json']);
    const findings = tools.checkSite(readFileSync(project.file('bad.json'), 'utf8'));
    assert.deepEqual([status, JSON.parse(stdout)], [1, [{ file: 'bad.json', findings }, { file: 'harbor.json', findings: [] }]]);
  });
});

test('the package has the schema of a site', () => {
  const schema = JSON.parse(readFileSync(createRequire(project.file('package.json')).resolve('dni-wasm/site.schema.json'), 'utf8'));
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.ok(schema.$defs.PoolDocument);
});

function command(words, input = '') {
  const program = project.file('node_modules/.bin/dni-wasm');
  return spawnSync(process.execPath, [program, 'check-site', ...words], { cwd: project.folder, encoding: 'utf8', input, timeout: LIMIT_MS });
}
