/** Opens a page in Chromium, examines it, and writes the report as text. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { textOf } from './report-text.js';

/** What can drive a browser, in this order. */
const DRIVERS = ['playwright-core', 'playwright', 'puppeteer-core', 'puppeteer'];
/** Where Chromium and Chrome lie on Linux, macOS and Windows. */
const BROWSERS = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe', 'C:/Program Files (x86)/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
];
/** Robots get no number: this visitor is the site's owner. */
const ARGUMENTS = ['--disable-blink-features=AutomationControlled', '--no-first-run', '--disable-background-networking'];
/** How long examining may take beyond loading, in milliseconds. */
const EXAMINE_WITHIN = 40_000;

/**
 * @param {{url: string, chromium?: string, seconds: number}} options
 * @returns {Promise<{report: import('../../js/types.d.ts').Report, text: string}>}
 */
export async function doctor({ url, chromium, seconds }) {
  const { page, close } = await open(chromium);
  try {
    const engine = await readFile(new URL('engine.js', import.meta.url), 'utf8');
    const response = await page.goto(url, { waitUntil: 'load', timeout: seconds * 1000 }).catch((/** @type {Error} */ error) => {
      throw new Error(`${url} cannot be loaded: ${error.message.split('\n')[0]}`);
    });
    if (response && response.status() >= 400) throw new Error(`${url} answers ${response.status()}`);
    const report = await within(EXAMINE_WITHIN, examine(page, engine));
    return { report, text: textOf(report) };
  } finally {
    await close();
  }
}

/**
 * @param {any} page the driver's
 * @param {string} engine what examines, as text
 */
async function examine(page, engine) {
  const here = new URL(page.url()).origin;
  const foreign = [];
  for (const frame of page.frames()) {
    const url = frame.url();
    if (!/^https?:/.test(url) || new URL(url).origin === here) continue;
    const numbers = await frame.evaluate(`${engine};window[Symbol.for('dni.engine')].numbersHere()`).catch(() => []);
    if (numbers.length) foreign.push({ url, numbers });
  }
  const text = await page.evaluate(
    `${engine};window[Symbol.for('dni.engine')].examine(undefined, ${JSON.stringify(foreign)}).then((report) => JSON.stringify(report))`,
  );
  // The number goes back to the pool at once.
  await page.evaluate('window.dni?.release?.()').catch(() => {});
  return JSON.parse(text);
}

/** Collects, before the page's own scripts run, what cannot be seen afterwards. Runs in the page. */
function collect() {
  /** @type {Required<import('../../js/types.d.ts').Seen>} */
  const seen = { violations: [], closedRoots: [], flips: new Map() };
  Object.defineProperty(window, Symbol.for('dni.doctor'), { value: seen });
  document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => {
    if (seen.violations.length < 100) seen.violations.push({ blocked: blockedURI, directive: effectiveDirective });
  });
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function attach(options) {
    const root = attachShadow.call(this, options);
    if (options?.mode === 'closed' && seen.closedRoots.length < 100) seen.closedRoots.push(root);
    return root;
  };
  const observer = new MutationObserver((records) => {
    for (const { target, oldValue } of records) {
      if (seen.flips.size > 1000 || !/\d{4}/.test(oldValue ?? '')) continue;
      seen.flips.set(target, (seen.flips.get(target) ?? 0) + 1);
    }
  });
  observer.observe(document, {
    subtree: true, characterData: true, characterDataOldValue: true, attributes: true, attributeOldValue: true, attributeFilter: ['href'],
  });
}

/** Opens an empty page with whatever driver and browser there is. */
async function open(chromium = process.env.CHROMIUM_BIN) {
  const { name, driver } = await findDriver();
  const executablePath = chromium ?? BROWSERS.find((path) => existsSync(path));
  if (executablePath && !existsSync(executablePath)) throw new Error(`there is no browser at ${executablePath}`);
  const args = process.getuid?.() === 0 ? [...ARGUMENTS, '--no-sandbox'] : ARGUMENTS;
  const launcher = name.startsWith('playwright') ? driver.chromium : driver;
  const browser = await launcher.launch({ headless: true, ...(executablePath && { executablePath }), args }).catch((/** @type {Error} */ error) => {
    const advice = 'install Chromium or Chrome, or name one with --chromium PATH or $CHROMIUM_BIN';
    throw new Error(`no browser starts (${error.message.split('\n')[0]}); ${advice}`);
  });
  const close = () => browser.close();
  try {
    return { page: await (name.startsWith('playwright') ? playwrightPage(browser) : puppeteerPage(browser)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param {any} browser the driver's */
async function playwrightPage(browser) {
  const probe = await browser.newPage();
  const userAgent = ordinary(await probe.evaluate('navigator.userAgent'));
  await probe.close();
  const page = await (await browser.newContext({ userAgent })).newPage();
  await page.addInitScript(collect);
  return page;
}

/** @param {any} browser the driver's */
async function puppeteerPage(browser) {
  const page = await browser.newPage();
  await page.setUserAgent(ordinary(await browser.userAgent()));
  await page.evaluateOnNewDocument(collect);
  return page;
}

/** @param {string} userAgent */
function ordinary(userAgent) {
  return userAgent.replace('HeadlessChrome', 'Chrome');
}

/** The driver of the project the command runs in, else the one beside this package. */
async function findDriver() {
  for (const name of DRIVERS) {
    for (const from of [`${process.cwd()}/`, import.meta.url]) {
      try {
        const found = await import(pathToFileURL(createRequire(from).resolve(name)).href);
        return { name, driver: found.default ?? found };
      } catch {
        // The next one.
      }
    }
  }
  throw new Error('the doctor needs a driver for the browser: npm install --save-dev playwright-core (or puppeteer-core)');
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(milliseconds, promise) {
  /** @type {NodeJS.Timeout} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, milliseconds, new Error(`the page could not be examined within ${milliseconds / 1000} s`));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
