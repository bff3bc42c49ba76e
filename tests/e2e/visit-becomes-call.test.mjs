/** The main job: a visitor arrives, sees a number of their own, calls it, and the log shows the call with its source. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ARRIVALS, landing } from '../../www-demo/arrivals.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

/** What the log must say of each way to arrive; the landing pages are those of the demo. */
const VISITS = [
  { from: 'google-ads', referer: 'https://www.google.com/', source: 'google', medium: 'cpc', channel: 'Paid Search', id: 'gclid' },
  { from: 'facebook', referer: 'https://l.facebook.com/', channel: 'Paid Social', id: 'fbclid' },
  { from: 'bing', referer: 'https://www.bing.com/', channel: 'Paid Search', id: 'msclkid' },
  { from: 'newsletter', referer: '', channel: 'Email', id: null },
  { from: null, referer: '', source: '(direct)', medium: '(none)', channel: 'Direct', id: null },
];
const OWN = '(312) 555-0142';

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

test('five visitors from five places get five numbers, call, and are told apart in the log', async (t) => {
  const browser = await world.browser();
  const visits = [];
  for (const [at, visit] of VISITS.entries()) {
    const context = await browser.newContext();
    const url = visit.from ? landing(visit.from, world.site.url) : `${world.site.url}/`;
    const { page, number, errors } = await arrive(context, url, visit.referer);
    visits.push({ ...visit, context, page, number, url, errors, caller: `+1773555010${at}` });
  }
  assert.equal(new Set(visits.map((visit) => visit.number)).size, 5, 'five different numbers');
  for (const visit of visits) {
    assert.ok(NUMBERS.pool.includes(visit.number), `${visit.number} is of the pool`);
    assert.deepEqual(visit.errors, []);
  }

  for (const visit of visits) {
    await t.test(`the call of the visitor from ${visit.from ?? 'nowhere'}`, async () => {
      const transcript = await world.carrier.placeCall({ from: visit.caller, to: visit.number, callee: 'answer', ring_seconds: 5, talk_seconds: 60 });
      assert.deepEqual(transcript.errors, [], 'the carrier understood every document');
      checkCall(await world.logged(transcript.sid), visit);
    });
  }
  assert.equal((await world.api('/v1/calls')).json.calls.length, 5);

  await t.test('a call to a number nobody was ever shown is unattributed, and says why', async () => {
    const shown = visits.map((visit) => visit.number);
    const to = NUMBERS.pool.find((number) => !shown.includes(number));
    const transcript = await world.carrier.placeCall({ from: '+17735550111', to, callee: 'answer', talk_seconds: 10 });
    const call = await world.logged(transcript.sid);
    assert.equal(call.attribution.state, 'unattributed');
    assert.equal(call.attribution.reason, 'never_leased');
    assert.equal(call.source, null);
    assert.equal(call.outcome, 'answered');
  });

  await t.test('a second tab of the same visitor shows the same number', async () => {
    const { number } = await arrive(visits[0].context, `${world.site.url}/contact.html`, '');
    assert.equal(number, visits[0].number);
  });

  await t.test('a visitor who comes back gets the same number, and their first touch stays', async () => {
    const { context, number: before } = visits[2];
    await Promise.all(context.pages().map((page) => page.close()));
    const { number } = await arrive(context, `${world.site.url}/about.html`, '');
    assert.equal(number, before);
    const transcript = await world.carrier.placeCall({ from: visits[2].caller, to: number, callee: 'answer', talk_seconds: 5 });
    const call = await world.logged(transcript.sid);
    assert.equal(call.milestones.first_touch.landing, visits[2].url);
    assert.equal(call.source, 'bing');
  });
});

test('a number that stands for a source names it without any visit', async () => {
  const transcript = await world.carrier.placeCall({ from: '+17735550112', to: NUMBERS.source, callee: 'busy', voicemail: { seconds: 9 } });
  const call = await world.logged(transcript.sid, (seen) => seen.outcome === 'voicemail');
  assert.deepEqual([call.source, call.medium, call.attribution.state, call.attribution.rule], ['yellow-pages', 'print', 'attributed', 'source_number']);
  assert.equal(call.voicemail, true);
  assert.equal(call.answered, false);
});

test('a call is in the log while it rings, within two seconds of its first webhook', async () => {
  const started = Date.now();
  const call = world.carrier.placeCall({ from: '+17735550113', to: NUMBERS.pool[0], callee: 'answer', ring_seconds: 25, talk_seconds: 5, speed: 10 });
  let seen;
  while (!seen && Date.now() - started < 5_000) {
    const { json } = await world.api('/v1/calls?limit=250');
    seen = json.calls.find((one) => one.customer_phone_number === '+17735550113');
  }
  const took = Date.now() - started;
  assert.equal(seen?.outcome, 'in_progress');
  assert.ok(took < 2_000, `${took} ms`);
  // Its end is written behind the last webhook, and would change what the next test reads.
  await world.logged((await call).sid);
});

test('the log can be asked for parts', async () => {
  const all = (await world.api('/v1/calls?limit=250')).json.calls;
  assert.ok(all.length >= 7);
  const pages = [];
  let cursor = '';
  do {
    const { json } = await world.api(`/v1/calls?limit=3${cursor && `&cursor=${cursor}`}`);
    pages.push(...json.calls);
    cursor = json.next_cursor;
  } while (cursor && pages.length < 100);
  assert.deepEqual(pages.map((call) => call.id), all.map((call) => call.id), 'page by page the same calls');

  const { json: one } = await world.api(`/v1/calls/${all[0].id}`);
  // What was said stands in a call alone.
  assert.deepEqual(one, { ...all[0], transcript: null, conversational_transcript: null });
  const { json: few } = await world.api(`/v1/calls/${all[0].id}?fields=outcome,source`);
  assert.deepEqual(Object.keys(few).sort(), ['id', 'outcome', 'source']);
  const { json: bySource } = await world.api('/v1/calls?source=yellow-pages');
  assert.equal(bySource.calls.length, 1);
  const { json: later } = await world.api(`/v1/calls?updated_since=${new Date(Date.now() + 60_000).toISOString()}`);
  assert.deepEqual(later.calls, []);
  const elsewhere = await world.api('/v1/calls?site=another');
  assert.deepEqual([elsewhere.status, elsewhere.json.error.code], [400, 'bad_parameter']);
});

test('the console shows the log to whoever has the key, and to nobody else', async () => {
  const context = await (await world.browser()).newContext();
  const page = await context.newPage();
  await page.goto(`${world.edgeUrl}/console`);
  assert.equal(await page.locator('table').count(), 0);
  await page.getByLabel('API key').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('API key').fill(world.apiKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Call log' }).waitFor();
  assert.ok(await page.locator('tbody tr').count() >= 7);
  const row = page.locator('tbody tr', { hasText: 'furnace-repair-chicago' }).first();
  const caller = await row.getByRole('link').textContent();
  await row.getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: `Call from ${caller}` }).waitFor();
  const fact = (name) => page.locator('dl > div', { has: page.getByText(name, { exact: true }) }).locator('dd').textContent();
  assert.deepEqual(await Promise.all(['Source', 'Campaign', 'Connected to'].map(fact)), ['google / cpc', 'furnace-repair-chicago', '(312) 555-0199']);
  assert.match(await fact('Number given out'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:UTC|[+\u2212]\d\d:\d\d)$/);
  assert.match(await fact('gclid'), /^Cj0KCQ/);
  const { pathname } = new URL(page.url());
  await page.getByRole('link', { name: 'Call log' }).click();
  await page.getByRole('heading', { name: 'Call log' }).waitFor();
  const nowhere = await page.goto(`${world.edgeUrl}/console/calls/CAL0`);
  assert.deepEqual([nowhere.status(), await page.getByRole('heading').textContent()], [404, 'No such call']);
  await page.goto(`${world.edgeUrl}/console`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  const forged = await fetch(`${world.edgeUrl}/console`, { headers: { cookie: `dni_console=${Date.now() + 1e9}.AAAA` } });
  assert.ok(!(await forged.text()).includes('<table'));
  const stranger = await (await fetch(`${world.edgeUrl}${pathname}`)).text();
  assert.ok(stranger.includes('API key') && !stranger.includes('Call from'), 'a call is shown to nobody else either');
});

test('nothing of visitors and callers is in the log of the worker', () => {
  const lines = readFileSync(`${world.stateDir}/edge.log`, 'utf8').split('\n');
  assert.ok(lines.length > 50, 'the worker logs its requests');
  const personal = /\+?1?773555\d{4}|WIRELESS CALLER|[?&](gclid|fbclid|msclkid)=|(?<!CAL)(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/;
  assert.deepEqual(lines.filter((line) => personal.test(line)), []);
});

/** Opens a page as a visitor and waits for the number to be swapped everywhere. */
async function arrive(context, url, referer) {
  const page = await context.newPage();
  const errors = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url, { referer });
  const link = page.locator('header a[href^="tel:"]').first();
  await page.waitForFunction((own) => !document.querySelector('header a[href^="tel:"]').textContent.includes(own), OWN);
  const number = (await link.getAttribute('href')).slice('tel:'.length);
  const links = await page.evaluate(() => [...document.querySelectorAll('a[href^="tel:"]:not([data-dni-noswap] *)')].map((one) => one.getAttribute('href')));
  const others = links.filter((href) => href !== `tel:${number}`);
  assert.ok(others.every((href) => href.endsWith('0188')), `only the fax keeps its number: ${others}`);
  return { page, number, errors };
}

function checkCall(call, visit) {
  const url = new URL(visit.url);
  const param = (name) => url.searchParams.get(name);
  for (const field of ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'gclid', 'fbclid', 'msclkid']) {
    assert.equal(call[field], param(field), field);
  }
  assert.equal(call.source, visit.source ?? param('utm_source'));
  assert.equal(call.medium, visit.medium ?? param('utm_medium'));
  assert.equal(call.channel, visit.channel);
  assert.equal(call.keywords, param('utm_term'));
  assert.equal(call.landing_page_url, visit.url);
  assert.equal(call.referring_url, visit.referer || null);
  assert.equal(call.tracking_phone_number, visit.number);
  assert.equal(call.customer_phone_number, visit.caller);
  assert.equal(call.business_phone_number, NUMBERS.destination);
  assert.deepEqual([call.outcome, call.answered, call.voicemail], ['answered', true, false]);
  assert.equal(call.talk_time, 60);
  assert.equal(call.attribution.state, 'attributed');
  assert.equal(call.attribution.rule, 'exact');
  assert.equal(call.attribution.evidence.number, visit.number);
  if (visit.id) {
    assert.ok(call[visit.id], visit.id);
  }
}

test('every arrival of the demo is tried', () => {
  const tried = VISITS.map((visit) => visit.from).filter(Boolean);
  assert.deepEqual(Object.keys(ARRIVALS).filter((from) => from !== 'organic').sort(), tried.sort());
});
