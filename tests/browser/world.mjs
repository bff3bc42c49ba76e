/** The world of the browser tests: Chromium, a site, and a stand-in for the edge. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../rig/chromium.mjs';
import { serve } from './serve.mjs';
import { startEdge } from './stand-in.mjs';

/** @import { Answers } from './stand-in.mjs' */

export const SITE = 'harbor-heating';
export const TARGET = '+13125550142';
/** How each number reads on a page, by which the tag knows whether to ask for a lease: `dni-core` keeps the file up to date. */
const PATTERNS = JSON.parse(readFileSync(new URL('targets.json', import.meta.url), 'utf8'));
/** Milliseconds within which something must happen, on two busy cores. */
export const LIMIT_MS = 10_000;

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = process.env.DNI_DIST ?? path.join(HERE, '../../target/dni/dist');
const TYPES = { '.css': 'text/css', '.js': 'text/javascript', '.wasm': 'application/wasm' };
/** What Chromium itself prints when a request fails or a policy forbids one; no script can prevent it. */
const CHROMIUM_S_OWN = /^Failed to load resource|Content Security Policy|blocked by CORS policy/;

/** Other names than localhost's for this machine: browsers treat some of them differently. */
const NAMES = '--host-resolver-rules=MAP *.test 127.0.0.1, MAP *.co.uk 127.0.0.1, MAP *.example 127.0.0.1';

/** Visitors are people: the library knows a browser under remote control by `navigator.webdriver`. */
const PERSON = '--disable-blink-features=AutomationControlled';

const browser = await launchChromium({ args: [NAMES, PERSON] });
after(() => browser.close());

/**
 * Starts a site and its edge.
 *
 * @param {Partial<Answers>} [answers] what the edge answers
 * @param {string} [pages] the folder with the site's files
 */
export async function startWorld(answers = {}, pages = path.join(HERE, 'pages')) {
  const usual = { lease: leaseReply, beat: () => ({ expires_in: 1800, gone: [] }), link: () => ({ link: 'carried.mac', expires_in: 180 }), targets: () => patternsOf(TARGET, '+13125550171', '+13125550199', '+13125550188'), asset: () => undefined };
  const edge = await startEdge({ answers: { ...usual, ...answers }, dist: DIST, site: SITE });
  const site = await startSite(edge.url, pages);
  // The site lists its origins, whatever names a test calls this machine by.
  const { port } = new URL(site.url);
  edge.lists = (origin) => origin.endsWith(`:${port}`);
  return { edge, site };
}

/**
 * Opens a site with its edge and a visitor's browser.
 *
 * @param {import('node:test').TestContext} t
 * @param {Partial<Answers>} [answers] what the edge answers; by default a lease of +13125550151
 * @param {string} [pages] the folder with the site's files
 */
export async function open(t, answers = {}, pages = path.join(HERE, 'pages')) {
  const { edge, site } = await startWorld(answers, pages);
  const context = await browser.newContext();
  t.after(async () => {
    await context.close();
    await Promise.all([edge.stop(), site.stop()]);
  });

  /**
   * Opens a page in a new tab and, unless told otherwise, waits until the library is done with it. `errors` are the page's, `notes`
   * what the library says in the console.
   *
   * @param {string} [name] of the file in pages/, with its query
   * @param {object} [how]
   * @param {string} [how.csp] the page's policy; EDGE stands for the edge's origin
   * @param {(page: import('playwright-core').Page) => Promise<unknown>} [how.prepare]
   * @param {string} [how.referer]
   * @param {boolean} [how.settle]
   * @param {string} [how.host] the site's name, instead of 127.0.0.1; names under localhost and test are this machine
   * @param {string} [how.options] attributes that the tag has besides
   * @param {string} [how.file] the script that the tag names, instead of dni.js
   */
  async function visit(name = 'business.html', how = {}) {
    const { csp, prepare, referer, settle = true, host = '127.0.0.1' } = how;
    const page = await context.newPage();
    const [errors, notes] = [[], []];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      const ours = message.type() === 'error' && !CHROMIUM_S_OWN.test(message.text());
      if (ours) errors.push(message.text());
      else if (message.text().startsWith('dni')) notes.push(message.text());
    });
    await prepare?.(page);
    Object.assign(site, { csp, options: how.options ?? '', file: how.file ?? 'dni.js' });
    await page.goto(`${site.url.replace('127.0.0.1', host)}/${name}`, { referer });
    if (settle) {
      await page.evaluate(() => window.dni?.getSession());
      await settled(page);
    }
    return Object.assign(page, { errors, notes });
  }

  return { context, edge, site, visit };
}

/**
 * Waits until nothing on the page waits for another frame, or for a framework: on a busy machine the first frame may not be enough.
 * Playwright's own waiting takes the promise of an answer for a yes.
 */
export async function settled(page) {
  await page.evaluate(async (limit) => {
    const end = performance.now() + limit;
    for (;;) {
      const report = await window.dni?.report?.();
      if (!report || report.waiting + report.held + report.walks === 0) return;
      if (performance.now() > end) throw new Error(`the page is not settled: ${JSON.stringify(report)}`);
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
  }, LIMIT_MS);
}

/** The page as Chromium has it when no tag runs. */
export async function untouched({ context, site }, name = 'business.html') {
  const page = await context.newPage();
  await page.route('**/dni.js', (route) => route.abort());
  await page.goto(`${site.url}/${name}`);
  const markup = await html(page);
  await page.close();
  return markup;
}

export function html(page) {
  return page.evaluate(() => document.documentElement.outerHTML);
}

/** The names and hashes of the library's files. */
export const MANIFEST = JSON.parse(readFileSync(path.join(DIST, 'manifest.json'), 'utf8'));

export function stored(page) {
  return page.evaluate((key) => JSON.parse(localStorage.getItem(key)), `dni:${SITE}`);
}

/** Stores a visitor with a live lease before the page's own scripts run. */
export function remember(visitor) {
  const value = {
    visitor: '0123456789abcdef0123456789abcdef',
    history: { touches: [], seen_at: Date.now() },
    hosts: [],
    numbers: [assigned('+13125550151')],
    expires_at: Date.now() + 600_000,
    beat_every: 60,
    ...visitor,
  };
  return (page) => page.addInitScript(([key, text]) => {
    if (!localStorage.getItem(key)) localStorage.setItem(key, text);
  }, [`dni:${SITE}`, JSON.stringify(value)]);
}

/** One number of a lease reply. */
export function assigned(number, target = TARGET) {
  const digits = number.slice(2);
  const display = `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)}`;
  return { target, number, display, kind: 'leased', lease: `main.${number.slice(1)}.1790000000000` };
}

/** What the edge says of a site's targets. */
export function patternsOf(...numbers) {
  return Object.fromEntries(numbers.map((number) => {
    if (!PATTERNS[number]) throw new Error(`${number} is missing in targets.json`);
    return [number, PATTERNS[number]];
  }));
}

/** A lease reply for a request, as the real edge gives it. */
export function leaseReply({ visitor, history, arrival }, numbers = [assigned('+13125550151')]) {
  const touches = history?.touches?.length ? history.touches : [arrival];
  return { visitor, history: { touches, seen_at: arrival.at }, hosts: [], numbers, expires_in: 1800, beat_every: 60 };
}

/** Waits until something holds. */
export async function until(holds, what = String(holds)) {
  const end = Date.now() + LIMIT_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${LIMIT_MS} ms in vain for: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

async function startSite(edgeUrl, pages) {
  const site = { csp: undefined, options: '', file: 'dni.js', /** @type {Record<string, string>} pages that a test brings, by name */ own: {} };
  return Object.assign(site, await serve((request, response) => {
    const name = path.basename(new URL(request.url, 'http://site').pathname);
    if (site.csp) response.setHeader('Content-Security-Policy', site.csp.replaceAll('EDGE', edgeUrl));
    try {
      const file = site.own[name] ?? readFileSync(path.join(pages, name));
      const type = TYPES[path.extname(name)] ?? 'text/html';
      response.writeHead(200, { 'Content-Type': type });
      if (type !== 'text/html') return response.end(file);
      const tagged = String(file).replaceAll('{{EDGE}}/dni.js', `{{EDGE}}/${site.file}`).replaceAll('data-site="{{SITE}}"', `data-site="{{SITE}}" ${site.options}`);
      response.end(tagged.replaceAll('{{EDGE}}', edgeUrl).replaceAll('{{SITE}}', SITE));
    } catch {
      response.writeHead(204).end();
    }
  }));
}
