/** The doctor on the command line says of each number why it is not swapped. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sampled } from '../rig/extent.mjs';
import { answersOf, CASES, grouped, PAGES, SLOW } from './doctor-cases.mjs';
import { open } from './world.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const COMMAND = process.env.DNI_COMMAND ?? path.join(HERE, '../../target/npm/package/bin/dni-wasm.js');

/** What the command has that the overlay has not: its own browser, which sees what fails before the page's scripts run. */
const isOwn = ({ asset, commandOnly, csp, overlay = true, page }) => !!(!overlay || commandOnly || csp || asset || page === 'swapped');

for (const [name, expected] of Object.entries(CASES)) {
  const { command: byCommand = true, csp, detail, ends = 1, findings, numbers, page = 'swapped' } = expected;
  if (!byCommand) continue;

  // The same engine says the rest on the page (doctor-overlay.test.mjs), where it costs no start of a browser.
  test(name, sampled(isOwn(expected), SLOW), async (t) => {
    const { site } = await open(t, answersOf(expected), PAGES);
    site.csp = csp;
    const { code, stdout, stderr } = await command('doctor', `${site.url}/${page}.html`, '--json');
    assert.equal(stderr, '');
    const report = JSON.parse(stdout);
    const text = JSON.stringify(report, undefined, 1);
    assert.deepEqual(report.findings.map((one) => one.code), findings, text);
    if (numbers) assert.deepEqual(grouped(report.numbers, expected), numbers, text);
    if (detail) assert.match(report.findings[0].detail, detail);
    assert.equal(code, ends, text);
    assert.equal(report.is_swapped, ends === 0);
    for (const one of [...report.findings, ...report.numbers]) assert.ok(one.why && one.kind, text);
  });
}

test('the command gives its number back', SLOW, async (t) => {
  const { edge, site } = await open(t, {}, PAGES);
  await command('doctor', `${site.url}/swapped.html`);
  assert.equal(edge.asked('lease').length, 1);
  assert.equal(edge.signals().at(-1), 'release');
});

test('the command writes for people', SLOW, async (t) => {
  const { site } = await open(t, {}, PAGES);
  const good = await command('doctor', `${site.url}/swapped.html`);
  assert.match(good.stdout, /✔ all targets are swapped/);
  assert.match(good.stdout, /✔ swapped +\(312\) 555-0151 shows/);
  assert.match(good.stdout, /\+13125550142 → \+13125550151, leased/);
  assert.match(good.stdout, /lease +\d+ to \d+ ms/);
  const bad = await command('doctor', `${site.url}/unreachable.html`);
  assert.match(bad.stdout, /✖ 3 problems/);
  assert.match(bad.stdout, /✖ image .*\n.*\n.*→ Write the number as text/);
});

test('the command says what it cannot do', SLOW, async (t) => {
  const { site } = await open(t, {}, PAGES);
  const check = async (words, message, env) => {
    const { code, stderr } = await command(...words, env);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  };
  await check([], /which command\?/);
  await check(['doktor'], /no command doktor/);
  await check(['doctor'], /which page\?/);
  await check(['doctor', 'ftp://x'], /which page\?/);
  await check(['doctor', 'http://'], /which page\?/);
  await check(['doctor', site.url, '--jason'], /Unknown option '--jason'/);
  await check(['doctor', site.url, site.url], /one page at a time/);
  await check(['doctor', site.url, '--timeout', 'soon'], /1 to 600 seconds/);
  await check(['doctor', site.url, '--chromium', '/nowhere/chromium'], /no browser at \/nowhere\/chromium/);
  await check(['doctor', 'http://127.0.0.1:1/'], /cannot be loaded: .*ERR_/);
  const help = await command('doctor', '--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /usage: dni-wasm doctor URL/);
  const overview = await command('--help');
  assert.equal(overview.code, 0);
  assert.match(overview.stdout, /doctor URL .*\n.*check-site FILE… .*\n.*check-flow FILE .*\n.*simulate-flow FILE/);
});

test('every page of the folder is examined', () => {
  const examined = new Set([...Object.values(CASES).map(({ page = 'swapped' }) => `${page}.html`), 'framed.html', 'framed-with-tag.html']);
  assert.deepEqual(readdirSync(PAGES).filter((name) => !examined.has(name)), []);
});

function command(...words) {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...words.filter((word) => typeof word === 'string')], { timeout: 80_000 }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}
