/** When a number is asked for: not before there is one to swap, somebody who sees it, and no sooner than needed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAlone } from '../rig/chromium.mjs';
import { assigned, leaseReply, open, patternsOf, remember, startWorld, TARGET, until } from './world.mjs';

/** Milliseconds in which nothing must happen. */
const QUIET_MS = 600;
const state = (page) => page.evaluate(() => dni.state);

test('a page without a number asks once which there are, takes none, and loads nothing but the tag', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('nothing.html');
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
  assert.deepEqual(edge.fetched, ['dni.js']);
  assert.equal(edge.lookups, 1);
  assert.equal(await state(page), 'number');
  assert.equal(await page.evaluate(() => localStorage.length + document.cookie), '0');
  assert.deepEqual(await page.evaluate(() => dni.getSession()), undefined);
});

for (const [name, markup] of Object.entries({
  'a telephone link': '<a href="tel:+13125550142">Call</a>',
  'a number with dashes': '<p>312-555-0142</p>',
  'a number in brackets': '<p>(312) 555-0142</p>',
  'a number split over elements': '<p>312<b>-555-</b>0142</p>',
  'ten digits': '<p>Call 3125550142</p>',
  'an international number': '<p>+44 20 7946 0142</p>',
  'a national number': '<p>020 7946 0142</p>',
  'a French number': '<p>01 23 45 67 89</p>',
  'a number in letters': '<p>1-800-FLOWERS</p>',
})) {
  test(`content that comes late with ${name} brings a lease`, async (t) => {
    const { visit, edge } = await open(t, { targets: () => patternsOf(TARGET, '+442079460142', '+33123456789', '+18003569377') });
    const page = await visit('nothing.html');
    assert.equal(edge.requests.length, 0);
    await page.evaluate((markup) => { document.getElementById('late').innerHTML = markup; }, markup);
    await until(() => edge.asked('lease').length === 1);
  });
}

test('the site may wish for a number without one on the page', async (t) => {
  const { visit } = await open(t);
  const page = await visit('nothing.html');
  assert.deepEqual(await page.evaluate(() => dni.getSwapNumbers('312-555-0142')), { '312-555-0142': '312-555-0151' });
});

test('a pointer beside all that a short page says reaches for nothing', async (t) => {
  const { visit, edge, site } = await open(t);
  site.own['short.html'] = '<!doctype html><script async src="{{EDGE}}/dni.js" data-site="{{SITE}}" data-lease="touched"></script><p id="number">312-555-0142';
  const page = await visit('short.html', { settle: false });
  await until(() => edge.lookups === 1);
  await page.waitForTimeout(QUIET_MS);
  await page.mouse.move(1, 1);
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
  await page.hover('#number');
  await until(() => edge.asked('lease').length === 1);
});

test('data-lease="always" asks on every page', async (t) => {
  const { visit, edge } = await open(t);
  await visit('nothing.html', { options: 'data-lease="always"' });
  await until(() => edge.asked('lease').length === 1);
});

test('with data-targets only these numbers count, and only they are asked for', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('late.html', { options: 'data-targets="+13125550199, +13125550188"' });
  await page.waitForTimeout(QUIET_MS);
  assert.equal(edge.requests.length, 0);
  await page.evaluate(() => { document.getElementById('menu').textContent = '(312) 555-0188'; });
  await until(() => edge.asked('lease').length === 1);
  // As they are written: the edge reads them.
  assert.deepEqual(edge.asked('lease')[0].targets, ['+13125550199, +13125550188']);
});

test('lease, glue and wasm are asked for side by side: two round trips from the page to the number', async (t) => {
  const answers = [];
  const { visit, edge } = await open(t, { lease: (request) => new Promise((resolve) => { answers.push(() => resolve(leaseReply(request))); }) });
  const page = await visit('business.html', { settle: false });
  await until(() => answers.length === 1 && edge.fetched.length === 3, 'tag, glue and wasm while the lease is not answered');
  answers[0]();
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
});

test('the lease is asked for before the page is read to its end', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', {
    prepare: (page) => page.addInitScript(() => {
      document.addEventListener('DOMContentLoaded', () => { window.readAt = performance.now(); });
    }),
  });
  assert.equal(edge.asked('lease').length, 1);
  const asked = await page.evaluate(() => performance.getEntriesByType('resource').find((entry) => entry.name.endsWith('/v1/lease')).startTime);
  const read = await page.evaluate(() => readAt);
  t.diagnostic(`lease asked for at ${asked.toFixed()} ms, page read at ${read.toFixed()} ms`);
});

test('data-lease="visible" waits until the number comes into view', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('low.html', { options: 'data-lease="visible"' });
  await page.waitForTimeout(QUIET_MS);
  assert.equal(edge.requests.length, 0);
  await page.evaluate(() => document.getElementById('dots').scrollIntoView());
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
  assert.equal(edge.asked('lease').length, 1);
});

test('a live lease is shown at once, be the number in view or not', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('low.html', { options: 'data-lease="visible"', prepare: remember({ history: { touches: [{ at: 1, url: 'http://x/', referrer: '' }], seen_at: Date.now() } }) });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.equal(edge.asked('lease').length, 0);
});

test('a browser under remote control takes no number, except where the site is built', async (t) => {
  const { visit, edge } = await open(t);
  const prepare = (page) => page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => true }));
  const page = await visit('business.html', { host: 'harbor.example', prepare });
  assert.equal(await state(page), 'robot');
  assert.equal(await page.evaluate(() => dni.refresh()), undefined);
  assert.deepEqual(edge.requests, []);
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  const workshop = await visit('business.html', { host: 'harbor.test', prepare });
  assert.equal(await workshop.textContent('#dots'), '312.555.0151');
});

test('a page that is rendered ahead takes no number until it is shown', async (t) => {
  const { edge, site } = await startWorld();
  let loads = 0;
  let goes = false;
  Object.defineProperty(site.own, 'ahead.html', {
    get: () => {
      loads += 1;
      return '<!doctype html><title>Ahead</title><script async src="{{EDGE}}/dni.js" data-site="{{SITE}}"></script><p>312-555-0142</p>';
    },
  });
  Object.defineProperty(site.own, 'go.html', { get: () => String(goes) });
  site.own['start.html'] = `<!doctype html><title>Start</title>
    <script type="speculationrules">{ "prerender": [{ "urls": ["/ahead.html"], "eagerness": "immediate" }] }</script>
    <script>setInterval(async () => {
      if ((await (await fetch('/go.html')).text()) === 'true') location.href = '/ahead.html';
    }, 100);</script>`;
  const end = startAlone(`${site.url}/start.html`);
  t.after(() => Promise.all([end(), edge.stop(), site.stop()]));
  await until(() => edge.fetched.includes('dni.js'));
  await new Promise((resolve) => { setTimeout(resolve, QUIET_MS); });
  assert.deepEqual(edge.requests, []);
  goes = true;
  await until(() => edge.asked('lease').length === 1);
  assert.match(edge.asked('lease')[0].arrival.url, /\/ahead\.html$/);
  assert.equal(loads, 1, 'what is shown is the page that was rendered ahead');
});

test('a page that is hidden from its beginning takes its number when it is seen', async (t) => {
  const { visit, edge } = await open(t);
  const prepare = (page) => page.addInitScript(() => {
    window.isAhead = true;
    Object.defineProperty(document, 'prerendering', { get: () => window.isAhead });
    Object.defineProperty(document, 'hidden', { get: () => window.isAhead });
  });
  const page = await visit('business.html', { prepare, settle: false });
  await page.waitForFunction(() => window.dni?.state === 'hidden');
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
  await page.evaluate(() => {
    window.isAhead = false;
    document.dispatchEvent(new Event('prerenderingchange'));
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
  assert.equal(edge.asked('lease').length, 1);
});

test('a number is asked for twice, and then no more', async (t) => {
  const { visit, edge } = await open(t, { lease: () => ({ status: 503 }) });
  const page = await visit('business.html');
  await page.waitForTimeout(QUIET_MS);
  assert.equal(edge.asked('lease').length, 2);
  assert.deepEqual(edge.asked('lease')[0].visitor, edge.asked('lease')[1].visitor);
});

test('the second try may succeed', async (t) => {
  let tries = 0;
  const { visit } = await open(t, { lease: (request) => (tries++ ? leaseReply(request, [assigned('+13125550151')]) : { status: 502 }) });
  const page = await visit('business.html');
  assert.equal(await page.textContent('#dots'), '312.555.0151');
});

test('what the edge refuses is not asked again', async (t) => {
  const { visit, edge } = await open(t, { lease: () => ({ status: 403 }) });
  const page = await visit('business.html');
  await page.waitForTimeout(QUIET_MS);
  assert.equal(edge.asked('lease').length, 1);
});
