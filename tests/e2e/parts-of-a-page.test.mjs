/** Markup chooses the number for a part of the page: the library asks for the pool, the edge leases from it, and the call is the visitor's. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS, putSite } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const SALES = ['+13125550181', '+13125550182'];
const SERVICE = ['+13125550183', '+13125550184'];
const SERVICE_TARGET = '+13125550143';
const AD = '?utm_source=google&utm_medium=cpc&gclid=parts';

let world;
before(async () => {
  world = await startWorld();
  const [main] = world.document.pools;
  const pool = (id, numbers) => ({ ...main, id, numbers, overflow: null });
  await putSite({
    edgeUrl: world.edgeUrl,
    apiKey: world.apiKey,
    document: {
      ...world.document,
      targets: [...world.document.targets, { number: SERVICE_TARGET, pool: 'service' }],
      pools: [main, pool('sales', SALES), pool('service', SERVICE)],
    },
  });
});
after(() => world?.close());

test('parts of a page show numbers of other pools and of other targets, and calls to them are told apart', async () => {
  const page = await (await world.browser()).newPage();
  await page.goto(`${world.site.url}/${AD}`);
  await page.evaluate((service) => {
    document.body.insertAdjacentHTML('beforeend', `
      <p id="usual">(312) 555-0142</p>
      <section data-dni-pool="sales"><p id="sales">312-555-0142</p><a id="link" href="tel:+13125550142">Call</a></section>
      <section data-dni-pool="no-such-pool"><p id="nobody">312-555-0142</p></section>
      <section data-dni-destination="${service}"><p id="service">312.555.0142</p></section>
      <p id="other">312-555-0143</p>`);
  }, SERVICE_TARGET);
  await page.waitForFunction(() => ['usual', 'sales', 'service', 'other'].every((id) => !/555.01(42|43)/.test(document.getElementById(id).textContent)));

  const shown = await page.evaluate(() => Object.fromEntries(['usual', 'sales', 'nobody', 'service', 'other'].map((id) => [id, document.getElementById(id).textContent])));
  const number = (text) => `+1${text.replace(/\D/g, '')}`;
  assert.ok(NUMBERS.pool.includes(number(shown.usual)), shown.usual);
  assert.ok(SALES.includes(number(shown.sales)), shown.sales);
  assert.equal(await page.getAttribute('#link', 'href'), `tel:${number(shown.sales)}`);
  assert.ok(SERVICE.includes(number(shown.service)), shown.service);
  assert.equal(number(shown.other), number(shown.service), 'the destination is shown the number that stands for it');
  assert.match(shown.sales, /^\d{3}-\d{3}-\d{4}$/, 'each in its own form');
  assert.match(shown.service, /^\d{3}\.\d{3}\.\d{4}$/);
  assert.equal(shown.nobody, '312-555-0142', 'a pool that the site does not have changes nothing');

  for (const [part, from] of [['usual', '+17735550121'], ['sales', '+17735550122'], ['service', '+17735550123']]) {
    const transcript = await world.carrier.placeCall({ from, to: number(shown[part]), callee: 'answer', ring_seconds: 5, talk_seconds: 30 });
    const call = await world.logged(transcript.sid);
    assert.equal(call.attribution.state, 'attributed', part);
    assert.deepEqual([call.source, call.gclid, call.tracking_phone_number], ['google', 'parts', number(shown[part])], part);
  }
});
