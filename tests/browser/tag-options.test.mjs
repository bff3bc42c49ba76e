/** What people write on the tag: in any form that can be understood it counts; else the tag does less, and says why. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { open, SITE, until } from './world.mjs';

/** Milliseconds in which nothing must happen. */
const QUIET_MS = 600;
const page = (tag, head = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tag</title>${head}${tag}</head><body><p id="dots">312.555.0142</p></body></html>`;
const script = (attributes) => `<script async crossorigin src="{{EDGE}}/dni.js" ${attributes}></script>`;
const state = (tab) => tab.evaluate(() => window.dni?.state);
const swapped = (tab) => tab.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');

/** Opens a page with this tag in it. */
async function withTag(world, tag, how = {}) {
  world.site.own['tag.html'] = page(tag, how.head);
  return world.visit(`tag.html${how.query ?? ''}`, { settle: false, ...how });
}

for (const targets of [
  '(312) 555-0142', '13125550142', '3125550142', '+1 (312) 555-0142', '+1-312-555-0142', ' +13125550142 ', '312.555.0142, 312.555.0143',
  '+13125550142 +13125550143', '312-555-0142;', 'tel:+13125550142', '1-800-FLOWERS, 312-555-0142', '',
]) {
  test(`data-targets="${targets}" is understood`, async (t) => {
    const world = await open(t);
    const tab = await withTag(world, script(`data-site="${SITE}" data-targets="${targets}"`));
    await swapped(tab);
    assert.deepEqual(world.edge.refused, []);
    assert.deepEqual(world.edge.asked('lease')[0].targets, targets.trim() ? [targets.trim()] : undefined);
    assert.deepEqual([...tab.errors, ...tab.notes], []);
  });
}

test('data-targets that are no numbers take none, and the console says so', async (t) => {
  const world = await open(t);
  const tab = await withTag(world, script(`data-site="${SITE}" data-targets="sales"`));
  await until(() => tab.notes.length > 0);
  assert.match(tab.notes[0], /'targets' must be phone numbers/);
  assert.equal(await tab.textContent('#dots'), '312.555.0142');
  assert.deepEqual(tab.errors, []);
});

for (const consent of ['Required', ' required', 'true', 'gcm', 'google,tcf', '', 'none', 'REQUIERED']) {
  test(`data-consent="${consent}" waits for a yes`, async (t) => {
    const world = await open(t);
    const tab = await withTag(world, script(`data-site="${SITE}" data-consent="${consent}"`));
    await tab.waitForFunction(() => window.dni?.state === 'consent');
    await tab.waitForTimeout(QUIET_MS);
    assert.deepEqual(world.edge.requests, []);
    assert.equal(await tab.evaluate(() => document.cookie + localStorage.length), '0');
    const isKnown = /^\s*required\s*$/i.test(consent);
    assert.deepEqual(tab.notes, isKnown ? [] : [`dni: data-consent="${consent}" is taken as "required".`]);
    await tab.evaluate(() => dni.consent('granted'));
    await swapped(tab);
  });
}

for (const [name, tag] of Object.entries({
  'in the address, in capitals': `<script async src="{{EDGE}}/dni.js?Site=${SITE}&Consent=Required"></script>`,
  'in the address, as an attribute is called': `<script async src="{{EDGE}}/dni.js?data-site=${SITE}&data-consent=required"></script>`,
  'without data-': script(`data-site="${SITE}" consent="required"`),
})) {
  test(`a consent mode ${name} counts`, async (t) => {
    const world = await open(t);
    const tab = await withTag(world, tag);
    await tab.waitForFunction(() => window.dni?.state === 'consent');
    await tab.waitForTimeout(QUIET_MS);
    assert.deepEqual(world.edge.requests, []);
  });
}

for (const mode of ['Google', 'TCF', ' auto ']) {
  test(`data-consent="${mode}" asks the consent tool`, async (t) => {
    const world = await open(t);
    const tab = await withTag(world, script(`data-site="${SITE}" data-consent="${mode}"`), {
      head: `<script>window.__tcfapi = (_command, _version, hear) => hear({ gdprApplies: false }, true);
        window.dataLayer = [['consent', 'update', { analytics_storage: 'granted' }]];</script>`,
    });
    await swapped(tab);
    assert.deepEqual(tab.notes, []);
  });
}

for (const dnt of ['Respect', '', 'true', '1']) {
  test(`data-dnt="${dnt}" respects Global Privacy Control`, async (t) => {
    const world = await open(t);
    const head = '<script>Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { get: () => true })</script>';
    const tab = await withTag(world, script(`data-site="${SITE}" data-dnt="${dnt}"`), { head });
    await tab.waitForFunction(() => window.dni?.state === 'consent');
    assert.equal(tab.notes.length, dnt === 'Respect' ? 0 : 1);
    assert.deepEqual(world.edge.requests, []);
  });
}

test('data-lease in any case is that, and an unknown one waits until the number is reached for', async (t) => {
  const world = await open(t);
  const always = await withTag(world, script(`data-site="${SITE}" data-lease="Always"`));
  // What comes with the number is kept: it must be there before it is cleared away.
  await swapped(always);
  assert.equal(world.edge.asked('lease').length, 1);
  await always.evaluate(() => localStorage.clear());
  const lazy = await withTag(world, script(`data-site="${SITE}" data-lease="lazy"`));
  await lazy.waitForTimeout(QUIET_MS);
  assert.deepEqual([await state(lazy), lazy.notes.length], ['number', 1]);
  await lazy.hover('#dots');
  await swapped(lazy);
});

for (const attributes of ['', 'data-site=""', 'data-site="YOUR-SITE"', 'data-site="Harbor"', 'data-site=" harbor "', `site="${SITE}"`, 'data-site="{{Site}}"']) {
  test(`a tag with ${attributes || 'no site'} says in the console what is missing, and the doctor opens`, async (t) => {
    const world = await open(t);
    const tab = await withTag(world, script(attributes), { query: '?dni_debug' });
    await until(() => tab.notes.length > 0);
    assert.equal(tab.notes.length, 1);
    assert.match(tab.notes[0], /^dni: data-site="/);
    await tab.waitForFunction(() => document.querySelector('dni-doctor')?.shadowRoot.querySelector('[data-code=no_site]'));
    assert.deepEqual([...world.edge.requests, ...tab.errors], []);
  });
}

test('a tag of a site that there is not says what the edge says', async (t) => {
  const world = await open(t);
  const tab = await withTag(world, script('data-site="your-site"'));
  await until(() => tab.notes.length > 0);
  assert.deepEqual(tab.notes, ['dni: There is no such site; create it with PUT /v1/sites/{id}.']);
  await tab.evaluate(() => dni.refresh());
  await tab.waitForTimeout(QUIET_MS);
  assert.equal(tab.notes.length, 1, 'once');
  assert.equal(await tab.textContent('#dots'), '312.555.0142');
});

test('a tag on a page that the site does not list says so, and asks once', async (t) => {
  const world = await open(t);
  world.edge.lists = () => false;
  const tab = await withTag(world, script(`data-site="${SITE}"`));
  await until(() => tab.notes.length > 0);
  await tab.waitForTimeout(QUIET_MS);
  assert.equal(tab.notes.length, 1);
  assert.match(tab.notes[0], /origin is not one of the site's/);
  assert.deepEqual(world.edge.refused, ['origin_not_allowed']);
});

test('a tag that is a module works, and the console says that it had better not be one', async (t) => {
  const world = await open(t);
  const tab = await withTag(world, `<script type="module" src="{{EDGE}}/dni.js" data-site="${SITE}"></script>`);
  await swapped(tab);
  assert.deepEqual(tab.notes, ['dni: leave out type="module".']);
});

for (const [name, attributes] of Object.entries({ 'names no worker': '', 'names a worker that is no address': 'data-edge="calls.example"' })) {
  test(`a tag inside the page that ${name} says so`, async (t) => {
    const world = await open(t);
    const text = await (await fetch(`${world.edge.url}/dni.js`)).text();
    const tab = await withTag(world, `<script data-site="${SITE}" ${attributes}>${text}</script>`);
    await until(() => tab.notes.length > 0);
    assert.match(tab.notes[0], /data-edge/);
    assert.deepEqual(tab.errors, []);
  });
}

test('a tag inside the page that names its worker works', async (t) => {
  const world = await open(t);
  const text = await (await fetch(`${world.edge.url}/dni.js`)).text();
  const tab = await withTag(world, `<script data-site="${SITE}" data-edge="{{EDGE}}">${text}</script>`);
  await swapped(tab);
});

test('every tag that people copy has crossorigin: with it the tag and what it fetches share a connection', () => {
  const root = new URL('../../', import.meta.url);
  const folders = ['docs', 'www-demo', 'dni-wasm/npm', 'dni-wasm/js/doctor', 'edge-worker/templates'];
  const files = folders.flatMap((folder) => readdirSync(new URL(folder, root)).map((name) => `${folder}/${name}`));
  const tags = files.filter((name) => /\.(md|html|mjs|js)$/.test(name)).flatMap((name) => (
    [...readFileSync(new URL(name, root), 'utf8').matchAll(/<script[^>]*\/dni[^>]*>/gi)].map(([tag]) => `${name}: ${tag}`)));
  assert.ok(tags.length > 8);
  assert.deepEqual(tags.filter((tag) => !/crossorigin/i.test(tag)), []);
});
