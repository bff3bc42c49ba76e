/** The script tag as the site's developer meets it: options, events, the test switch, the pinned and the single file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assigned, html, leaseReply, MANIFEST, open, SITE, untouched, until } from './world.mjs';

const STRICT = "default-src 'none'; style-src 'unsafe-inline'; script-src EDGE 'unsafe-inline' 'wasm-unsafe-eval'; connect-src EDGE; require-trusted-types-for 'script'; trusted-types 'none'";
const layered = (page) => page.addInitScript(() => { window.dataLayer = []; });
const layer = (page) => page.evaluate(() => dataLayer);

test('events are told to listeners and, without anything about the visitor, to the data layer', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', {
    prepare: async (page) => {
      await layered(page);
      await page.addInitScript(() => {
        window.heard = [];
        window.dni = ['ready', 'lease', 'swap', 'release', 'overflow', 'error'].map((name) => ['on', name, (detail) => heard.push([name, detail])]);
      });
    },
  });
  await page.evaluate(() => dni.swap());
  await page.evaluate(() => dni.release());
  await until(async () => (await layer(page)).length === 4);
  assert.deepEqual(await layer(page), [
    { event: 'dni.swap', dni_site: SITE, dni_numbers: 1 },
    { event: 'dni.lease', dni_site: SITE, dni_numbers: 1 },
    { event: 'dni.ready', dni_site: SITE },
    { event: 'dni.release', dni_site: SITE },
  ]);
  const { visitor } = edge.asked('lease')[0];
  assert.ok(!JSON.stringify(await layer(page)).includes(visitor));
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(heard.map(([name]) => name), ['swap', 'lease', 'ready', 'swap', 'release']);
  assert.equal(heard[1][1][0].number, '+13125550151');
});

for (const [name, answers, expected] of [
  ['a shared number', { lease: (request) => leaseReply(request, [{ ...assigned('+13125550171'), kind: 'overflow', lease: undefined }]) }, { event: 'dni.overflow', dni_numbers: 1 }],
  ['an empty pool', { lease: (request) => ({ ...leaseReply(request, []), reason: 'pool_exhausted' }) }, { event: 'dni.overflow', dni_numbers: 0 }],
  ['a silent edge', { lease: () => ({ status: 403 }) }, { event: 'dni.error', dni_code: 'edge' }],
  ['no such target', { lease: (request) => ({ ...leaseReply(request, []), reason: 'no_target' }) }, { event: 'dni.error', dni_code: 'no_target' }],
  ['wasm that is missing', { asset: (file) => (file.endsWith('.wasm') ? 404 : undefined) }, { event: 'dni.error', dni_code: 'library' }],
]) {
  test(`the data layer hears of ${name}`, async (t) => {
    const { visit } = await open(t, answers);
    const page = await visit('business.html', { prepare: layered });
    await until(async () => (await layer(page)).some((entry) => Object.entries(expected).every(([key, value]) => entry[key] === value)));
  });
}

test('a page without a data layer gets none', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html');
  assert.equal(await page.evaluate(() => typeof dataLayer), 'undefined');
});

test('data-compat="callrail" gives the calls that people know, and takes no one\'s place', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html', { options: 'data-compat="callrail"' });
  const numbers = await page.evaluate(() => new Promise((resolve) => { CallTrk.getSwapNumbers(['3125550142', '3125550143'], resolve); }));
  assert.deepEqual(numbers, { '3125550142': '3125550151' });
  await page.evaluate(() => { document.getElementById('menu').textContent = '312-555-0142'; });
  await page.evaluate(() => CallTrk.swap('#menu'));
  assert.equal(await page.textContent('#menu'), '312-555-0151');
  const beside = await visit('business.html', { options: 'data-compat="callrail"', prepare: (page) => page.addInitScript(() => { window.CallTrk = 'theirs'; }) });
  assert.equal(await beside.evaluate(() => CallTrk), 'theirs');
  const plain = await visit('business.html');
  assert.equal(await plain.evaluate(() => typeof CallTrk), 'undefined');
});

test('?dni_test shows test numbers, keeps nothing, and says so in the console', async (t) => {
  const { visit, edge } = await open(t, { lease: (request) => (request.test ? leaseReply(request, [{ ...assigned('+13125550100'), kind: 'test', lease: undefined }]) : { status: 500 }) });
  const notes = [];
  const page = await visit('business.html?dni_test=1', {
    options: 'data-consent="required"',
    prepare: async (page) => page.on('console', (message) => notes.push(message.text())),
  });
  assert.equal(await page.textContent('#dots'), '312.555.0100');
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage, cookie: document.cookie })), { cookie: '' });
  assert.match(notes.join(), /dni: test numbers/);
  assert.equal(edge.asked('lease')[0].test, true);
  await page.goto('about:blank');
  assert.deepEqual(edge.signals(), []);
});

for (const [name, script, expected] of [
  ['cleaned', "history.replaceState(null, '', location.pathname)", '?gclid=abc&utm_source=google'],
  ['cleaned but for one', "history.replaceState(null, '', '?utm_source=google')", '?gclid=abc&utm_source=google'],
  ['another route', "history.pushState(null, '', '/en/heating')", '?gclid=abc&utm_source=google'],
  ['a place on the page', "location.hash = 'prices'", '?gclid=abc&utm_source=google#prices'],
  ['the same', '', '?gclid=abc&utm_source=google'],
]) {
  test(`the landing address is the one the visitor came to, where a script before the tag has made of it: ${name}`, async (t) => {
    const { visit, edge, site } = await open(t);
    const page = await visit('business.html?gclid=abc&utm_source=google', { prepare: (page) => page.addInitScript(script) });
    await until(() => edge.asked('lease').length === 1);
    const [{ arrival, page: now }] = edge.asked('lease');
    assert.equal(arrival.url, `${site.url}/business.html${expected}`);
    const href = await page.evaluate(() => location.href);
    assert.equal(now ?? arrival.url, href, 'the page they are on is told beside it');
  });
}

test('a link taken from an address that was cleaned before the tag still counts, and is in no address that is kept', async (t) => {
  const { visit, edge, site } = await open(t);
  await visit('business.html?gclid=abc&dni_link=carried.mac', { prepare: (page) => page.addInitScript("history.replaceState(null, '', location.pathname)") });
  await until(() => edge.asked('lease').length === 1);
  const [{ arrival, link }] = edge.asked('lease');
  assert.deepEqual([arrival.url, link], [`${site.url}/business.html?gclid=abc`, 'carried.mac']);
});

test('a tag manager may put the options into the address', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('nothing.html', { file: `dni.js?site=${SITE}&lease=always&cookieDomain=none` });
  await until(() => edge.asked('lease').length === 1);
  assert.equal(await page.evaluate(() => document.cookie), '');
});

test('data-edge names the edge of a copy', async (t) => {
  const { visit, edge, site } = await open(t);
  const tag = await (await fetch(`${edge.url}/dni.js`)).text();
  const page = await visit('links.html', {
    options: `data-edge="${edge.url}"`, file: '../copy.js',
    prepare: (page) => page.route('**/copy.js', (route) => route.fulfill({ contentType: 'text/javascript', body: tag })),
  });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.ok(site.url !== edge.url);
});

for (const [name, file] of [['the pinned tag', MANIFEST.files.tag], ['the pinned single file', MANIFEST.files.inline]]) {
  test(`${name} works with its integrity, and a changed one is refused`, async (t) => {
    const world = await open(t);
    const tagged = (integrity) => ({ file: file.file, options: `crossorigin="anonymous" integrity="${integrity}"` });
    const page = await world.visit('business.html', tagged(file.integrity));
    assert.equal(await page.textContent('#dots'), '312.555.0151');
    for (const name of world.edge.fetched) assert.match(name, /^dni-[0-9a-f]{12}\.(js|wasm)$/);
    const other = await world.visit('business.html', { ...tagged(`sha384-${'A'.repeat(64)}`), settle: false });
    await other.waitForTimeout(300);
    assert.equal(await other.evaluate(() => typeof dni), 'undefined');
    assert.equal(await other.textContent('#dots'), '312.555.0142');
  });
}

test('the single file is one request', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', { file: 'dni.inline.js' });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.deepEqual(edge.fetched, ['dni.inline.js']);
  const consented = await visit('business.html', { file: 'dni.inline.js', options: 'data-consent="tcf"', prepare: (page) => page.addInitScript(() => {
    window.__tcfapi = (_command, _version, hear) => hear({ gdprApplies: false }, true);
  }) });
  await consented.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
  assert.equal(edge.fetched.length, 2);
});

for (const file of ['dni.js', 'dni.inline.js']) {
  test(`${file} works under a strict policy that requires Trusted Types and allows no policy of its own`, async (t) => {
    const { visit } = await open(t);
    const page = await visit('business.html', { csp: STRICT, file });
    assert.equal(await page.textContent('#dots'), '312.555.0151');
    assert.deepEqual(page.errors, []);
  });

  test(`${file} leaves the page as it is where the policy forbids wasm`, async (t) => {
    const world = await open(t);
    const before = await untouched(world);
    const page = await world.visit('business.html', { csp: STRICT.replace("'wasm-unsafe-eval'", ''), file });
    await page.waitForFunction(() => dni.state === 'failed');
    assert.equal((await html(page)).replace(file, 'dni.js'), before);
    assert.deepEqual(page.errors, []);
  });
}

test('the state says what is waited for', async (t) => {
  const { visit } = await open(t);
  assert.equal(await (await visit('nothing.html')).evaluate(() => dni.state), 'number');
  assert.equal(await (await visit('business.html')).evaluate(() => dni.state), 'ready');
});
