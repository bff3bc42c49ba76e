/** What is edited, or asked to be left alone, only later: the page's own number is back before anybody can keep the visitor's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, remember } from './world.mjs';

const TAG = '<!doctype html><meta charset="utf-8"><title>Editor</title><script async src="{{EDGE}}/dni.js" data-site="{{SITE}}"></script>';
const BODY = '<div id="box"><h1 id="h">Call <b>312</b>-555-0142</h1><a id="a" href="tel:+13125550142" title="312.555.0142">(312) 555-0142</a></div><p id="rest">312-555-0142</p>';
const OWN = '<h1 id="h">Call <b>312</b>-555-0142</h1><a id="a" href="tel:+13125550142" title="312.555.0142">(312) 555-0142</a>';

for (const [name, edit] of Object.entries({
  'an element becomes editable by its property': () => { box.contentEditable = 'true'; },
  'an ancestor becomes editable by its attribute': () => { document.body.setAttribute('contenteditable', ''); },
  'it becomes editable as plain text': () => { box.setAttribute('contenteditable', 'plaintext-only'); },
  'its parts become editable': () => { h.contentEditable = 'true'; a.contentEditable = 'true'; },
  'data-dni-noswap is set': () => { box.dataset.dniNoswap = ''; },
  'data-calltrk-noswap is set': () => { box.setAttribute('data-calltrk-noswap', ''); },
  'it is moved into an editor': () => {
    const [part, editor] = [box, document.createElement('div')];
    editor.contentEditable = 'true';
    part.replaceWith(editor);
    editor.append(part);
  },
})) {
  test(`when ${name}, the original is there again before the next task`, async (t) => {
    const { visit, site } = await open(t);
    site.own['editor.html'] = `${TAG}${BODY}`;
    const page = await visit('editor.html', { prepare: remember({}) });
    await page.waitForFunction(() => box.textContent.includes('555-0151'));
    const kept = await page.evaluate(async (edit) => {
      new Function(`(${edit})()`)();
      await undefined;
      return box.innerHTML;
    }, String(edit));
    assert.equal(kept.replace(/ contenteditable="true"/g, ''), OWN);
    await page.waitForTimeout(300);
    assert.equal((await page.evaluate(() => box.innerHTML)).replace(/ contenteditable="true"/g, ''), OWN);
    assert.deepEqual(page.errors, []);
  });
}

test('what is edited is left alone while the editor writes, and swapped when it is done', async (t) => {
  const { visit, site } = await open(t);
  site.own['editor.html'] = `${TAG}${BODY}`;
  const page = await visit('editor.html');
  await page.waitForFunction(() => rest.textContent === '312-555-0151');
  await page.evaluate(() => { box.contentEditable = 'true'; });
  await page.evaluate(() => { h.textContent = 'Ring 312-555-0142 at once'; });
  await page.waitForTimeout(200);
  assert.equal(await page.textContent('#h'), 'Ring 312-555-0142 at once');
  assert.equal(await page.textContent('#rest'), '312-555-0151');
  await page.evaluate(() => { box.contentEditable = 'false'; });
  await page.waitForFunction(() => h.textContent === 'Ring 312-555-0151 at once' && a.getAttribute('href') === 'tel:+13125550151');
});

test('a part that gets the name of a pool later shows that pool\'s number', async (t) => {
  const { visit, site } = await open(t, {
    lease: ({ visitor, history, arrival, pools = [] }) => ({
      visitor, history: { touches: history?.touches ?? [arrival], seen_at: arrival.at }, hosts: [], expires_in: 1800, beat_every: 60,
      numbers: [
        { target: '+13125550142', number: '+13125550151', kind: 'leased' },
        ...pools.map((pool) => ({ target: '+13125550142', number: '+13125550171', kind: 'leased', pool })),
      ],
    }),
  });
  site.own['editor.html'] = `${TAG}${BODY}`;
  const page = await visit('editor.html');
  await page.waitForFunction(() => rest.textContent === '312-555-0151');
  await page.evaluate(() => { rest.dataset.dniPool = 'sales'; });
  await page.waitForFunction(() => rest.textContent === '312-555-0171');
  await page.evaluate(() => { delete rest.dataset.dniPool; });
  await page.waitForFunction(() => rest.textContent === '312-555-0151');
});
