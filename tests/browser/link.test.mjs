/** Links between a site's own domains carry the visitor, and leave no trace on the page or in the address. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseReply, open, stored, until } from './world.mjs';

/** A site with two domains; `other` is where its link leads. */
async function twoDomains(t, answers = {}, hosts = (port) => [`harbor.test:${port}`, `heating.test:${port}`, `shop.harbor.test:${port}`]) {
  const port = () => new URL(world.site.url).port;
  const world = await open(t, { lease: (request) => ({ ...leaseReply(request), hosts: hosts(port()) }), ...answers });
  const url = (host, file = 'links.html') => `http://${host}:${port()}/${file}`;
  const page = await world.visit('links.html?gclid=first', { host: 'harbor.test' });
  await page.evaluate((links) => {
    for (const [id, href] of Object.entries(links)) {
      const link = Object.assign(document.createElement('a'), { id, href, textContent: id });
      document.body.append(link, document.createElement('br'));
    }
  }, { other: url('heating.test', 'links.html?a=1#top'), sub: url('shop.harbor.test'), foreign: url('elsewhere.test'), inside: url('harbor.test') });
  return { ...world, page, url };
}

/** Points at a link until the page has got what the link is to carry. */
async function pointAt(page, selector) {
  await page.hover(selector);
  // A click that leads nowhere shows it.
  await until(() => page.evaluate((selector) => {
    const link = document.querySelector(selector);
    let href;
    link.addEventListener('click', (event) => {
      href = event.target.href;
      event.preventDefault();
    }, { once: true });
    link.click();
    return href.includes('dni_link');
  }, selector));
}

test('a link to another own domain carries where the visitor came from for the moment of the click', async (t) => {
  const { page, edge, url } = await twoDomains(t);
  await pointAt(page, '#other');
  assert.equal(edge.asked('link').length, 1);
  const [asked] = edge.asked('link');
  assert.equal(asked.visitor, undefined, 'a link names nobody');
  assert.match(asked.history.touches[0].url, /gclid=first/);
  const before = await page.getAttribute('#other', 'href');
  // A page that stops the click sees the link as it was before, once the click is over.
  await page.evaluate(() => document.getElementById('other').addEventListener('click', (event) => {
    window.clicked = event.target.href;
    if (!window.goes) event.preventDefault();
  }));
  await page.click('#other');
  await until(async () => (await page.getAttribute('#other', 'href')) === before);
  assert.equal(await page.evaluate(() => clicked), url('heating.test', 'links.html?a=1&dni_link=carried.mac#top'));
  await page.evaluate(() => { window.goes = true; });
  await page.click('#other');
  await page.waitForURL(/heating/);
  await until(() => edge.asked('lease').length === 2);
  // Asked of the page: what the driver believes of its address follows some moments later.
  assert.equal(await page.evaluate(() => location.href), url('heating.test', 'links.html?a=1#top'), 'the address bar shows the plain address');
  const [, second] = edge.asked('lease');
  assert.equal(second.link, 'carried.mac');
  assert.equal(second.arrival.url, url('heating.test', 'links.html?a=1#top'));
});

test('an answer that names another visitor is not taken, link or not', async (t) => {
  const OTHER = 'ab'.repeat(16);
  const { visit, edge } = await open(t, { lease: (request) => leaseReply({ ...request, visitor: request.link ? OTHER : request.visitor }) });
  const page = await visit('business.html?dni_link=carried.mac&x=1', { host: 'heating.test' });
  await until(() => edge.asked('lease').length === 1);
  assert.equal((await stored(page)).visitor, edge.asked('lease')[0].visitor);
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  assert.ok((await page.evaluate(() => location.href)).endsWith('/business.html?x=1'));
});

test('what a link brings is kept, by the visitor who they are here', async (t) => {
  const carried = { at: 1_790_000_000_000, url: 'http://harbor.test/?gclid=there', referrer: '' };
  const { visit, edge } = await open(t, { lease: (request) => ({ ...leaseReply(request), history: { touches: [carried], seen_at: Date.now() } }) });
  const page = await visit('business.html?dni_link=carried.mac&x=1', { host: 'heating.test' });
  await until(async () => (await page.textContent('#dots')) === '312.555.0151');
  const kept = await stored(page);
  assert.deepEqual([kept.visitor, kept.history.touches], [edge.asked('lease')[0].visitor, [carried]]);
});

test('a link that the edge does not take changes nothing', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html?dni_link=forged.mac');
  assert.equal(await page.textContent('#dots'), '312.555.0151');
  assert.equal((await stored(page)).visitor, edge.asked('lease')[0].visitor);
});

for (const id of ['sub', 'foreign', 'inside']) {
  test(`no other link is touched: ${id}`, async (t) => {
    const { page, edge } = await twoDomains(t);
    await pointAt(page, '#other');
    assert.equal(edge.asked('link').length, 1);
    await page.evaluate((id) => document.getElementById(id).addEventListener('click', (event) => {
      window.clicked = event.target.href;
      event.preventDefault();
    }), id);
    await page.click(`#${id}`);
    assert.ok(!(await page.evaluate(() => clicked)).includes('dni_link'));
  });
}

test('a site of one domain loads nothing for this', async (t) => {
  const { edge } = await twoDomains(t, {}, (port) => [`harbor.test:${port}`, `www.harbor.test:${port}`]);
  assert.equal(edge.fetched.length, 3);
});

for (const [name, link] of Object.entries({ fails: () => ({ status: 500 }), 'talks nonsense': () => ({ link: '"><script>', expires_in: 'x' }) })) {
  test(`the link works when the edge ${name}`, async (t) => {
    const { page, edge, url } = await twoDomains(t, { link });
    await page.hover('#other');
    await until(() => edge.asked('link').length === 1);
    await page.click('#other');
    await page.waitForURL(/heating/);
    assert.equal(await page.evaluate(() => location.href), url('heating.test', 'links.html?a=1#top'));
  });
}

test('after a no, links carry nobody', async (t) => {
  const { page, edge } = await twoDomains(t);
  await page.hover('#other');
  await until(() => edge.asked('link').length === 1);
  await page.evaluate(() => dni.consent('denied'));
  await page.click('#other');
  await page.waitForURL(/heating/);
  await until(() => edge.asked('lease').length === 2);
  assert.equal(edge.asked('lease')[1].link, undefined);
});
