/** Addresses as Chromium reads them: the parts that the core's own reader is held against. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { open } from './world.mjs';

const ROWS = JSON.parse(readFileSync(new URL('../../dni-core/tests/fixtures/addresses.json', import.meta.url), 'utf8'));
/** Chromium writes a space in a host as %20, where the standard refuses the address. */
const CHROMIUM_S_OWN = ['https://har bor.example/'];

test('the core reads every address as this browser does', async (t) => {
  const { visit } = await open(t);
  const page = await visit();
  const read = await page.evaluate((texts) => texts.map((text) => {
    if (!URL.canParse(text)) return { text, href: null };
    const url = new URL(text);
    return { text, href: url.href, host: url.host, hostname: url.hostname, pathname: url.pathname, params: [...url.searchParams] };
  }), ROWS.map(({ text }) => text));
  assert.ok(ROWS.length > 50);
  for (const [place, row] of ROWS.entries()) {
    if (!CHROMIUM_S_OWN.includes(row.text)) assert.deepEqual(read[place], row);
  }
});
