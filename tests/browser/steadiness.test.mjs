/** What a visitor sees while the number comes: no shift, no third number, never nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assigned, leaseReply, open, remember } from './world.mjs';

/** Milliseconds the edge takes: the visitor has seen the page with its own number before. */
const SLOW_MS = 300;
const slowly = (...numbers) => ({
  lease: (request) => new Promise((resolve) => { setTimeout(resolve, SLOW_MS, leaseReply(request, numbers)); }),
});

/** Notes every number that stands anywhere on the page, from its first byte on. */
const watchNumbers = (page) => page.addInitScript(() => {
  window.seen = [];
  const look = () => {
    for (const [, line] of (document.getElementById('dots')?.textContent ?? '').matchAll(/\.(\d{4})/g)) {
      if (window.seen.at(-1) !== line) window.seen.push(line);
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
});

test('the own number is followed by the leased one, once', async (t) => {
  const { visit } = await open(t, slowly(assigned('+13125550151')));
  const page = await visit('business.html', { prepare: watchNumbers });
  assert.deepEqual(await page.evaluate(() => seen), ['0142', '0151']);
});

test('who returns with an expired lease sees no third number', async (t) => {
  const { visit } = await open(t, slowly(assigned('+13125550177')));
  const page = await visit('business.html', {
    prepare: async (page) => {
      await watchNumbers(page);
      await remember({ expires_at: Date.now() - 1 })(page);
    },
  });
  assert.deepEqual(await page.evaluate(() => seen), ['0142', '0177']);
});

test('who returns with a live lease and a new touch sees their number throughout', async (t) => {
  const { visit, edge } = await open(t, slowly(assigned('+13125550151')));
  const page = await visit('business.html?gclid=new', {
    prepare: async (page) => {
      await watchNumbers(page);
      await remember({})(page);
    },
  });
  await page.waitForTimeout(2 * SLOW_MS);
  assert.equal(edge.asked('lease').length, 1);
  assert.deepEqual(await page.evaluate(() => seen), ['0142', '0151']);
});

const PAGE = readFileSync(new URL('pages/business.html', import.meta.url), 'utf8');
/** Digits of one width, and a font whose 1 is narrower than the others. */
const FONTS = {
  tabular: 'body { font-family: "DejaVu Sans Mono", monospace; }',
  proportional: `@font-face { font-family: one; src: local("Liberation Sans Narrow"), local("DejaVu Sans Condensed"); unicode-range: U+31; }
    body { font-family: one, "DejaVu Sans", sans-serif; }`,
};

for (const [name, css] of Object.entries(FONTS)) {
  test(`nothing shifts, digits being ${name}`, async (t) => {
    const { visit, site } = await open(t, slowly(assigned('+18475550151')));
    site.own['styled.html'] = PAGE.replace('</title>', `</title><style>${css}</style>`);
    const page = await visit('styled.html', {
      prepare: (page) => page.addInitScript(() => {
        window.shifts = [];
        new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((entry) => entry.value)))
          .observe({ type: 'layout-shift', buffered: true });
      }),
    });
    assert.equal(await page.textContent('#dots'), '847.555.0151');
    await page.waitForTimeout(SLOW_MS);
    assert.deepEqual(await page.evaluate(() => shifts), []);
  });
}

test('a page of 12,000 texts is swapped at once', async (t) => {
  const { visit } = await open(t, slowly(assigned('+13125550151')));
  const page = await visit('late.html');
  const took = await page.evaluate(async () => {
    const popup = document.getElementById('popup');
    popup.innerHTML = Array.from({ length: 12_000 }, (_, at) => `<i>${at % 300 ? `text ${at}` : 'Call 312-555-0142'}</i>`).join('');
    await dni.getSession();
    const start = performance.now();
    await dni.swap();
    const took = performance.now() - start;
    // On a machine that is busy with other things, what is beyond the first look's budget waits for the next turns.
    while ((await dni.report()).waiting) await new Promise((resolve) => { setTimeout(resolve, 10); });
    return took;
  });
  // How long it may take is a matter of the benchmark.
  t.diagnostic(`12,000 texts, 40 numbers: ${took.toFixed(1)} ms`);
  assert.equal(await page.evaluate(() => document.getElementById('popup').textContent.split('312-555-0151').length - 1), 40);
});
