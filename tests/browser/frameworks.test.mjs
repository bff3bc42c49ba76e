/** Real frameworks on one page with the library: it never makes them fail, and they never get rid of the number for long. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { bundle, render, server } from './apps.mjs';
import { LIMIT_MS, open, remember, SITE, until } from './world.mjs';

const file = createRequire(import.meta.url).resolve;
const page = (head, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>App</title>
<script async src="{{EDGE}}/dni.js" data-site="{{SITE}}"></script>${head}</head><body>${body}</body></html>`;
const has = (page, text, limit = LIMIT_MS) => page.waitForFunction((text) => document.body.innerText.includes(text), text, { timeout: limit });
const textOf = (page, id) => page.evaluate((id) => document.getElementById(id)?.textContent, id);
/** Milliseconds between load and the framework's start, for scripts that come late. */
const LATER_MS = 700;

/** When a framework takes the server's page over, as the text of a function. */
const moments = {
  'in the page': 'window.hydrateAt = () => window.hydrate()',
  'when the markup is read': "window.hydrateAt = () => document.addEventListener('DOMContentLoaded', () => window.hydrate())",
  'with the load event': "window.hydrateAt = () => addEventListener('load', () => window.hydrate())",
};

for (const [name, onServer, client] of [
  ['React', 'react-server.jsx', 'react-client.jsx'], ['Vue', 'vue-server.js', 'vue-client.js'], ['Svelte', 'svelte-server.js', 'svelte-client.js'],
]) {
  for (const [when, how] of Object.entries(moments)) {
    test(`${name} takes a page over ${when}, and nothing is wrong with it`, async (t) => {
      const { visit, site } = await open(t);
      site.own['app.html'] = page(`<script>${how}</script>`, `<div id="place">${await render(onServer)}</div><script src="app.js"></script>`);
      site.own['app.js'] = await bundle(client);
      const tab = await visit('app.html', { prepare: remember({}) });
      await has(tab, 'Call 312-555-0151');
      assert.equal(await tab.getAttribute('#link', 'href'), 'tel:+13125550151');
      assert.equal(await tab.getAttribute('#link', 'title'), '312-555-0151');
      await tab.click('#again');
      await has(tab, '312-555-0151, asked 1 times');
      await tab.click('#toggle');
      await has(tab, 'Popup 312-555-0151');
      await tab.click('#toggle');
      await tab.click('#toggle');
      assert.equal(await textOf(tab, 'popup'), 'Popup 312-555-0151');
      assert.deepEqual(await tab.evaluate(() => window.recovered ?? []), []);
      await tab.evaluate(() => dni.revert());
      assert.equal(await textOf(tab, 'whole'), 'Call 312-555-0142');
      assert.equal(await textOf(tab, 'times'), '312-555-0142, asked 1 times');
      assert.deepEqual(tab.errors, []);
    });
  }
}

/** Milliseconds after which a script comes that a slow network brings: long after the number. */
const LATE_MS = 1_500;
const whole = (tab, text) => tab.waitForFunction((text) => window.isHydrated && document.getElementById('whole')?.textContent === text, text, { timeout: LIMIT_MS });

/** Roots that no list has, and when and how React takes them over, as the text of a script. */
const ROOTS = {
  'a root of any name, by a script that comes late': ['react-root', 'script'],
  'a root without a name': ['', 'script'],
  "Wix's root, by a script that comes late": ['SITE_CONTAINER', 'script'],
  "Docusaurus' root": ['__docusaurus', 'script'],
  'a known root, 300 ms after the page has loaded': ['root', 'window.hydrateAt = () => addEventListener("load", () => setTimeout(window.hydrate, 300))'],
  'a root of any name, long after the page has loaded': ['react-root', 'window.hydrateAt = () => addEventListener("load", () => setTimeout(window.hydrate, 3500))'],
  'a root of any name, in a transition': ['react-root', 'window.way = "transition"; window.hydrateAt = () => addEventListener("load", () => setTimeout(window.hydrate, 900))'],
  'a root of any name, at once': ['react-root', 'window.way = "flushed"; window.hydrateAt = () => addEventListener("load", () => setTimeout(window.hydrate, 900))'],
  'a root of any name, made anew': ['react-root', 'window.way = "anew"; window.hydrateAt = () => addEventListener("load", () => setTimeout(window.hydrate, 900))'],
};
for (const [name, [id, how]] of Object.entries(ROOTS)) {
  for (const visitor of ['a new visitor', 'a visitor who returns']) {
    test(`React takes over ${name}, and nothing is wrong with it for ${visitor}`, async (t) => {
      const { visit, site } = await open(t);
      const comesLate = how === 'script';
      site.own['app.html'] = page(comesLate ? '' : `<script>${how}</script>`, `<div id="${id}">${(await server('plain-server.jsx')).render()}</div><script async src="app.js"></script>`);
      const script = await bundle('plain-client.jsx');
      const prepare = async (tab) => {
        if (visitor === 'a visitor who returns') await remember({})(tab);
        await tab.route('**/app.js', async (route) => {
          if (comesLate) await new Promise((resolve) => { setTimeout(resolve, LATE_MS); });
          await route.fulfill({ contentType: 'text/javascript', body: script });
        });
      };
      const tab = await visit('app.html', { prepare, settle: false });
      await whole(tab, 'Call 312-555-0151');
      assert.equal(await tab.getAttribute('#link', 'href'), 'tel:+13125550151');
      assert.deepEqual(await tab.evaluate(() => window.recovered), []);
      assert.deepEqual(tab.errors, []);
    });
  }
}

for (const when of ['when its script has come late', 'a second after the page has loaded']) {
  test(`React takes over a whole document, ${when}, and nothing is wrong with it`, async (t) => {
    const { edge, visit, site } = await open(t);
    const props = { tag: { src: `${edge.url}/dni.js`, site: SITE }, head: '' };
    const isLate = when.startsWith('when');
    props.head = `window.way = "document"; window.pageProps = ${JSON.stringify(props)}; window.pageProps.head = document.currentScript.textContent;
      ${isLate ? '' : 'window.hydrateAt = () => addEventListener("load", () => setTimeout(window.hydrate, 1000));'}
      setTimeout(() => { const script = document.createElement('script'); script.src = 'app.js'; document.head.append(script); }, ${isLate ? LATE_MS : 0});`;
    site.own['app.html'] = (await server('plain-server.jsx')).renderPage(props);
    site.own['app.js'] = await bundle('plain-client.jsx');
    const tab = await visit('app.html', { prepare: remember({}), settle: false });
    await whole(tab, 'Call 312-555-0151');
    assert.deepEqual(await tab.evaluate(() => window.recovered), []);
    assert.deepEqual(tab.errors, []);
  });
}

test('listeners that a page adds where a number stands are its own', async (t) => {
  const { visit, site } = await open(t);
  site.own['app.html'] = page('', '<p id="whole"><button id="button">312-555-0142</button></p>');
  const tab = await visit('app.html', { prepare: remember({}) });
  const heard = await tab.evaluate(() => {
    const heard = [];
    const hear = (event) => heard.push(event.currentTarget.nodeName);
    for (const one of [document.getElementById('button'), document.body, document]) one.addEventListener('click', hear, { once: true });
    document.getElementById('button').addEventListener('click', { handleEvent: () => heard.push('object') });
    document.getElementById('button').click();
    document.getElementById('button').removeEventListener('click', hear);
    document.getElementById('button').click();
    return heard;
  });
  assert.deepEqual(heard, ['BUTTON', 'object', 'BODY', '#document', 'object']);
});

test('React takes over a part that its server sent late, and the number stands in it then', async (t) => {
  const { visit, site } = await open(t);
  site.own['app.html'] = page(`<script>window.hydrateAt = () => window.hydrate(${LATER_MS})</script>`,
    `<div id="place">${await render('react-server.jsx')}</div><script src="app.js"></script>`);
  site.own['app.js'] = await bundle('react-client.jsx');
  const tab = await visit('app.html', { prepare: remember({}) });
  await has(tab, 'Late 312-555-0151');
  assert.equal(await textOf(tab, 'markup'), 'Office 312-555-0151');
  assert.deepEqual(await tab.evaluate(() => window.recovered), []);
  await tab.evaluate(() => root.unmount());
  assert.equal(await tab.evaluate(() => document.getElementById('place').childNodes.length), 0);
  assert.deepEqual(tab.errors, []);
});

test('htmx exchanges parts of the page', async (t) => {
  const { visit, site } = await open(t);
  site.own['htmx.js'] = readFileSync(file('htmx.org'), 'utf8');
  site.own.part = '<p id="part">New 312-555-0142 <a href="tel:3125550142">call</a></p>';
  site.own['app.html'] = page('<script src="htmx.js"></script>',
    '<p id="old">312-555-0142</p><button id="get" hx-get="part" hx-target="#target" hx-swap="innerHTML">Get</button><div id="target"></div>');
  const tab = await visit('app.html');
  await tab.click('#get');
  await has(tab, 'New 312-555-0151');
  assert.equal(await tab.getAttribute('#part a', 'href'), 'tel:3125550151');
  await tab.click('#get');
  await tab.waitForTimeout(100);
  await has(tab, 'New 312-555-0151');
  assert.deepEqual(tab.errors, []);
});

test('a Bootstrap theme with its collapsed menu, carousel, popover and modal', async (t) => {
  const { visit, site } = await open(t);
  site.own['bootstrap.js'] = readFileSync(file('bootstrap/dist/js/bootstrap.bundle.min.js'), 'utf8');
  site.own['bootstrap.css'] = readFileSync(file('bootstrap/dist/css/bootstrap.min.css'), 'utf8');
  site.own['app.html'] = page('<link rel="stylesheet" href="bootstrap.css"><script defer src="bootstrap.js"></script>', `
    <nav class="navbar"><button id="menu" data-bs-toggle="collapse" data-bs-target="#nav">Menu</button>
      <div class="collapse" id="nav"><a class="nav-link" href="tel:+13125550142"><i class="bi"></i> 312.555.0142</a></div></nav>
    <button id="pop" data-bs-toggle="popover" data-bs-content="Popover 312-555-0142" title="312-555-0142">?</button>
    <button id="tip" data-bs-toggle="tooltip" data-bs-title="Tip 312-555-0142">!</button>
    <button id="open" data-bs-toggle="modal" data-bs-target="#modal">Call us</button>
    <div class="modal" id="modal"><div class="modal-dialog"><div class="modal-content"><p>Modal (312) 555-0142</p></div></div></div>
    <script>addEventListener('load', () => { new bootstrap.Popover('#pop'); new bootstrap.Tooltip('#tip'); });</script>`);
  const tab = await visit('app.html');
  await tab.click('#menu');
  await has(tab, '312.555.0151');
  await tab.click('#pop');
  await has(tab, 'Popover 312-555-0151');
  await tab.focus('#tip');
  await has(tab, 'Tip 312-555-0151');
  await tab.evaluate(() => document.getElementById('open').click()); // the tooltip lies over it
  await has(tab, 'Modal (312) 555-0151');
  assert.deepEqual(tab.errors, []);
});

test('a popup that a page builder makes from a script template when it is opened', async (t) => {
  const { visit, site } = await open(t);
  site.own['app.html'] = page('', `<script type="text/template" id="popup-template"><div class="popup"><a href="tel:+13125550142">Popup 312-555-0142</a></div></script>
    <button id="open" onclick="setTimeout(() => { const box = document.createElement('div'); box.innerHTML = document.getElementById('popup-template').textContent; document.body.append(box); }, 50)">Open</button>`);
  const tab = await visit('app.html');
  for (let times = 0; times < 2; times += 1) {
    await tab.click('#open');
    await has(tab, 'Popup 312-555-0151');
    assert.equal(await tab.evaluate(() => document.querySelector('.popup a').getAttribute('href')), 'tel:+13125550151');
    await tab.evaluate(() => document.querySelector('.popup').parentNode.remove());
  }
  assert.ok(await tab.evaluate(() => document.getElementById('popup-template').textContent.includes('0142')));
});

test('web components with shadow roots, slots and attributes of their own', async (t) => {
  const { visit, site } = await open(t);
  site.own['app.html'] = page('', `<phone-card phone="312-555-0142"><span slot="label">Slot 312-555-0142</span></phone-card>
    <script>customElements.define('phone-card', class extends HTMLElement {
      static observedAttributes = ['phone'];
      attributeChangedCallback() { this.render?.(); }
      connectedCallback() {
        const root = this.attachShadow({ mode: 'open' });
        this.render = () => { root.innerHTML = '<slot name="label"></slot><a href="tel:' + this.getAttribute('phone') + '">Inside ' + this.getAttribute('phone') + '</a>'; };
        queueMicrotask(this.render);
      }
    });</script>`);
  const tab = await visit('app.html');
  const inside = () => tab.evaluate(() => document.querySelector('phone-card').shadowRoot.querySelector('a').outerHTML);
  await tab.waitForFunction(() => document.querySelector('phone-card').shadowRoot.textContent.includes('0151'), undefined, { timeout: LIMIT_MS });
  assert.equal(await inside(), '<a href="tel:312-555-0151">Inside 312-555-0151</a>');
  assert.equal(await tab.getAttribute('phone-card', 'phone'), '312-555-0142');
  await tab.evaluate(() => document.querySelector('phone-card').setAttribute('phone', '(312) 555-0142'));
  await until(async () => (await inside()) === '<a href="tel:(312) 555-0151">Inside (312) 555-0151</a>');
  assert.equal(await tab.textContent('phone-card span'), 'Slot 312-555-0151');
});

test('routes inside the page, view transitions, and the way back', async (t) => {
  const { visit, site } = await open(t);
  site.own['app.html'] = page('', '<div id="view">Home 312-555-0142</div>');
  const tab = await visit('app.html');
  const go = (name) => tab.evaluate(async (name) => {
    const show = () => { document.getElementById('view').replaceChildren(`${name} 312-555-0142`); };
    history.pushState({}, '', `#${name}`);
    if (document.startViewTransition) await document.startViewTransition(show).finished;
    else show();
  }, name);
  await go('About');
  assert.equal(await textOf(tab, 'view'), 'About 312-555-0151');
  await tab.goto(`${site.url}/late.html`);
  await tab.goBack();
  await has(tab, '312-555-0151');
  await tab.evaluate(() => document.body.append('Back 312-555-0142'));
  await has(tab, 'Back 312-555-0151');
  assert.deepEqual(tab.errors, []);
});
