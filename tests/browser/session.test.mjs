/** The visitor, their lease, and the signs of life that keep it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assigned, leaseReply, open, remember, SITE, stored, until } from './world.mjs';

/** The time of the page is ours, so that minutes pass at once. */
const ownClock = (page) => page.clock.install();
const setHidden = (page, hidden) => page.evaluate((hidden) => {
  for (const [name, value] of [['hidden', hidden], ['visibilityState', hidden ? 'hidden' : 'visible']]) {
    Object.defineProperty(document, name, { configurable: true, get: () => value });
  }
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

test('the first request says who arrived, where and from where', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html?gclid=abc&utm_source=google#top', { referer: 'https://www.google.com/' });
  const [request] = edge.requests;
  assert.equal(request.type, 'text/plain;charset=UTF-8');
  assert.equal(request.cookie, undefined);
  const { site, visitor, arrival, now, history } = request.body;
  assert.equal(site, SITE);
  assert.match(visitor, /^[0-9a-f]{32}$/);
  assert.equal(arrival.url, page.url());
  assert.equal(arrival.referrer, 'https://www.google.com/');
  assert.ok(arrival.at <= now && now - arrival.at < 60_000);
  assert.ok(Math.abs(Date.now() - now) < 60_000);
  assert.equal(history, undefined);
  const kept = await stored(page);
  assert.equal(kept.visitor, visitor);
  assert.deepEqual(kept.history.touches, [arrival]);
  assert.equal(kept.numbers[0].number, '+13125550151');
  assert.ok(kept.expires_at > Date.now() + 1_700_000);
  assert.deepEqual(await page.evaluate(() => dni.getSession()), kept);
});

test('tabs share one visitor, and the second needs no lease', async (t) => {
  const { visit, edge } = await open(t);
  await visit();
  const second = await visit();
  assert.equal(await second.textContent('#dots'), '312.555.0151');
  assert.equal(edge.asked('lease').length, 1);
  await until(() => edge.signals().length === 1);
  assert.equal(edge.asked('beat')[0].visitor, edge.asked('lease')[0].visitor);
});

test('two tabs opened together are one visitor', async (t) => {
  const { visit, edge } = await open(t);
  await Promise.all([visit(), visit()]);
  const visitors = new Set(edge.requests.map((request) => request.body.visitor));
  assert.equal(visitors.size, 1);
});

test('a live lease is shown without network, then renewed', async (t) => {
  let answer;
  const { visit, edge } = await open(t, { beat: () => new Promise((resolve) => { answer = () => resolve({ expires_in: 1800, gone: [] }); }) });
  const page = await visit('business.html', { prepare: remember({ history: { touches: [{ at: Date.now(), url: 'http://x/', referrer: '' }], seen_at: Date.now() } }) });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.equal(edge.asked('lease').length, 0);
  await until(() => answer);
  assert.deepEqual(edge.asked('beat'), [{
    site: SITE, visitor: '0123456789abcdef0123456789abcdef', leases: ['main.13125550151.1790000000000'], signal: 'visible',
  }]);
  answer();
  await until(async () => (await stored(page)).expires_at > Date.now() + 1_700_000);
});

test('an arrival is recorded even if the lease is live, and the edge is told of a new touch', async (t) => {
  const { visit, edge } = await open(t);
  await visit('business.html?gclid=first');
  const page = await visit('business.html?gclid=second');
  await until(() => edge.asked('lease').length === 2);
  const [first, second] = edge.asked('lease');
  assert.equal(second.visitor, first.visitor);
  assert.match(second.arrival.url, /gclid=second/);
  assert.equal(await page.textContent('#dots'), '312.555.0151');
});

test('a walk through the site is no new touch', async (t) => {
  const { visit, edge, site } = await open(t);
  await visit('business.html?gclid=first');
  const page = await visit('late.html', { referer: `${site.url}/business.html` });
  assert.equal((await stored(page)).history.touches.length, 1);
  assert.equal(edge.asked('lease').length, 1);
});

test('the arrival is kept when the edge is down', async (t) => {
  const { visit } = await open(t, { lease: () => ({ status: 500 }) });
  const page = await visit('business.html?gclid=first');
  assert.match((await stored(page)).history.touches[0].url, /gclid=first/);
  assert.equal((await stored(page)).numbers, undefined);
});

test('an expired lease is asked for anew', async (t) => {
  const { visit, edge } = await open(t, { lease: (request) => leaseReply(request, [assigned('+13125550177')]) });
  const page = await visit('business.html', { prepare: remember({ expires_at: Date.now() - 1 }) });
  assert.equal(edge.asked('lease').length, 1);
  assert.equal(await page.textContent('#dots'), '312.555.0177');
});

test('signs of life come every minute while the page is visible', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', { prepare: ownClock });
  await page.clock.runFor(61_000);
  await until(() => edge.signals().length === 1);
  await page.clock.runFor(61_000);
  await until(() => edge.signals().length === 2);
  assert.deepEqual(edge.signals(), ['visible', 'visible']);
  await setHidden(page, true);
  await until(() => edge.signals().length === 3);
  await page.clock.runFor(600_000);
  await setHidden(page, false);
  await until(() => edge.signals().length === 4);
  assert.deepEqual(edge.signals().slice(2), ['hidden', 'visible']);
});

test('a page that is left says so once', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit();
  await page.goto('about:blank');
  await until(() => edge.signals().length > 0);
  assert.deepEqual(edge.signals(), ['hidden']);
});

test('a tap on the number is told at once, a double tap as one', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', {
    prepare: (page) => page.addInitScript(() => addEventListener('click', (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
    })),
  });
  await page.click('#link');
  await page.click('#link');
  await page.click('.kept a');
  await until(() => edge.signals().length > 0);
  await page.click('#footer');
  assert.deepEqual(edge.signals(), ['intent']);
  assert.deepEqual(edge.asked('beat')[0].leases, ['main.13125550151.1790000000000']);
});

test('copying the number is told, copying the whole page is not', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html');
  const copy = (id) => page.evaluate((id) => {
    getSelection().selectAllChildren(document.getElementById(id));
    document.execCommand('copy');
  }, id);
  await page.evaluate(() => document.getElementById('entities').append('x'.repeat(2000)));
  await copy('entities');
  await copy('dots');
  await until(() => edge.signals().length > 0);
  assert.deepEqual(edge.signals(), ['intent']);
});

/** Milliseconds after which the library looks at a selection. */
const SELECTED_FOR = 500;

test('selecting the number is told, once it rests', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html');
  const select = (selector) => page.evaluate((selector) => {
    getSelection().selectAllChildren(document.querySelector(selector));
  }, selector);
  await select('.kept');
  await page.waitForTimeout(2 * SELECTED_FOR);
  assert.deepEqual(edge.signals(), []);
  await select('#dots');
  await until(() => edge.signals().length > 0);
  await page.evaluate(() => getSelection().removeAllRanges());
  assert.deepEqual(edge.signals(), ['intent']);
});

test('a lease that is gone is followed by a new one', async (t) => {
  const { visit, edge } = await open(t, { beat: (request) => ({ expires_in: 0, gone: request.leases }) });
  const page = await visit('business.html', { prepare: ownClock });
  edge.answers.lease = (request) => leaseReply(request, [assigned('+13125550177')]);
  await page.clock.runFor(61_000);
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0177');
  assert.equal(edge.asked('lease').length, 2);
});

test('a number that can be neither renewed nor replaced leaves the page', async (t) => {
  const { visit, edge } = await open(t, { beat: (request) => ({ expires_in: 0, gone: request.leases }) });
  const page = await visit('business.html', { prepare: ownClock });
  edge.answers.lease = () => ({ status: 503 });
  await page.clock.runFor(61_000);
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0142');
  await page.clock.runFor(3_600_000);
  assert.equal(edge.asked('lease').length, 3, 'one new request, tried twice, no storm of them');
});

test('a lost sign of life changes nothing until the time is over', async (t) => {
  const { visit, edge } = await open(t, { beat: () => ({ status: 500 }), lease: (request) => ({ ...leaseReply(request), expires_in: 150 }) });
  const page = await visit('business.html', { prepare: ownClock });
  edge.answers.lease = () => ({ status: 500 });
  await page.clock.runFor(61_000);
  await page.clock.runFor(61_000);
  await until(() => edge.signals().length === 2);
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  await page.clock.runFor(61_000);
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0142');
});

test('a reverted page is quiet until it swaps again', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', { prepare: ownClock });
  await page.evaluate(() => dni.revert());
  await page.clock.runFor(200_000);
  assert.deepEqual(edge.signals(), []);
  await page.evaluate(() => dni.swap());
  await until(() => edge.signals().length === 1);
  await page.clock.runFor(61_000);
  await until(() => edge.signals().length === 2);
});

test('release gives the number back', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit();
  await page.evaluate(() => dni.release());
  await until(() => edge.signals().length === 1);
  assert.deepEqual(edge.signals(), ['release']);
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  assert.deepEqual((await stored(page)).numbers, []);
});

test('a refusal takes the numbers away here and on the next page, until consent', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit();
  await page.evaluate(() => dni.consent('denied'));
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  await until(() => edge.signals().length === 1);
  const next = await visit();
  assert.equal(await next.textContent('#dots'), '312.555.0142');
  assert.equal(edge.asked('lease').length, 1);
  await next.evaluate(() => dni.consent('granted'));
  await next.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
  assert.equal(edge.asked('lease')[1].consent, 'granted');
});

test('no number, no swap, no further question', async (t) => {
  const { visit, edge } = await open(t, { lease: (request) => ({ ...leaseReply(request, []), reason: 'pool_exhausted' }) });
  const page = await visit('business.html', { prepare: ownClock });
  await page.clock.runFor(3_600_000);
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  assert.equal(edge.requests.length, 1);
});

test('a number without a lease is shown and sends no signs of life', async (t) => {
  const overflow = { ...assigned('+13125550171'), kind: 'overflow', lease: null };
  const { visit, edge } = await open(t, { lease: (request) => leaseReply(request, [overflow]) });
  const page = await visit('business.html', { prepare: ownClock });
  assert.equal(await page.textContent('#dots'), '312.555.0171');
  await page.clock.runFor(120_000);
  await page.goto('about:blank');
  assert.deepEqual(edge.signals(), []);
});
