/** Pages that are hostile, huge or never quiet: they stay whole, and the library takes a bounded part of the main thread. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rounds } from '../rig/extent.mjs';
import { assigned, leaseReply, LIMIT_MS, open, remember } from './world.mjs';

/** A task is long from here on, in milliseconds: what browsers report. */
const LONG_TASK = 50;
/** Most of the main thread that the library may take while the page never stops changing. */
const MOST_SHARE = 0.6;

/** Milliseconds for which the page never stops changing. */
const STORM_MS = rounds(600, 2_000);
/** Changes within a millisecond, as far as the machine can. */
const CHANGES_PER_MS = 10;

/** How Chromium notes each call from outside into a script. */
const CALLS = { category: 'devtools.timeline', name: 'FunctionCall' };

/**
 * Runs something in the page; answers what it returns, and of each call into the library meanwhile the milliseconds of the
 * processor that it took: whatever else the machine is doing, it is not in them.
 */
async function traced(page, work, argument) {
  const session = await page.context().newCDPSession(page);
  const calls = [];
  session.on('Tracing.dataCollected', ({ value }) => calls.push(...value.filter(({ name }) => name === CALLS.name)));
  const complete = new Promise((resolve) => { session.once('Tracing.tracingComplete', resolve); });
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: [CALLS.category], excludedCategories: ['*'] } });
  const result = await page.evaluate(work, argument);
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  // The call that is under way when the noting begins or ends has no length.
  const ours = calls.filter(({ args, tdur }) => tdur !== undefined && /\/dni-[0-9a-f]+\.js$/.test(args?.data?.url ?? ''));
  return { result, pieces: ours.map(({ tdur }) => tdur / 1000) };
}

test('a page of 200,000 nodes is swapped in slices', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html', { prepare: remember({}) });
  const result = await page.evaluate(async () => {
    const big = document.createElement('div');
    for (let at = 0; at < 50_000; at += 1) {
      const line = document.createElement('p');
      const bold = document.createElement('b');
      bold.append(`text ${at}`);
      line.append(bold, at % 500 ? ' and more' : ' call 312-555-0142');
      big.append(line);
    }
    const start = performance.now();
    document.body.append(big);
    await null;
    const first = performance.now() - start;
    let frames = 0;
    const isBusy = ({ waiting, walks }) => waiting + walks > 0;
    while (isBusy(await dni.report()) && frames < 3000) {
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
      frames += 1;
    }
    const took = performance.now() - start;
    const all = document.getElementById('popup').ownerDocument.body.textContent;
    return { first, frames, took, swapped: all.split('call 312-555-0151').length - 1, left: all.split('call 312-555-0142').length - 1 };
  });
  t.diagnostic(`200,000 nodes: ${result.took.toFixed(0)} ms in ${result.frames} frames, ${result.first.toFixed(1)} ms at once`);
  assert.deepEqual([result.swapped, result.left], [100, 0]);
  assert.ok(result.frames > 2, 'it was done at once');
  assert.deepEqual(page.errors, []);
});

test('10,000 changes a second leave the page alive, and the number is right when they end', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html', { prepare: remember({}) });
  const { result: storm, pieces } = await traced(page, async ({ lasts, rate }) => {
    const box = document.getElementById('menu');
    box.innerHTML = Array.from({ length: 2_000 }, (_, at) => `<p>line ${at}</p>`).join('');
    const lines = [...box.children];
    const start = performance.now();
    let changes = 0;
    while (performance.now() - start < lasts) {
      const due = (performance.now() - start) * rate;
      while (changes < due) {
        const line = lines[changes % lines.length];
        if (changes % 7 === 0) line.replaceChildren(`call 312-555-0142 ${changes}`);
        else if (changes % 7 === 1) line.firstChild.nodeValue = `or 312.555.0142 ${changes}`;
        else line.title = `${changes} times`;
        changes += 1;
      }
      await new Promise((resolve) => { setTimeout(resolve, 1); });
    }
    return { changes, took: performance.now() - start };
  }, { lasts: STORM_MS, rate: CHANGES_PER_MS });
  const wrong = await page.evaluate(async () => {
    const lines = [...document.getElementById('menu').children];
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    lines.forEach((line, at) => { line.textContent = `end ${at}: (312) 555-0142`; });
    let frames = 0;
    while ((await dni.report()).waiting && frames < 300) {
      await new Promise((resolve) => { requestAnimationFrame(resolve); });
      frames += 1;
    }
    const { given_up: givenUp } = await dni.report();
    return lines.filter((line) => !line.textContent.includes('0151') && !givenUp.includes(line)).length;
  });
  assert.ok(pieces.length > 0, 'no call into the library was noted');
  const spent = pieces.reduce((sum, time) => sum + time, 0);
  const worst = Math.max(...pieces);
  t.diagnostic(`${storm.changes} changes in ${storm.took.toFixed(0)} ms: ${spent.toFixed(0)} ms of it ours, in ${pieces.length} pieces, ${worst.toFixed(1)} ms at most at once`);
  assert.ok(storm.changes > STORM_MS * CHANGES_PER_MS / 4);
  assert.ok(spent / storm.took < MOST_SHARE, `${spent} of ${storm.took} ms`);
  assert.ok(worst < LONG_TASK, `${worst} ms at once`);
  assert.equal(wrong, 0);
  assert.deepEqual(page.errors, []);
});

test('a page that is left while it is swapped takes nothing with it', async (t) => {
  const { visit, site } = await open(t, { lease: (request) => new Promise((resolve) => { setTimeout(resolve, 30, leaseReply(request)); }) });
  for (let times = 0; times < 5; times += 1) {
    const page = await visit('business.html', { settle: false });
    await page.waitForTimeout(10 * times);
    await page.goto(`${site.url}/late.html`);
    assert.deepEqual(page.errors, []);
    await page.close();
  }
});

test('a document that is emptied or written anew is no error', async (t) => {
  const { visit } = await open(t);
  const page = await visit('business.html');
  await page.evaluate(() => document.body.remove());
  await page.evaluate(() => dni.swap());
  await page.evaluate(() => {
    document.documentElement.append(document.createElement('body'));
    document.body.append('New 312-555-0142');
  });
  await page.waitForFunction(() => document.body.textContent === 'New 312-555-0151', undefined, { timeout: LIMIT_MS });
  await page.evaluate(() => dni.revert());
  assert.equal(await page.textContent('body'), 'New 312-555-0142');
  assert.deepEqual(page.errors, []);
});

test('hostile texts are never read as markup', async (t) => {
  const { visit } = await open(t, { lease: (request) => leaseReply(request, [{ ...assigned('+13125550151'), display: '<img src=x onerror=alert(1)>' }]) });
  const page = await visit('late.html');
  const [markup, count] = await page.evaluate(async () => {
    const menu = document.getElementById('menu');
    menu.textContent = '<img src=x onerror="window.bad=1">312-555-0142<script>window.bad=1</script>';
    menu.title = '"><script>window.bad=1</script> 312-555-0142';
    await null;
    return [menu.outerHTML, menu.childNodes.length];
  });
  assert.ok(markup.includes('312-555-0151&lt;script') && markup.includes('312-555-0151"'), markup);
  assert.equal(count, 1);
  assert.equal(await page.evaluate(() => window.bad), undefined);
});

test('a page whose scripts have spoilt the browser\'s own methods stays whole', async (t) => {
  const { visit } = await open(t);
  const page = await visit('late.html', { prepare: (page) => page.addInitScript(() => {
    Element.prototype.closest = () => { throw new Error('mine'); };
    CharacterData.prototype.replaceData = () => { throw new Error('mine'); };
  }) });
  await page.evaluate(() => document.body.append('312-555-0142'));
  await page.waitForTimeout(50);
  assert.equal(await page.textContent('#first'), '312-555-0142');
  assert.deepEqual(page.errors, []);
});
