/** Where a number may stand: pieces, links, attributes, shadow roots, frames, and whose number it then is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assigned, html, leaseReply, LIMIT_MS, open, remember, settled, until, untouched } from './world.mjs';

const lease = (...numbers) => ({ lease: (request) => leaseReply(request, numbers) });
const texts = (page, ...ids) => page.evaluate((ids) => ids.map((id) => document.getElementById(id).textContent), ids);

test('a number split over inline elements is swapped in its pieces', async (t) => {
  const { visit } = await open(t, lease(assigned('+18475560151')));
  const page = await visit('places.html');
  const inner = (id) => page.evaluate((id) => document.getElementById(id).innerHTML, id);
  assert.equal(await inner('split'), '<b>847</b>-<span>556</span>-0151');
  assert.equal(await inner('deep'), 'Call <a href="#"><i>(<b>847</b>)</i>&nbsp;<em><u>556</u>\u2011<!-- -->0151</em></a> now');
  assert.equal(await inner('comment'), '847-<!-- -->556-0151');
});

test('what only looks like pieces of a number is left alone', async (t) => {
  const { visit } = await open(t);
  const page = await visit('places.html');
  assert.deepEqual(await texts(page, 'blocks', 'cells', 'apart'), ['312555-0142', '312555-0142', '312-555-0142']);
  assert.equal(await page.evaluate(() => document.getElementById('longer').innerHTML), '<b>312</b>-555-0142<i>7</i>');
});

test('when a piece is taken away or changed, the others are the page\'s own again', async (t) => {
  const { visit } = await open(t, lease(assigned('+18475560151')));
  const page = await visit('places.html');
  await page.evaluate(() => {
    document.getElementById('split').firstChild.remove();
    document.getElementById('comment').lastChild.nodeValue = '555-0143';
  });
  // What is beyond one frame's budget waits for the next, and a busy machine spends a budget on other things.
  await settled(page);
  assert.deepEqual(await texts(page, 'split', 'comment'), ['-555-0142', '312-555-0143']);
  await page.evaluate(() => { document.getElementById('comment').lastChild.nodeValue = '555-0142'; });
  await settled(page);
  assert.deepEqual(await texts(page, 'comment'), ['847-556-0151']);
});

test('links that call or write to the number are swapped, other addresses are not', async (t) => {
  const { visit } = await open(t, lease(assigned('+18475550151')));
  const page = await visit('places.html');
  const links = {
    sms: 'sms:+18475550151?body=From%203125550142',
    wa: 'https://wa.me/18475550151?text=Hello%20312-555-0142',
    'wa-api': 'https://api.whatsapp.com/send?text=Hi&phone=%2B18475550151&x=1',
    ext: 'tel:+1-847-555-0151;ext=12',
    url: '/numbers/3125550142?tel=3125550142',
  };
  for (const [id, href] of Object.entries(links)) assert.equal(await page.getAttribute(`#${id}`, 'href'), href, id);
});

test('attributes that are read or shown are swapped, others only if the tag says so', async (t) => {
  const { visit } = await open(t);
  const page = await visit('places.html');
  const attribute = (selector, name) => page.getAttribute(selector, name);
  assert.equal(await attribute('#label', 'aria-label'), 'Call 312-555-0151');
  assert.equal(await attribute('#label', 'title'), '(312) 555-0151');
  assert.equal(await attribute('#alt', 'alt'), 'Van with 312.555.0151 on it');
  assert.equal(await attribute('#hint', 'placeholder'), 'e.g. 312-555-0151');
  assert.equal(await page.inputValue('#hint'), '312-555-0142');
  assert.equal(await attribute('#data', 'data-phone'), '312-555-0142');
  assert.equal(await attribute('meta[name=description]', 'content'), 'Call 312-555-0142.');
  await page.evaluate(() => document.getElementById('label').setAttribute('aria-label', 'Ring (312) 555-0142'));
  assert.equal(await attribute('#label', 'aria-label'), 'Ring (312) 555-0151');

  const chosen = await visit('places.html', { options: 'data-attributes="content, data-phone"' });
  await chosen.evaluate(() => dni.swap(document.documentElement));
  await settled(chosen);
  assert.equal(await chosen.getAttribute('meta[name=description]', 'content'), 'Call 312-555-0151.');
  assert.equal(await chosen.getAttribute('#data', 'data-phone'), '312-555-0151');
  assert.equal(await chosen.getAttribute('#label', 'title'), '(312) 555-0142');
});

test('markup chooses another pool or another destination', async (t) => {
  const { visit } = await open(t, lease(
    assigned('+13125550151'), { ...assigned('+13125550161'), pool: 'sales' }, assigned('+13125550152', '+13125550171'),
  ));
  const page = await visit('places.html');
  assert.deepEqual(await texts(page, 'sales', 'nobody', 'destination', 'split'), ['312-555-0161', '312-555-0142', '312.555.0152', '312-555-0151']);
});

test('the pools that the markup names are asked for, once', async (t) => {
  const { visit, edge } = await open(t, {
    lease: (request) => leaseReply(request, [
      assigned('+13125550151'), ...(request.pools ?? []).includes('sales') ? [{ ...assigned('+13125550161'), pool: 'sales' }] : [],
    ]),
  });
  const page = await visit('places.html');
  await page.waitForFunction(() => document.getElementById('sales').textContent === '312-555-0161');
  assert.deepEqual(await texts(page, 'nobody', 'split'), ['312-555-0142', '312-555-0151']);
  await page.waitForTimeout(200);
  assert.deepEqual(edge.asked('lease').map(({ pools }) => pools), [undefined, ['sales', 'nobody']]);
});

test('open shadow roots and frames of the same origin are swapped and followed', async (t) => {
  const world = await open(t);
  const page = await world.visit('places.html');
  const inside = () => page.evaluate(() => [
    document.getElementById('shadow').shadowRoot.textContent, document.getElementById('frame').contentDocument.body.textContent,
    document.getElementById('shadow-kept').shadowRoot.textContent,
  ]);
  await page.waitForFunction(() => document.getElementById('frame').contentDocument.body?.textContent.includes('0151'));
  await page.waitForFunction(() => !document.getElementById('shadow').shadowRoot.textContent.includes('0142'));
  assert.deepEqual(await inside(), ['312-555-0151312-555-0151', '312-555-0151', '312-555-0142']);
  await page.evaluate(() => {
    document.getElementById('shadow').shadowRoot.firstChild.textContent = 'Late 312-555-0142';
    document.getElementById('frame').contentDocument.body.innerHTML = '<b>Late 312-555-0142</b>';
  });
  await until(async () => !(await inside()).slice(0, 2).some((text) => text.includes('0142')));
  assert.deepEqual((await inside()).slice(0, 2), ['Late 312-555-0151312-555-0151', 'Late 312-555-0151']);
  await page.evaluate(() => { document.getElementById('frame').srcdoc = '<i>Other 312-555-0142</i>'; });
  await page.waitForFunction(() => document.getElementById('frame').contentDocument.body?.textContent === 'Other 312-555-0151');
  await page.evaluate(() => dni.revert());
  assert.deepEqual(await inside(), ['Late 312-555-0142312-555-0142', 'Other 312-555-0142', '312-555-0142']);
});

test('a frame is left to its own tag, however late that comes', async (t) => {
  let release;
  const late = new Promise((resolve) => { release = resolve; });
  const world = await open(t, { asset: (name) => (name === 'late/dni.js' ? late : undefined) });
  const tag = (file, options) => `<script async src="{{EDGE}}/${file}" data-site="{{SITE}}" ${options}></script>`;
  world.site.own['outer.html'] = `${tag('dni.js', '')}<p id="outer">312-555-0142</p><iframe src="framed.html"></iframe>`;
  world.site.own['framed.html'] = `${tag('late/dni.js', 'data-consent="required"')}<p>312-555-0142</p>`;
  const page = await world.context.newPage();
  await page.goto(`${world.site.url}/outer.html`, { waitUntil: 'commit' });
  await page.waitForFunction(() => document.getElementById('outer')?.textContent === '312-555-0151');
  const [, frame] = page.frames();
  await frame.waitForSelector('p');
  await frame.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 200); }));
  assert.equal(await frame.textContent('p'), '312-555-0142');
  release();
  await frame.waitForFunction(() => window.dni?.state === 'consent');
  await page.waitForFunction(() => document.readyState === 'complete');
  assert.equal(await frame.textContent('p'), '312-555-0142');
});

test('custom elements are entered when they have come to life', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html');
  await page.evaluate(() => {
    document.getElementById('menu').innerHTML = '<late-phone></late-phone>';
    setTimeout(() => customElements.define('late-phone', class extends HTMLElement {
      connectedCallback() {
        this.attachShadow({ mode: 'open' }).innerHTML = '<a href="tel:+13125550142">312-555-0142</a>';
      }
    }), 50);
  });
  await page.waitForFunction(() => document.querySelector('late-phone').shadowRoot?.textContent === '312-555-0151', undefined, { timeout: LIMIT_MS });
});

test('a copy that a script makes of a swapped text is kept right too', async (t) => {
  const { visit, edge } = await open(t, lease(assigned('+16305550151')));
  const page = await visit('late.html');
  await page.evaluate(() => document.body.append(document.getElementById('first').cloneNode(true)));
  edge.answers.lease = (request) => leaseReply(request, [assigned('+18475550177')]);
  await page.evaluate(() => dni.refresh());
  await page.waitForFunction(() => document.getElementById('first').textContent === '847-555-0177');
  await settled(page);
  assert.equal(await page.evaluate(() => document.body.lastElementChild.textContent), '847-555-0177');
  await page.evaluate(() => dni.revert());
  assert.equal(await page.evaluate(() => document.body.lastElementChild.textContent), '312-555-0142');
});

test('print and copy show the own number if the tag says so', async (t) => {
  const { visit } = await open(t);
  for (const [tag, expected] of [['', '0151'], ['data-print="original" data-copy="original"', '0142']]) {
    const page = await visit('late.html', { options: tag });
    const got = await page.evaluate(async () => {
      const print = (name) => window.dispatchEvent(new Event(name));
      print('beforeprint');
      const printed = document.getElementById('first').textContent;
      print('afterprint');
      getSelection().selectAllChildren(document.getElementById('first'));
      const data = new DataTransfer();
      const event = new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true });
      document.getElementById('first').dispatchEvent(event);
      return [printed, data.getData('text/plain') || String(getSelection()), document.getElementById('first').textContent];
    });
    assert.deepEqual(got, [`312-555-${expected}`, `312-555-${expected}`, '312-555-0151']);
  }
});

test('revert puts back every byte of every place', async (t) => {
  const world = await open(t, lease(assigned('+18475560151')));
  const before = await untouched(world, 'places.html');
  const page = await world.visit('places.html', { prepare: remember({}) });
  await page.waitForFunction(() => !document.getElementById('shadow').shadowRoot.textContent.includes('0142'));
  assert.notEqual(await html(page), before);
  await page.evaluate(() => dni.revert());
  assert.equal(await html(page), before);
  assert.deepEqual(page.errors, []);
});

test('late content is swapped before it is painted', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html', { prepare: remember({}) });
  const seen = await page.evaluate(async () => {
    const menu = document.getElementById('menu');
    menu.innerHTML = '<p>312-555-0142</p>';
    await null;
    const added = menu.textContent;
    // A frame later, which has a budget of its own: a busy machine may have spent this one's on other things.
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    menu.firstChild.firstChild.nodeValue = 'Now 312.555.0142';
    await null;
    return [added, menu.textContent];
  });
  assert.deepEqual(seen, ['312-555-0151', 'Now 312.555.0151']);
});

test('two scripts that write the same text end in peace, and the report says so', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html');
  const [text, report, other] = await page.evaluate(async () => {
    const first = document.getElementById('first');
    window.writes = 0;
    new MutationObserver(() => {
      if (first.firstChild.nodeValue === '312-555-0142') return;
      window.writes += 1;
      first.firstChild.nodeValue = '312-555-0142';
    }).observe(first, { characterData: true, subtree: true });
    first.firstChild.nodeValue = '312-555-0142';
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    document.getElementById('menu').textContent = '312-555-0142';
    await null;
    const report = await dni.report();
    return [first.textContent, report.given_up.map((element) => element.id), document.getElementById('menu').textContent];
  });
  assert.equal(text, '312-555-0142');
  assert.deepEqual(report, ['first']);
  assert.equal(other, '312-555-0151');
  assert.ok(await page.evaluate(() => writes) < 40);
});

test('a text that changes every second is no fight', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html', { prepare: (page) => page.clock.install() });
  for (let second = 0; second < 60; second += 1) {
    await page.clock.runFor(1000);
    await page.evaluate((second) => { document.getElementById('first').firstChild.nodeValue = `Call 312-555-0142 within ${60 - second} s`; }, second);
  }
  assert.equal(await page.textContent('#first'), 'Call 312-555-0151 within 1 s');
});
