/** Pages with old libraries, which put methods of their own in the place of the browser's, and browsers that lack what is newer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, until } from './world.mjs';

/** What stands on such pages before the tag runs. */
const PAGES = {
  'Array.from of MooTools 1.4 and 1.5': () => { Array.from = (item) => (item == null ? [] : [].slice.call(item)); },
  'Array.from of Prototype 1.7': () => {
    Array.from = (iterable) => {
      if (!iterable) return [];
      if ('toArray' in Object(iterable)) return iterable.toArray();
      let length = iterable.length || 0;
      const results = new Array(length);
      while (length--) results[length] = iterable[length];
      return results;
    };
  },
  'toJSON of Prototype 1.6': () => {
    const quoted = (value) => (typeof value === 'string' ? `"${value}"` : String(value));
    Array.prototype.toJSON = function toJSON() { return `[${this.map(quoted).join(', ')}]`; };
    String.prototype.toJSON = function toJSON() { return `"${this}"`; };
    Number.prototype.toJSON = function toJSON() { return String(this); };
    Date.prototype.toJSON = function toJSON() { return `"${this.toISOString()}"`; };
  },
  'toJSON on every object': () => { Object.prototype.toJSON = function toJSON() { return '{}'; }; },
  'methods that can be listed': () => {
    for (const name of ['each', 'contains', 'include', 'last', 'clean']) Array.prototype[name] = () => undefined;
    for (const name of ['extend', 'each', 'forEach']) Object.prototype[name] = () => undefined;
  },
  'no AbortSignal.timeout, as before Safari 16 and Chrome 103': () => { delete AbortSignal.timeout; },
  'nothing that is newer than the oldest browsers': () => {
    delete AbortSignal.timeout;
    delete AbortSignal.any;
    delete Object.hasOwn;
    delete Object.groupBy;
    delete window.structuredClone;
    delete window.requestIdleCallback;
    delete window.scheduler;
    for (const type of [Array, String, Object.getPrototypeOf(Uint8Array)]) delete type.prototype.at;
    for (const name of ['findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with']) delete Array.prototype[name];
    for (const name of ['isWellFormed', 'toWellFormed']) delete String.prototype[name];
    for (const name of ['union', 'intersection', 'difference']) delete Set.prototype[name];
    delete Promise.withResolvers;
    delete URL.canParse;
  },
};

for (const [name, spoil] of Object.entries(PAGES)) {
  test(`a page with ${name} shows the number, keeps the visitor and sends signs of life`, async (t) => {
    const { visit, edge } = await open(t);
    const how = { prepare: (page) => page.addInitScript(spoil) };
    const page = await visit('business.html?gclid=first', how);
    assert.equal(await page.textContent('#dots'), '312.555.0151');
    assert.equal(await page.evaluate(() => dni.state), 'ready');
    const { visitor } = await page.evaluate(() => dni.getSession());
    assert.match(visitor, /^[0-9a-f]{32}$/);
    const next = await visit('business.html', how);
    assert.equal(await next.textContent('#dots'), '312.555.0151');
    await next.evaluate(() => dni.refresh());
    await until(() => edge.asked('lease').length === 2);
    assert.equal(edge.asked('lease')[1].visitor, visitor);
    assert.match(edge.asked('lease')[1].history.touches[0].url, /gclid=first/);
    await next.evaluate(() => dni.release());
    await until(() => edge.signals().includes('release'));
    assert.equal(await next.textContent('#dots'), '312.555.0142');
    assert.deepEqual(edge.refused, []);
    assert.deepEqual([...page.errors, ...next.errors, ...page.notes, ...next.notes], []);
  });
}

for (const [name, spoil] of Object.entries({
  'no wasm': () => { delete window.WebAssembly; },
  'no fetch': () => { delete window.fetch; },
  'no crypto': () => { Object.defineProperty(window, 'crypto', { value: undefined }); },
})) {
  test(`a browser with ${name} leaves the page alone without an error`, async (t) => {
    const { visit } = await open(t);
    const page = await visit('business.html', { settle: false, prepare: (page) => page.addInitScript(spoil) });
    await page.waitForTimeout(600);
    assert.equal(await page.textContent('#dots'), '312.555.0142');
    assert.deepEqual(page.errors, []);
  });
}
