/** The doctor on the page, with ?dni_debug, says of each number why it is not swapped. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answersOf, CASES, grouped, PAGES, SLOW } from './doctor-cases.mjs';
import { html, open, untouched } from './world.mjs';

for (const [name, expected] of Object.entries(CASES)) {
  const { commandOnly = [], csp, findings, host, numbers, overlay = true, page = 'swapped' } = expected;
  if (!overlay) continue;

  test(name, SLOW, async (t) => {
    const { visit } = await open(t, answersOf(expected), PAGES);
    const opened = await visit(`${page}.html?dni_debug`, { csp, host, settle: false });
    const report = await overlayOf(opened);
    assert.deepEqual(report.findings, findings, JSON.stringify(report));
    if (numbers) {
      const seen = Object.fromEntries(Object.entries(numbers).filter(([code]) => !commandOnly.includes(code)));
      assert.deepEqual(grouped(report.numbers, expected), seen, JSON.stringify(report));
    }
    assert.deepEqual(opened.errors, []);
  });
}

test('it changes nothing of the page, and goes when Escape is pressed', SLOW, async (t) => {
  const world = await open(t, answersOf(CASES['the pool is exhausted']), PAGES);
  const before = await untouched(world, 'left-alone.html');
  const page = await world.visit('left-alone.html?dni_debug', { settle: false });
  await overlayOf(page);
  assert.equal(await page.evaluate(() => document.activeElement.shadowRoot.activeElement.id), 'title');
  assert.notEqual(await html(page), before);
  await page.keyboard.press('Escape');
  assert.equal(await html(page), before);
  assert.equal(await page.evaluate(() => document.activeElement.nodeName), 'BODY');
});

test('it can be used with the keyboard alone', SLOW, async (t) => {
  const { visit } = await open(t, {}, PAGES);
  const page = await visit('left-alone.html?dni_debug', { settle: false });
  await overlayOf(page);
  const reached = [];
  for (let presses = 0; presses < 30 && reached.at(-1) !== 'Copy report'; presses += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => {
      const { activeElement } = document.querySelector('dni-doctor').shadowRoot;
      return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent;
    }));
  }
  for (const name of ['Close the doctor', 'Report', 'Show 312-555-0151 on the page', 'Visitor', 'Source', 'Timing', 'Check again', 'Copy report']) {
    assert.ok(reached.includes(name), `${name} in ${reached}`);
  }
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await overlayOf(page);
});

test('visitors download nothing of it', SLOW, async (t) => {
  const asked = [];
  const { visit } = await open(t, { asset: (file) => { asked.push(file); } }, PAGES);
  await visit('swapped.html');
  const manifest = JSON.parse(readFileSync(new URL('../../target/dni/dist/manifest.json', import.meta.url), 'utf8'));
  assert.ok(manifest.files.doctor.file);
  assert.ok(!asked.includes(manifest.files.doctor.file));
});

/** Waits until the overlay has examined the page; answers what it shows. */
async function overlayOf(page) {
  await page.waitForFunction(() => document.querySelector('dni-doctor')?.shadowRoot.querySelector('.status.fine, .status.problem'), undefined, { timeout: 40_000 });
  return page.evaluate(() => {
    const items = [...document.querySelector('dni-doctor').shadowRoot.querySelectorAll('[data-code]')];
    const numbers = items.filter((item) => item.querySelector('strong'));
    return {
      findings: items.filter((item) => !numbers.includes(item)).map((item) => item.dataset.code),
      numbers: numbers.map((item) => ({ code: item.dataset.code, text: item.querySelector('strong').textContent })),
    };
  });
}
