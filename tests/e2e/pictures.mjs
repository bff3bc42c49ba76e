/** Takes the pictures of the README: `node_modules/.bin/node tests/e2e/pictures.mjs`, after a build. */
import { fileURLToPath } from 'node:url';
import { landing } from '../../www-demo/arrivals.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const FOLDER = new URL('../../docs/pictures/', import.meta.url);
const CALLS = [
  { from: 'google-ads', callee: 'answer', name: 'ADA LOVELACE' },
  { from: 'facebook', callee: 'busy', name: 'GRACE HOPPER', voicemail: { seconds: 12 } },
  { from: 'bing', callee: 'no-answer', name: 'ALAN TURING' },
  { from: 'newsletter', callee: 'answer', name: 'EDSGER DIJKSTRA' },
];

const world = await startWorld();
try {
  const browser = await world.browser();
  for (const [at, { from, callee, name, voicemail = null }] of CALLS.entries()) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(landing(from, world.site.url));
    const link = page.locator('header a[href^="tel:"]:not([href$="0142"])').first();
    await link.waitFor();
    const to = (await link.getAttribute('href')).slice('tel:'.length);
    const caller = { name, city: 'EVANSTON', state: 'IL', zip: '60201', country: 'US', verstat: 'TN-Validation-Passed-A' };
    const { sid } = await world.carrier.placeCall({ from: `+1847555010${at}`, to, callee, caller, talk_seconds: 95, voicemail });
    await world.logged(sid);
  }
  const { sid } = await world.carrier.placeCall({ from: '+18475550109', to: NUMBERS.source, callee: 'answer', talk_seconds: 20 });
  await world.logged(sid);
  for (const colorScheme of ['light', 'dark']) {
    const page = await (await browser.newContext({ colorScheme, viewport: { width: 1240, height: 620 } })).newPage();
    await page.goto(`${world.edgeUrl}/console`);
    await page.getByLabel('API key').fill(world.apiKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('summary').last().click();
    await page.screenshot({ path: fileURLToPath(new URL(`call-log-${colorScheme}.png`, FOLDER)) });
    await page.setViewportSize({ width: 1240, height: 760 });
    await page.getByRole('link', { name: '(847) 555-0100' }).click();
    await page.getByRole('heading', { level: 1, name: 'Call from' }).waitFor();
    await page.screenshot({ path: fileURLToPath(new URL(`call-${colorScheme}.png`, FOLDER)) });
  }
} finally {
  await world.close();
}
