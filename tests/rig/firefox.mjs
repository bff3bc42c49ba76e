/** A second real browser, driven by WebDriver BiDi. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import puppeteer from 'puppeteer-core';

/** The names under which distributions install it. */
const NAMES = ['firefox', 'firefox-esr'];
/** Milliseconds until it must have started, on two busy cores. */
const START_WITHIN = 60_000;

/** The program; undefined where this machine has none. */
export const FIREFOX = process.env.FIREFOX_BIN || onPath();

/**
 * Starts Firefox with an empty profile, which closing it removes.
 *
 * @returns {Promise<import('puppeteer-core').Browser>}
 */
export function launchFirefox() {
  return puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true, timeout: START_WITHIN });
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const programs = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  return programs.find((program) => {
    try {
      accessSync(program, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
