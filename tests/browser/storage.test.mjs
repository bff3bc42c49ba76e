/** Where the visitor is kept: on all hosts of the site's domain, in short in a cookie, and nowhere if the browser denies it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, open, SITE, stored, until, untouched } from './world.mjs';

/** Milliseconds in which nothing must happen. */
const QUIET_MS = 600;
const cookies = async (context, host) => (await context.cookies(`http://${host}`)).filter((cookie) => cookie.name === `dni_${SITE}`);
const denyStorage = () => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } });
const denyAll = () => {
  Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } });
  Object.defineProperty(Document.prototype, 'cookie', { get() { throw new DOMException('denied', 'SecurityError'); }, set() { throw new DOMException('denied', 'SecurityError'); } });
};

for (const [from, to, domain] of [
  ['www.harbor.test', 'shop.harbor.test', '.harbor.test'],
  ['a.b.harbor.test', 'harbor.test', '.harbor.test'],
  ['www.harbor.co.uk', 'shop.harbor.co.uk', '.harbor.co.uk'],
]) {
  test(`visitors who go from ${from} to ${to} stay who they are`, async (t) => {
    const { visit, edge, context } = await open(t);
    const page = await visit('business.html?gclid=first', { host: from });
    await until(() => edge.asked('lease').length === 1);
    const [cookie] = await cookies(context, from);
    assert.equal(cookie.domain, domain);
    assert.equal(cookie.sameSite, 'Lax');
    assert.equal(cookie.secure, false);
    assert.ok(cookie.expires > Date.now() / 1000 + 86_400);
    await visit('business.html', { host: to, referer: page.url() });
    await until(() => edge.asked('lease').length === 2);
    const [first, second] = edge.asked('lease');
    assert.equal(second.visitor, first.visitor);
    assert.match(second.history.touches[0].url, /gclid=first/);
  });
}

test('data-cookie-domain="none" sets no cookie, a domain sets it there', async (t) => {
  const { visit, context } = await open(t);
  await visit('business.html', { host: 'www.harbor.test', options: 'data-cookie-domain="none"' });
  assert.deepEqual(await cookies(context, 'www.harbor.test'), []);
  await visit('business.html', { host: 'a.shop.harbor.test', options: 'data-cookie-domain="shop.harbor.test"' });
  assert.equal((await cookies(context, 'a.shop.harbor.test'))[0].domain, '.shop.harbor.test');
});

test('a long history makes no long cookie', async (t) => {
  const { visit, context } = await open(t);
  await visit(`business.html?utm_campaign=${'x'.repeat(3000)}`);
  const [cookie] = await cookies(context, '127.0.0.1');
  assert.ok(cookie.value.length < 1_800);
  assert.match(decodeURIComponent(cookie.value), /^\{"visitor":"[0-9a-f]{32}"/);
});

test('with cookies alone visitors stay who they are', async (t) => {
  const { visit, edge } = await open(t);
  const prepare = (page) => page.addInitScript(denyStorage);
  const page = await visit('business.html', { prepare });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  await visit('business.html', { prepare });
  const [first, second] = edge.asked('lease');
  assert.equal(second.visitor, first.visitor);
});

for (const [name, act] of Object.entries({
  'point at it': (page) => page.hover('#dots'),
  'reach it by key': (page) => page.focus('#link'),
  'select it': (page) => page.evaluate(() => getSelection().selectAllChildren(document.getElementById('dots'))),
})) {
  test(`a visitor kept nowhere takes a number only if they ${name}`, async (t) => {
    const world = await open(t);
    const original = await untouched(world);
    const page = await world.visit('business.html', { prepare: (page) => page.addInitScript(denyAll) });
    await page.waitForTimeout(QUIET_MS);
    await page.mouse.move(1, 1);
    assert.equal(await html(page), original);
    assert.deepEqual(world.edge.requests, []);
    await act(page);
    await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
    assert.equal(world.edge.asked('lease').length, 1);
    assert.match((await page.evaluate(() => dni.getSession())).visitor, /^[0-9a-f]{32}$/);
    assert.deepEqual(page.errors, []);
  });
}

test('storage that fills up in between is lived with', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html', {
    prepare: (page) => page.addInitScript(() => {
      const { setItem } = Storage.prototype;
      let left = 1;
      Storage.prototype.setItem = function full(...args) {
        if (left-- > 0) return setItem.apply(this, args);
        throw new DOMException('full', 'QuotaExceededError');
      };
    }),
  });
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.equal((await stored(page)).numbers, undefined);
  assert.equal((await page.evaluate(() => dni.getSession())).numbers.length, 1);
  assert.deepEqual(page.errors, []);
});
