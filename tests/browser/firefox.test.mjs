/** The same library in Firefox: swap, late content, copies of texts, revert, and a page that stays as it is. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inAll } from '../rig/extent.mjs';
import { FIREFOX, launchFirefox } from '../rig/firefox.mjs';
import { LIMIT_MS, startWorld } from './world.mjs';

/** What Firefox itself notes while the widest domain for a cookie is tried out; no script can prevent it. */
const FIREFOX_S_OWN = /Cookie .* has been rejected for invalid domain/;
const skip = FIREFOX ? false : 'there is no Firefox on this machine';
let browser;
before(async () => { browser = skip ? undefined : await launchFirefox(); });
after(() => browser?.close());

/** Opens a page in Firefox and answers it with the errors it meets. */
async function visit(t, name, answers = {}) {
  const { edge, site } = await startWorld(answers);
  const page = await browser.newPage();
  t.after(async () => {
    await page.close();
    await Promise.all([edge.stop(), site.stop()]);
  });
  const errors = [];
  page.on('pageerror', (error) => {
    if (!FIREFOX_S_OWN.test(String(error))) errors.push(String(error));
  });
  await page.goto(`${site.url}/${name}`);
  return Object.assign(page, { errors, edge });
}

const dots = (expected) => [(line) => document.getElementById('dots').textContent === line, { timeout: LIMIT_MS }, expected];
const markup = (page) => page.evaluate(() => document.documentElement.outerHTML);

test('the number is swapped, followed and put back byte for byte', { skip }, async (t) => {
  const page = await visit(t, 'business.html');
  const before = (await markup(page)).replaceAll('0151', '0142');
  await page.waitForFunction(...dots('312.555.0151'));
  assert.equal(await page.$eval('#link', (link) => link.getAttribute('href')), 'tel:+13125550151');
  assert.equal(await page.$eval('.kept', (kept) => kept.textContent), '312-555-0142 and 312-555-0142');
  await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<p id="late">312-555-0142</p>'));
  await page.waitForFunction(() => document.getElementById('late').textContent === '312-555-0151', { timeout: LIMIT_MS });
  await page.evaluate(() => {
    document.getElementById('late').remove();
    return dni.revert();
  });
  assert.equal(await markup(page), before);
  assert.deepEqual(page.errors, []);
});

test('the page stays as it is when the edge fails', inAll({ skip }), async (t) => {
  const page = await visit(t, 'business.html', { lease: () => ({ status: 500 }) });
  await page.evaluate(() => dni.getSession());
  assert.equal(await page.$eval('#dots', (line) => line.textContent), '312.555.0142');
  assert.deepEqual(page.errors, []);
});
