/** The template for Google Tag Manager: its sections parse, and what it injects is a tag that works. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { open, SITE, until } from './world.mjs';

const SECTIONS = ['TERMS_OF_SERVICE', 'INFO', 'TEMPLATE_PARAMETERS', 'SANDBOXED_JS_FOR_WEB_TEMPLATE', 'WEB_PERMISSIONS', 'TESTS', 'NOTES'];
const text = readFileSync(new URL('../../dni-wasm/gtm/template.tpl', import.meta.url), 'utf8');
const [before, ...parts] = text.split(/^___([A-Z_]+)___$/m);
const sections = Object.fromEntries(SECTIONS.map((_, at) => [parts[2 * at], parts[2 * at + 1].trim()]));

/** Runs the template's code as Tag Manager would, with the few functions that it asks for; answers what it did. */
function run(data, isPermitted = true) {
  const done = [];
  const api = {
    encodeUriComponent: encodeURIComponent,
    injectScript: (url, onSuccess) => { done.push(url); onSuccess(); },
    queryPermission: (permission, url) => { assert.equal(permission, 'inject_script'); done.asked = url; return isPermitted; },
  };
  const given = { ...data, gtmOnSuccess: () => done.push('success'), gtmOnFailure: () => done.push('failure') };
  new Function('require', 'data', sections.SANDBOXED_JS_FOR_WEB_TEMPLATE)((name) => {
    assert.ok(name in api, `the sandbox is asked for ${name}`);
    return api[name];
  }, given);
  return done;
}

test('the sections are those of the gallery, in order, and their JSON parses', () => {
  assert.equal(before, '');
  assert.deepEqual(parts.filter((_, at) => at % 2 === 0), SECTIONS);
  const info = JSON.parse(sections.INFO);
  assert.equal(info.type, 'TAG');
  assert.deepEqual(info.containerContexts, ['WEB']);
  assert.ok(info.displayName && info.description.length <= 200);
  const [permission] = JSON.parse(sections.WEB_PERMISSIONS);
  assert.equal(permission.instance.key.publicId, 'inject_script');
  for (const { string } of permission.instance.param[0].value.listItem) assert.match(string, /^https:\/\/\*\.[a-z.]+\/dni\.js\*$/);
  assert.match(sections.TESTS, /^scenarios:/);
});

test('every field of the code is a field of the form', () => {
  const all = (fields) => fields.flatMap((field) => [field.name, ...all(field.subParams ?? [])]);
  const named = all(JSON.parse(sections.TEMPLATE_PARAMETERS));
  assert.equal(new Set(named).size, named.length);
  const used = [...sections.SANDBOXED_JS_FOR_WEB_TEMPLATE.matchAll(/data\.(\w+)/g)].map(([, name]) => name).filter((name) => !name.startsWith('gtm'));
  for (const name of used) assert.ok(named.includes(name), name);
});

test('the code asks for no more than Tag Manager has and the template permits', () => {
  /** The permission that each function needs, if any. */
  const permissions = { encodeUriComponent: undefined, injectScript: 'inject_script', queryPermission: undefined };
  const code = sections.SANDBOXED_JS_FOR_WEB_TEMPLATE;
  const required = [...code.matchAll(/require\('(\w+)'\)/g)].map(([, name]) => name);
  for (const name of required) assert.ok(name in permissions, name);
  const declared = JSON.parse(sections.WEB_PERMISSIONS).map(({ instance }) => instance.key.publicId);
  assert.deepEqual(declared, required.map((name) => permissions[name]).filter(Boolean));
  // What the sandbox has not got.
  const plain = code.replace(/\/\/.*/g, '').replace(/'[^']*'/g, "''");
  assert.doesNotMatch(plain, /\b(?:window|document|location|globalThis|new|this|class|async|await|eval|Promise|setTimeout)\b/);
});

for (const [, name, code] of sections.TESTS.matchAll(/^- name: (.*)\n {2}code: \|-\n((?: {4}.*\n?)+)/gm)) {
  test(`the template's own test: ${name}`, () => {
    let isPermitted = true;
    let done = [];
    const called = { injectScript: () => done.some((one) => one.startsWith('https')), gtmOnFailure: () => done.includes('failure') };
    const assertApi = (api) => ({
      wasCalled: () => assert.ok(called[api](), api),
      wasNotCalled: () => assert.ok(!called[api](), api),
    });
    const mock = (api, answer) => {
      assert.equal(api, 'queryPermission');
      isPermitted = answer;
    };
    new Function('mock', 'runCode', 'assertApi', code)(mock, (data) => { done = run(data, isPermitted); }, assertApi);
  });
}

test('what is not permitted is not injected', () => {
  assert.deepEqual([...run({ edge: 'https://calls.example', site: 'harbor' }, false)], ['failure']);
});

test('the injected address is a tag that works with its options', async (t) => {
  const { visit, edge } = await open(t);
  const [url, outcome] = run({ edge: edge.url, site: SITE, consent: 'google', lease: 'always', targets: '+13125550142, +13125550143', dnt: false, callrail: true });
  assert.equal(outcome, 'success');
  const page = await visit('plain.html');
  await page.evaluate((url) => {
    window.dataLayer = [];
    window.gtag = function gtag() { dataLayer.push(arguments); };
    document.head.append(Object.assign(document.createElement('script'), { src: url, async: true }));
  }, url);
  await page.waitForFunction(() => window.dni?.state === 'consent');
  await page.evaluate(() => gtag('consent', 'update', { ad_storage: 'granted', analytics_storage: 'granted' }));
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
  await until(() => edge.asked('lease').length === 1);
  assert.deepEqual(edge.asked('lease')[0].targets, ['+13125550142, +13125550143']);
  assert.equal(await page.evaluate(() => typeof CallTrk.swap), 'function');
});
