/** The real browser of the end-to-end tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
/** Chromium without what is around the page, where the test command found it: it opens pages for half the processor time. */
const SHELL = process.env.CHROMIUM_SHELL_BIN ?? EXECUTABLE;
/** What Chromium with a window calls itself: by the name of one without, the edge would take it for a bot. */
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
/**
 * Parts of Chromium that are left out. The first two are windows around the page that are pages themselves: each new page of a test
 * had such a twin, which took half of the processor. The others are those that Playwright leaves out, as a second flag takes the
 * place of its own.
 */
const WITHOUT = [
  'WebUIOmniboxAimPopup', 'WebUIOmniboxPopup',
  'AimEnabled', 'AvoidCorsURLLoaderRestartOnRedirect', 'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable', 'HttpsUpgrades', 'LensOverlay', 'MediaRouter', 'NetworkTimeServiceQuerying', 'OptimizationHints',
  'PaintHolding', 'PreconnectToSearch', 'TcpPortRandomizationWin', 'ThirdPartyStoragePartitioning',
];
/** No sandbox because tests may run as root; most of the rest keeps the browser from calling anywhere. */
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-dev-shm-usage', `--user-agent=${USER_AGENT}`,
  `--disable-features=${WITHOUT.join(',')}`,
];

/**
 * Starts Chromium with an empty profile, which closing it removes.
 *
 * @param {import('playwright-core').LaunchOptions} [options]
 * @returns {Promise<import('playwright-core').Browser>}
 */
export function launchChromium(options = {}) {
  return chromium.launch({ executablePath: SHELL, headless: true, ...options, args: [...FLAGS, ...(options.args ?? [])] });
}

/**
 * Starts Chromium on a page with nobody at its controls: where a driver looks on, Chromium renders no page ahead.
 *
 * @param {string} url
 * @returns {() => Promise<void>} ends it
 */
export function startAlone(url) {
  const profile = mkdtempSync(path.join(tmpdir(), 'dni-chromium-'));
  const chromium = spawn(EXECUTABLE, [...FLAGS, '--headless=new', `--user-data-dir=${profile}`, url], { stdio: 'ignore', detached: true });
  const ended = once(chromium, 'exit');
  return async () => {
    // With all of its processes: one that is left would write into the profile while it is removed.
    process.kill(-chromium.pid, 'SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
}
