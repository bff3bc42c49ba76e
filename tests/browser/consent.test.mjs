/** Nothing is kept and nothing asked for before a yes, where one is needed; and a no undoes everything. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { leaseReply, open, SITE, stored, until, untouched, html } from './world.mjs';

/** Milliseconds in which nothing must happen. */
const QUIET_MS = 600;
const REQUIRED = 'data-consent="required"';
/** What is kept in the browser, and every write that was tried. */
const kept = (page) => page.evaluate(() => ({ storage: { ...localStorage }, cookie: document.cookie, writes: window.writes }));
const NOTHING = { storage: {}, cookie: '', writes: [] };
const watchWrites = (page) => page.addInitScript(() => {
  window.writes = [];
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function noted(key, value) {
    window.writes.push(key);
    return setItem.call(this, key, value);
  };
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(Document.prototype, 'cookie', { ...cookie, set(text) { window.writes.push(text); cookie.set.call(this, text); } });
});
const swapped = (page) => page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
const own = (page) => page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0142');

test('where consent is required, nothing is kept or asked for before it', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', { options: REQUIRED, prepare: watchWrites });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(await kept(page), NOTHING);
  assert.deepEqual(edge.requests, []);
  assert.equal(await page.evaluate(() => dni.state), 'consent');
  assert.deepEqual(await page.evaluate(() => dni.getSwapNumbers('312-555-0142')), {});
  await page.evaluate(() => dni.consent('granted'));
  await swapped(page);
  assert.equal(edge.asked('lease')[0].consent, 'granted');
  assert.equal((await stored(page)).consent, 'granted');
  const next = await visit('business.html', { options: REQUIRED });
  await swapped(next);
});

test('a yes from the queue counts', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html', {
    options: REQUIRED,
    prepare: (page) => page.addInitScript(() => { window.dni = [['consent', 'granted']]; }),
  });
  await swapped(page);
});

test('a no releases, reverts and erases', async (t) => {
  const world = await open(t);
  const before = await untouched(world);
  const page = await world.visit('business.html', { options: REQUIRED });
  await page.evaluate(() => dni.consent('granted'));
  await swapped(page);
  await page.evaluate(() => dni.consent('denied'));
  await until(() => world.edge.signals().length === 1);
  assert.deepEqual(world.edge.signals(), ['release']);
  assert.equal((await html(page)).replaceAll(` ${REQUIRED}`, ''), before);
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), {});
  assert.equal(await page.evaluate(() => document.cookie), '');
  await page.evaluate(() => dni.refresh());
  await page.goto('about:blank');
  assert.equal(world.edge.asked('lease').length, 1);
  assert.deepEqual(world.edge.signals(), ['release']);
  assert.deepEqual(page.errors, []);
});

test('who agrees again is a new visitor', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html');
  await page.evaluate(() => dni.consent('denied'));
  await own(page);
  await page.evaluate(() => dni.consent('granted'));
  await swapped(page);
  const [first, second] = edge.asked('lease');
  assert.notEqual(second.visitor, first.visitor);
  assert.equal(second.history.touches.length, 1);
});

test('where no consent is needed, a no is all that is remembered', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', { host: 'www.harbor.test' });
  await page.evaluate(() => dni.consent('denied'));
  assert.deepEqual(await stored(page), { consent: 'denied' });
  assert.ok(!/[0-9a-f]{32}/.test(await page.evaluate(() => document.cookie)));
  const elsewhere = await visit('business.html', { host: 'shop.harbor.test' });
  await elsewhere.waitForTimeout(QUIET_MS);
  assert.equal(edge.asked('lease').length, 1, 'it holds on the other hosts of the domain');
  assert.equal(await elsewhere.textContent('#dots'), '312.555.0142');
});

test('a no in one tab holds in the other', async (t) => {
  const { visit } = await open(t);
  const first = await visit('business.html');
  const second = await visit('business.html');
  await swapped(second);
  await second.evaluate(() => dni.consent('denied'));
  await own(first);
});

test('a no while the library is on its way holds', async (t) => {
  let answer;
  const { visit, edge } = await open(t, { lease: (request) => new Promise((resolve) => { answer = () => resolve(leaseReply(request)); }) });
  const page = await visit('business.html', { settle: false });
  await until(() => answer);
  await page.evaluate(() => { dni.consent('denied'); });
  answer();
  await until(() => edge.signals().includes('release'));
  assert.equal(await page.textContent('#dots'), '312.555.0142');
  assert.deepEqual(await stored(page), { consent: 'denied' });
});

test("the site document's rule is obeyed too: what the first request needed is erased", async (t) => {
  const { visit, edge } = await open(t, {
    lease: (request) => (request.consent === 'granted' ? leaseReply(request) : { ...leaseReply(request, []), reason: 'consent_required' }),
  });
  const page = await visit('business.html');
  await page.waitForFunction(() => dni.state === 'consent');
  const { storage, cookie } = await kept(page);
  assert.deepEqual({ storage, cookie }, { storage: {}, cookie: '' });
  assert.deepEqual(edge.signals(), []);
  await page.evaluate(() => dni.consent('granted'));
  await swapped(page);
});

for (const [name, [prepare, tracked]] of Object.entries({
  'Do Not Track': [() => Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' }), false],
  'Global Privacy Control': [() => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }), false],
  'neither of both': [() => {}, true],
})) {
  test(`data-dnt="respect" and ${name}`, async (t) => {
    const { visit, edge } = await open(t);
    const page = await visit('business.html', { options: 'data-dnt="respect"', prepare: (page) => page.addInitScript(prepare) });
    await page.waitForTimeout(QUIET_MS);
    assert.equal(edge.asked('lease').length, Number(tracked));
    if (tracked) return;
    assert.equal(await page.evaluate(() => document.cookie + localStorage.length), '0');
    await page.evaluate(() => dni.consent('granted'));
    await swapped(page);
  });
}

const google = (...entries) => (page) => page.addInitScript((entries) => {
  window.dataLayer = window.dataLayer || [];
  window.gtag = function gtag() { dataLayer.push(arguments); };
  for (const entry of entries) window.gtag(...entry);
}, entries);
const consent = (kind, ads, analytics) => ['consent', kind, { ad_storage: ads, analytics_storage: analytics }];

test("Google's consent mode: denied by default, granted later", async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html?gclid=abc', {
    options: 'data-consent="google"',
    prepare: async (page) => { await google(consent('default', 'denied', 'denied'))(page); await watchWrites(page); },
  });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
  assert.ok(!(await kept(page)).writes.some((text) => /[0-9a-f]{32}/.test(text)));
  await page.evaluate((update) => gtag(...update), consent('update', 'granted', 'granted'));
  await swapped(page);
  assert.match(edge.asked('lease')[0].arrival.url, /gclid=abc/);
  await page.evaluate((update) => gtag(...update), consent('update', 'denied', 'denied'));
  await own(page);
});

test('visitors who agreed on an earlier page stay who they are, though every page begins with a default that denies', async (t) => {
  const { visit, edge } = await open(t);
  const how = { options: 'data-consent="google"', prepare: google(consent('default', 'denied', 'denied')) };
  const agree = (page) => page.evaluate((update) => gtag(...update), consent('update', 'granted', 'granted'));
  const page = await visit('business.html', how);
  await agree(page);
  await swapped(page);
  const kept = await stored(page);
  const next = await visit('business.html', how);
  await next.waitForTimeout(QUIET_MS);
  assert.equal(await next.textContent('#dots'), '312.555.0142', 'not before the tool has said it here too');
  assert.equal((await stored(next)).visitor, kept.visitor);
  await agree(next);
  await swapped(next);
  assert.equal(edge.asked('lease').length, 1);
});

test('click ids kept before are cut when ad_storage is denied', async (t) => {
  const { visit } = await open(t);
  const how = (ads) => ({ options: 'data-consent="google"', prepare: google(consent('default', ads, 'granted')) });
  const page = await visit('business.html?gclid=abc', how('granted'));
  await swapped(page);
  assert.match((await stored(page)).history.touches[0].url, /gclid=abc/);
  const next = await visit('business.html', how('denied'));
  await swapped(next);
  assert.ok(!JSON.stringify(await stored(next)).includes('abc'));
  assert.ok(!(await next.evaluate(() => document.cookie)).includes('abc'));
});

test('without ad_storage click ids stay in the memory of the page', async (t) => {
  const { visit, edge, site } = await open(t);
  const page = await visit('business.html?utm_source=google&gclid=abc&page=2&GBRAID=d#top', {
    options: 'data-consent="google"', prepare: google(consent('default', 'denied', 'granted')),
  });
  await swapped(page);
  const [request] = edge.asked('lease');
  assert.equal(request.arrival.url, `${site.url}/business.html?utm_source=google&page=2#top`);
  assert.ok(!JSON.stringify([await kept(page), edge.requests]).includes('abc'));
  await page.evaluate((update) => gtag(...update), consent('update', 'granted', 'granted'));
  await until(() => edge.asked('lease').length === 2);
  const [, again] = edge.asked('lease');
  assert.match(again.arrival.url, /gclid=abc/);
  assert.equal(again.visitor, request.visitor);
  assert.deepEqual(again.history.touches, [], 'so that the edge reads the arrival anew');
});

test('a regional default that denies holds until an update', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', {
    options: 'data-consent="google"',
    prepare: google(['consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied', region: ['DE'] }], consent('default', 'granted', 'granted')),
  });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
});

/**
 * What Google's scripts keep of consent, as far as it can be seen from outside: entries with what is said by default and what since,
 * figures for a state, and listeners, who hear of updates alone. Templates of Tag Manager tell it, and nothing of that is in the data
 * layer.
 */
const googleObject = () => {
  const listeners = [];
  const ics = {
    entries: {},
    addListener: (purposes, heard) => { if (Array.isArray(purposes) && purposes.length) listeners.push(heard); },
    getConsentState: (purpose) => {
      const { default: byDefault, update = byDefault } = ics.entries[purpose] ?? {};
      return update === undefined ? 0 : update ? 1 : 2;
    },
  };
  window.tellGoogle = (kind, ads, analytics) => {
    for (const [purpose, said] of Object.entries({ ad_storage: ads, analytics_storage: analytics })) {
      if (said !== undefined) ics.entries[purpose] = { ...ics.entries[purpose], [kind]: said };
    }
    if (kind === 'update') for (const heard of listeners) heard({ consentEventId: 1 });
  };
  window.google_tag_data = { ics };
};
const tellGoogle = (page, ...said) => page.evaluate((said) => window.tellGoogle(...said), said);
const withObject = (...said) => async (page) => {
  await page.addInitScript(googleObject);
  await page.addInitScript((said) => { if (said.length) window.tellGoogle(...said); }, said);
};

test('consent that a tool gives through its Tag Manager template is heard, and its denial', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', { options: 'data-consent="google"', prepare: withObject('default', false, false) });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
  await tellGoogle(page, 'update', true, true);
  await swapped(page);
  await tellGoogle(page, 'update', false, false);
  await own(page);
  assert.equal(await page.evaluate((key) => localStorage.getItem(key), `dni:${SITE}`), null);
});

test('a denial through a template counts after a default of the data layer that grants', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', {
    options: 'data-consent="google"',
    prepare: async (page) => { await google(consent('default', 'granted', 'granted'))(page); await withObject('default', true, true)(page); },
  });
  await swapped(page);
  await tellGoogle(page, 'update', false, false);
  await own(page);
  await until(() => edge.signals().includes('release'));
});

test('who denied through a template before the tag came is not tracked, and what was kept of them is erased', async (t) => {
  const { visit, edge } = await open(t);
  await visit('business.html');
  await until(() => edge.asked('lease').length === 1);
  const page = await visit('business.html', { options: 'data-consent="auto"', prepare: withObject('update', false, false) });
  await page.waitForTimeout(QUIET_MS);
  assert.equal(edge.asked('lease').length, 1);
  assert.equal(await page.evaluate((key) => localStorage.getItem(key), `dni:${SITE}`), null);
});

test('visitors who agreed through a template before stay who they are, though every page begins with a default that denies', async (t) => {
  const { visit, edge } = await open(t);
  const how = { options: 'data-consent="google"', prepare: withObject('default', false, false) };
  const page = await visit('business.html', how);
  await tellGoogle(page, 'update', true, true);
  await swapped(page);
  const next = await visit('business.html', { ...how, prepare: withObject() });
  await tellGoogle(next, 'default', false, false);
  await next.waitForTimeout(QUIET_MS);
  assert.equal(await next.textContent('#dots'), '312.555.0142');
  await tellGoogle(next, 'update', true, true);
  await swapped(next);
  assert.equal(edge.asked('lease').length, 1);
});

test("Google's scripts may come late, and their default for the region lifts what the data layer says for another", async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', {
    options: 'data-consent="google"',
    prepare: google(['consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied', region: ['DE'] }], consent('default', 'granted', 'granted')),
  });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
  await page.evaluate(googleObject);
  await tellGoogle(page, 'default', true, true);
  await swapped(page);
});

test('a template that grants no ad_storage keeps click ids out', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html?gclid=abc', { options: 'data-consent="google"', prepare: withObject('update', false, true) });
  await swapped(page);
  assert.ok(!JSON.stringify([await kept(page), edge.requests]).includes('abc'));
});

for (const [name, prepare] of Object.entries({
  'says nothing': () => { window.google_tag_data = { ics: { entries: {} } }; },
  'has states of its own': () => { window.google_tag_data = { ics: { entries: {}, getConsentState: () => 3 } }; },
  'throws': () => { window.google_tag_data = { ics: { get entries() { throw new Error('theirs'); } } }; },
  'is something else': () => { window.google_tag_data = 'x'; },
})) {
  test(`an object of Google's that ${name} is no yes`, async (t) => {
    const { visit, edge } = await open(t);
    const page = await visit('business.html', { options: 'data-consent="google"', prepare: (page) => page.addInitScript(prepare) });
    await page.waitForTimeout(QUIET_MS);
    assert.deepEqual([...edge.requests, ...page.errors], []);
    assert.equal(await page.evaluate(() => dni.state), 'consent');
  });
}

test('an object of which nothing but states and listeners can be seen is heard', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html', {
    options: 'data-consent="google"',
    prepare: (page) => page.addInitScript(() => {
      let state = 2;
      const listeners = [];
      window.google_tag_data = { ics: { addListener: (_, heard) => listeners.push(heard), getConsentState: () => state } };
      window.decide = (said) => { state = said; for (const heard of listeners) heard(); };
    }),
  });
  await page.evaluate(() => decide(1));
  await swapped(page);
  await page.evaluate(() => decide(2));
  await own(page);
});

const tool = (data) => {
  const heard = [];
  window.__tcfapi = (command, _version, hear) => { if (command === 'addEventListener') { heard.push(hear); hear(data, true); } };
  window.decide = (data) => heard.forEach((hear) => hear(data, true));
};
const choice = (purposes, more = {}) => ({ gdprApplies: true, eventStatus: 'useractioncomplete', purpose: { consents: purposes }, ...more });

for (const [name, [data, tracked]] of Object.entries({
  'shows its question': [choice({ 1: true, 7: true }, { eventStatus: 'cmpuishown' }), false],
  'says storage and measurement': [choice({ 1: true, 7: true }), true],
  'says storage alone': [choice({ 1: true }), false],
  'says measurement alone': [choice({ 7: true }), false],
  'says storage, and measurement as legitimate interest': [choice({ 1: true }, { purpose: { consents: { 1: true }, legitimateInterests: { 7: true } } }), true],
  'says that the law does not apply': [{ gdprApplies: false }, true],
  'says nonsense': [{ purpose: 7 }, false],
})) {
  test(`a TCF tool that ${name}`, async (t) => {
    const { visit, edge } = await open(t);
    const page = await visit('business.html', { options: 'data-consent="tcf"', prepare: (page) => page.addInitScript(tool, data) });
    if (tracked) return swapped(page);
    await page.waitForTimeout(QUIET_MS);
    assert.deepEqual(edge.requests, []);
    await page.evaluate((data) => decide(data), choice({ 1: true, 7: true }));
    return swapped(page);
  });
}

test('a TCF tool that comes late is found, and its revocation heeded', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit('business.html', { options: 'data-consent="auto"' });
  await page.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.requests, []);
  await page.evaluate(tool, choice({ 1: true, 7: true }));
  await swapped(page);
  await page.evaluate((data) => decide(data), choice({}));
  await own(page);
  assert.equal(await page.evaluate((key) => localStorage.getItem(key), `dni:${SITE}`), null);
});

test('every click id that the core knows is cut where it may not be kept', async () => {
  const { withoutClickIds } = await import('../../dni-wasm/js/extras.js');
  const source = readFileSync(new URL('../../dni-core/src/visit/campaign.rs', import.meta.url), 'utf8');
  const table = source.slice(source.indexOf('click_ids! {\n'));
  const names = [...table.slice(0, table.indexOf('\n}\n')).matchAll(/ = "([a-z_]+)", "/g)].map(([, name]) => name);
  assert.ok(names.length >= 20);
  for (const name of names) {
    assert.equal(withoutClickIds(`https://a.example/?x=1&${name}=secret&y=2#z`), 'https://a.example/?x=1&y=2#z');
    assert.equal(withoutClickIds(`https://a.example/?${name.toUpperCase()}=secret`), 'https://a.example/');
  }
  assert.equal(withoutClickIds('https://a.example/?gclid=1&fbclid=2&msclkid=3'), 'https://a.example/');
  assert.equal(withoutClickIds('https://a.example/?my_gclid=1&q=a%20b+c'), 'https://a.example/?my_gclid=1&q=a%20b+c');
});
