/** What is swapped, what is left alone, and that nothing else of the page changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assigned, html, leaseReply, open, settled, until, untouched } from './world.mjs';

/** Answers a lease of this number. */
const lease = (...numbers) => ({ lease: (request) => leaseReply(request, numbers) });

test('every form of the target keeps its form', async (t) => {
  const { visit } = await open(t, lease(assigned('+18475550151')));
  const page = await visit();
  const texts = {
    link: '(847) 555-0151',
    dashes: 'Call 847-555-0151, day or night.',
    dots: '847.555.0151',
    spaces: '+1\u00a0847\u00a0555\u00a00151',
    twice: 'Office (847) 555-0151, again 847-555-0151.',
    both: 'US (847) 555-0151, sales (312) 555-0171.',
    entities: '<b> & 847-555-0151 ©',
    footer: '(847)\u00a0555-0151',
  };
  for (const [id, expected] of Object.entries(texts)) {
    assert.equal(await page.evaluate((id) => document.getElementById(id).textContent, id), expected, id);
  }
  assert.equal(await page.getAttribute('#link', 'href'), 'tel:+18475550151');
  assert.equal(await page.getAttribute('#link-dashes', 'href'), 'tel:847-555-0151');
  assert.deepEqual(page.errors, []);
});

test('a number of another kind is written as people dial it, and the form of the page comes back', async (t) => {
  const target = '+442079460018';
  const texts = { target_display: '020 7946 0018', target_international: '+44 20 7946 0018' };
  const freephone = { target, number: '+448081570123', display: '0808 157 0123', international: '+44 808 157 0123', same_form: false, kind: 'leased', ...texts };
  const london = { target, number: '+442079460999', display: '020 7946 0999', international: '+44 20 7946 0999', same_form: true, kind: 'leased', ...texts };
  for (const [number, expected] of [
    [freephone, ['0808 157 0123', '0808.157.0123', '+44 808 157 0123', '(0808 157 0123)', '+448081570123', '448081570123']],
    [london, ['020 7946 0999', '020.7946.0999', '+44 (0)20 7946 0999', '(020 7946 0999)', '+442079460999', '442079460999']],
    // As an earlier version kept it.
    [{ target, number: london.number, display: london.number, kind: 'leased' }, [
      '+442079460999', '+442079460999', '+442079460999', '(+442079460999)', '+442079460999', '442079460999',
    ]],
  ]) {
    const { visit } = await open(t, lease(number));
    const page = await visit('late.html');
    const markup = '<p>020 7946 0018</p><p>020.7946.0018</p><p>+44 (0)20 7946 0018</p><p>(020 7946 0018)</p>'
      + '<a href="tel:+442079460018">call</a><a href="https://wa.me/442079460018">write</a>';
    const shown = () => page.evaluate(() => [...document.querySelectorAll('#numbers p')].map((one) => one.textContent)
      .concat([...document.querySelectorAll('#numbers a')].map((one) => one.getAttribute('href').replace(/^tel:|.*me\//, ''))));
    await page.evaluate((text) => {
      document.body.insertAdjacentHTML('beforeend', `<div id="numbers">${text}</div>`);
    }, markup);
    await settled(page);
    assert.deepEqual(await shown(), expected, number.number);
    await page.evaluate(() => dni.revert());
    assert.equal(await page.innerHTML('#numbers'), markup);
    assert.deepEqual(page.errors, []);
  }
});

test('nothing but the swapped values changes', async (t) => {
  const world = await open(t);
  const before = await untouched(world);
  const page = await world.visit();
  const after = await html(page);
  assert.notEqual(after, before);
  assert.equal(after.replaceAll('555-0151', '555-0142').replaceAll('5550151', '5550142').replaceAll('555.0151', '555.0142')
    .replaceAll('555&nbsp;0151', '555&nbsp;0142'), before);
  const kept = await page.evaluate(() => [...document.querySelectorAll('.kept, head, template, noscript, script')].map((node) => node.outerHTML));
  assert.ok(kept.length > 10);
  for (const markup of kept) assert.ok(!markup.includes('0151'), markup);
});

test('every node stays the same node', async (t) => {
  let answer;
  const { visit } = await open(t, { lease: (request) => new Promise((resolve) => { answer = () => resolve(leaseReply(request)); }) });
  const page = await visit('business.html', { settle: false });
  await until(() => answer);
  const nodes = () => page.evaluate(() => {
    const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    window.nodesBefore ??= found;
    const before = window.nodesBefore;
    return { count: found.length, same: found.every((node, index) => node === before[index]) };
  });
  const before = await nodes();
  answer();
  await page.waitForFunction(() => document.getElementById('dots').textContent === '312.555.0151');
  assert.deepEqual(await nodes(), before);
});

test('revert puts back every byte, and swap shows the number again', async (t) => {
  const world = await open(t);
  const before = await untouched(world);
  const page = await world.visit();
  const swapped = await html(page);
  await page.evaluate(() => dni.revert());
  assert.equal(await html(page), before);
  await page.evaluate(() => dni.swap());
  await settled(page);
  assert.equal(await html(page), swapped);
});

test('another number replaces ours, in the same places', async (t) => {
  const world = await open(t);
  const before = await untouched(world);
  const page = await world.visit();
  world.edge.answers.lease = (request) => leaseReply(request, [assigned('+18475550177')]);
  await page.evaluate(() => dni.refresh());
  await page.waitForFunction(() => document.getElementById('dots').textContent === '847.555.0177');
  await settled(page);
  assert.equal(await page.textContent('#twice'), 'Office (847) 555-0177, again 847-555-0177.');
  assert.ok(!(await html(page)).includes('0151'));
  await page.evaluate(() => dni.revert());
  assert.equal(await html(page), before);
});

test('what another script has written since is left alone', async (t) => {
  const { visit, edge } = await open(t);
  const page = await visit();
  await page.evaluate(() => { document.getElementById('dots').firstChild.nodeValue = 'Call Anna'; });
  edge.answers.lease = (request) => leaseReply(request, [assigned('+13125550177')]);
  await page.evaluate(() => dni.refresh());
  await page.waitForFunction(() => document.getElementById('dashes').textContent.includes('0177'));
  await settled(page);
  assert.equal(await page.textContent('#dots'), 'Call Anna');
  await page.evaluate(() => dni.revert());
  assert.equal(await page.textContent('#dots'), 'Call Anna');
});

test('several targets have their own numbers', async (t) => {
  const { visit } = await open(t, lease(assigned('+13125550151'), assigned('+13125550152', '+13125550171')));
  const page = await visit();
  assert.equal(await page.textContent('#both'), 'US (312) 555-0151, sales (312) 555-0152.');
});

test("a target is never put in another target's place", async (t) => {
  const { visit } = await open(t, lease(assigned('+13125550171'), assigned('+13125550152', '+13125550171')));
  const page = await visit();
  assert.equal(await page.textContent('#both'), 'US (312) 555-0142, sales (312) 555-0152.');
});

test('half a surrogate pair is not damaged', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html');
  await page.evaluate(() => {
    document.getElementById('menu').textContent = '\ud83d 312-555-0142 \udd59\ufffd';
    return dni.swap();
  });
  await settled(page);
  const texts = await page.evaluate(async () => {
    const menu = document.getElementById('menu');
    const codes = () => [...menu.textContent].map((char) => char.codePointAt(0).toString(16)).join(' ');
    const swapped = [menu.textContent.slice(2, 14), codes()];
    await dni.revert();
    return [...swapped, menu.textContent === '\ud83d 312-555-0142 \udd59\ufffd'];
  });
  assert.equal(texts[0], '312-555-0151');
  assert.match(texts[1], /^d83d 20 33 .* dd59 fffd$/);
  assert.ok(texts[2]);
});

test('a part of the page can be swapped alone, after a revert', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html');
  const inner = () => page.evaluate(() => ['menu', 'popup'].map((id) => document.getElementById(id).innerHTML));
  const [own, swapped] = ['<a href="tel:+13125550142">312-555-0142</a>', '<a href="tel:+13125550151">312-555-0151</a>'];
  await page.evaluate(async (own) => {
    for (const id of ['menu', 'popup']) document.getElementById(id).innerHTML = own;
    await dni.revert();
    await dni.swap('#menu');
  }, own);
  await settled(page);
  assert.deepEqual(await inner(), [swapped, own]);
  await page.evaluate(() => dni.swap(document.getElementById('popup').firstChild));
  await settled(page);
  assert.deepEqual(await inner(), [swapped, swapped]);
  await page.evaluate(() => dni.swap('p:::'));
  assert.deepEqual(page.errors, []);
});

test('the numbers can be had without touching the page', async (t) => {
  const { visit } = await open(t, lease(assigned('+18475550151')));
  const page = await visit('late.html');
  const answer = await page.evaluate(() => new Promise((resolve) => {
    dni.getSwapNumbers(['3125550142', '(312) 555-0142', '312-555-0143', 'x', null], resolve);
  }));
  assert.deepEqual(answer, { '3125550142': '8475550151', '(312) 555-0142': '(847) 555-0151' });
  assert.deepEqual(await page.evaluate(() => dni.getSwapNumbers('312.555.0142')), { '312.555.0142': '847.555.0151' });
});

test('calls from before the library are replayed, and events are heard', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html');
  await page.waitForFunction(() => window.heard);
  assert.equal(await page.evaluate(() => heard[0].number), '+13125550151');
  assert.equal(await page.evaluate(() => dni.version), '0.1.0');
});

test('two tags are one, and another site is refused with a note', async (t) => {
  const { visit, edge } = await open(t);
  const notes = [];
  const page = await visit('twice.html', { prepare: async (page) => page.on('console', (message) => notes.push(message.type())) });
  assert.equal(await page.textContent('#dashes'), '312-555-0151');
  await page.evaluate((src) => new Promise((resolve) => {
    const tag = document.createElement('script');
    Object.assign(tag, { src, onload: resolve }).dataset.site = 'another-site';
    document.head.append(tag);
  }), `${edge.url}/dni.js`);
  assert.equal(edge.asked('lease').length, 1);
  assert.deepEqual(notes, ['info']);
});

test('the first number on the page sets a mark for performance tools, once', async (t) => {
  const { visit } = await open(t);
  const page = await visit();
  await page.evaluate(() => dni.revert());
  await page.evaluate(() => dni.swap());
  const marks = await page.evaluate(() => performance.getEntriesByName('dni:swap').map((mark) => [mark.entryType, mark.startTime]));
  assert.equal(marks.length, 1);
  const [[type, at]] = marks;
  assert.equal(type, 'mark');
  assert.ok(at > 0 && at < await page.evaluate(() => performance.now()));
});

test('a page on which nothing is swapped has no mark', async (t) => {
  const { visit } = await open(t, { lease: () => ({ status: 403 }) });
  const page = await visit();
  assert.equal(await page.evaluate(() => performance.getEntriesByName('dni:swap').length), 0);
});
