/** Whatever fails, the page stays as it was, and nothing of ours stands in the console but why the edge refuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assigned, html, leaseReply, open, settled, until, untouched } from './world.mjs';

const GOOD_CSP = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' EDGE; connect-src EDGE";
/** Milliseconds an edge is silent: longer than the tag waits. */
const SILENCE_MS = 7_000;

const markup = '<img src=x onerror="alert(1)">';
const replies = {
  'the edge answers 404': () => ({ status: 404 }),
  'the edge answers 500': () => ({ status: 500 }),
  'the edge is silent': () => new Promise((resolve) => { setTimeout(resolve, SILENCE_MS, {}); }),
  'the reply is empty': () => '',
  'the reply is no JSON': () => '<html>Welcome to the hotel</html>',
  'the reply is null': () => 'null',
  'the reply is a list': () => '[]',
  'the reply has no numbers': ({ visitor }) => ({ visitor }),
  'the numbers are no list': (request) => ({ ...leaseReply(request), numbers: 'none' }),
  'a number is null': (request) => leaseReply(request, [null]),
  'a number is markup': (request) => leaseReply(request, [{ ...assigned('+13125550151'), number: markup }]),
  'a number is a script': (request) => leaseReply(request, [{ ...assigned('+13125550151'), number: 'javascript:alert(1)' }]),
  'a target is an XPath': (request) => leaseReply(request, [{ ...assigned('+13125550151'), target: "') or true() or contains('" }]),
  'the expiry is missing': (request) => ({ ...leaseReply(request), expires_in: undefined }),
  'the expiry is over': (request) => ({ ...leaseReply(request), expires_in: -5 }),
  'the history is a text': (request) => ({ ...leaseReply(request), history: 'long' }),
  "it is another visitor's": (request) => ({ ...leaseReply(request), visitor: 'f'.repeat(32) }),
  'the reply is huge': (request) => ({ ...leaseReply(request), reason: 'x'.repeat(300_000) }),
};
for (const [name, lease] of Object.entries(replies)) {
  const notes = name === 'the edge answers 404' ? ['dni: There is no such site; create it with PUT /v1/sites/{id}.'] : [];
  test(`the page stays as it was when ${name}`, (t) => check(t, { answers: { lease }, notes }));
}

const assets = {
  'the wasm is missing': (file) => (file.endsWith('.wasm') ? 404 : undefined),
  'the glue is missing': (file) => (/^dni-.*\.js$/.test(file) ? 404 : undefined),
  'the tag is missing': (file) => (file === 'dni.js' ? 404 : undefined),
};
for (const [name, asset] of Object.entries(assets)) {
  test(`the page stays as it was when ${name}`, (t) => check(t, { answers: { asset } }));
}

const policies = {
  'the policy forbids wasm': "script-src 'self' 'unsafe-inline' EDGE; connect-src EDGE",
  'the policy forbids connections': "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' EDGE; connect-src 'none'",
  'the policy forbids the scripts': "script-src 'self'",
};
for (const [name, csp] of Object.entries(policies)) {
  test(`the page stays as it was when ${name}`, (t) => check(t, { csp }));
}

test('the page stays as it was when the edge is down', (t) => check(t, {
  answers: { lease: () => { throw new Error('cut'); }, asset: (file) => { if (file !== 'dni.js') throw new Error('cut'); } },
}));

test('a number that is markup beyond its digits is shown without it', async (t) => {
  const { visit } = await open(t, { lease: (request) => leaseReply(request, [{ ...assigned('+13125550151'), display: markup, lease: markup }]) });
  const page = await visit();
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.ok(!(await html(page)).includes('onerror'));
});

test('a strict policy that names the edge is enough', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html', { csp: GOOD_CSP });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.deepEqual(page.errors, []);
});

test('Trusted Types may be required', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html', { csp: `${GOOD_CSP}; require-trusted-types-for 'script'` });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.deepEqual(page.errors, []);
});

for (const [name, deny] of Object.entries({
  'storage is denied': () => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } }),
  'storage is null': () => Object.defineProperty(window, 'localStorage', { value: null }),
  'storage is full': () => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; },
})) {
  test(`when ${name}, the cookie must do`, async (t) => {
    const { visit } = await open(t);
    const page = await visit('business.html', { prepare: (page) => page.addInitScript(deny) });
    assert.equal(await page.textContent('#dots'), '312.555.0151');
    await page.evaluate(() => dni.revert());
    await page.evaluate(() => dni.swap());
    await settled(page);
    assert.equal(await page.textContent('#dots'), '312.555.0151');
    assert.deepEqual(page.errors, []);
  });
}

test('a page in a frame that may keep nothing is left as it is', async (t) => {
  const { visit, edge, site } = await open(t);
  const page = await visit('nothing.html');
  const errors = page.errors;
  await page.evaluate((src) => new Promise((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), { src, onload: resolve });
    frame.setAttribute('sandbox', 'allow-scripts');
    document.body.append(frame);
  }), `${site.url}/business.html`);
  const frame = page.frames().at(-1);
  await frame.waitForFunction(() => dni.state === 'number');
  assert.equal(await frame.textContent('#dots'), '312.555.0142');
  assert.deepEqual(edge.requests, []);
  assert.deepEqual(errors, []);
});

test('a visitor who goes offline keeps their number, and the page its peace', async (t) => {
  const { visit, context } = await open(t);
  const page = await visit('business.html');
  await context.setOffline(true);
  await page.evaluate(() => dni.refresh());
  await page.evaluate(() => dni.swap());
  await settled(page);
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  await page.evaluate(() => dni.release());
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  assert.deepEqual(page.errors, []);
});

for (const [name, at] of Object.entries({ 'at the epoch': '1970-01-01T00:00:05Z', 'in another century': '2126-05-01T00:00:00Z' })) {
  test(`a clock that stands ${name} does no harm`, async (t) => {
    const { visit } = await open(t);
    const prepare = (page) => page.clock.install({ time: at });
    const page = await visit('business.html?gclid=a', { prepare });
    assert.equal(await page.textContent('#dots'), '312.555.0151');
    const right = await visit('business.html');
    assert.equal(await right.textContent('#dots'), '312.555.0151');
    assert.deepEqual([...page.errors, ...right.errors], []);
  });
}

test('a page that is left while everything is on its way leaves no error', async (t) => {
  const { visit } = await open(t, { lease: (request) => new Promise((resolve) => { setTimeout(resolve, 300, leaseReply(request)); }) });
  const page = await visit('business.html', { settle: false });
  await page.goto('about:blank');
  await page.waitForTimeout(600);
  assert.deepEqual(page.errors, []);
});

for (const [name, spoil] of Object.entries({
  'storage holds garbage': () => localStorage.setItem('dni:harbor-heating', '{"visitor":'),
  'storage holds wrong shapes': () => localStorage.setItem('dni:harbor-heating', JSON.stringify({
    visitor: '0123456789abcdef0123456789abcdef', history: 5, hosts: 'x', numbers: [{}, null, 7], expires_at: 'never', beat_every: {}, consent: [],
  })),
})) {
  test(`when ${name}, a new visitor begins`, async (t) => {
    const { visit, edge } = await open(t);
    const page = await visit('business.html', { prepare: (page) => page.addInitScript(spoil) });
    assert.equal(await page.textContent('#dots'), '312.555.0151');
    assert.equal(edge.asked('lease').length, 1);
    assert.match((await page.evaluate(() => dni.getSession())).visitor, /^[0-9a-f]{32}$/);
    assert.deepEqual(page.errors, []);
  });
}

test('a page that nobody sees takes no number until it is seen', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', {
    settle: false,
    prepare: (page) => page.addInitScript(() => {
      for (const [name, value] of [['visibilityState', 'hidden'], ['hidden', true]]) {
        Object.defineProperty(Document.prototype, name, { configurable: true, get: () => value });
      }
    }),
  });
  await page.waitForTimeout(500);
  assert.deepEqual(edge.requests, []);
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  await page.evaluate(() => {
    for (const [name, value] of [['visibilityState', 'visible'], ['hidden', false]]) {
      Object.defineProperty(Document.prototype, name, { configurable: true, get: () => value });
    }
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
});

test('calls are answered even if the library never comes', async (t) => {
  const { visit } = await open(t, { asset: (file) => (file.endsWith('.wasm') ? 404 : undefined) });
  const page = await visit();
  assert.deepEqual(await page.evaluate(() => dni.getSwapNumbers(['3125550142'])), {});
  assert.equal(await page.evaluate(() => dni.getSession()), undefined);
  assert.equal(await page.evaluate(() => dni.state), 'failed');
  assert.deepEqual(page.errors, []);
});

test('a listener that fails is reported as the page\'s own', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html');
  await page.evaluate(() => dni.on('swap', () => { throw new Error('mine'); }));
  await until(() => page.errors.length > 0);
  assert.match(page.errors[0], /mine/);
  assert.equal(await page.textContent('#dots'), '312.555.0151');
});

async function check(t, { answers, csp, notes = [] }) {
  const world = await open(t, answers);
  const before = await untouched(world);
  const page = await world.visit('business.html', { csp });
  await page.waitForTimeout(200);
  assert.equal(await html(page), before);
  assert.deepEqual(page.errors, []);
  assert.deepEqual(page.notes, notes);
}
