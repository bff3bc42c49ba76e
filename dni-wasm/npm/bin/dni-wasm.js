#!/usr/bin/env node
/** `dni-wasm doctor URL`: says of every phone number on a page whether it is swapped, or why not. */

import { doctor } from './doctor.js';

const USAGE = `usage: dni-wasm doctor URL [--json] [--chromium PATH] [--timeout SECONDS]

Opens the page in Chromium as a visitor would, and says of every phone number on it whether it is swapped, or why not.
Needs playwright-core or puppeteer-core, and a Chromium or Chrome.

  --json              prints the report as JSON
  --chromium PATH     the browser to use; also $CHROMIUM_BIN
  --timeout SECONDS   how long the page may take to load, 30 if not said

Ends with 0 if all targets are swapped, 1 if there are problems, 2 if the page or a browser cannot be had.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(words) {
  const options = parse(words);
  if (options.isHelp) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.problem) {
    process.stderr.write(`${options.problem}\n\n${USAGE}`);
    return 2;
  }
  try {
    const { report, text } = await doctor(options);
    process.stdout.write(options.isJson ? `${JSON.stringify(report, undefined, 2)}\n` : text);
    return report.is_swapped ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function parse([command, ...words]) {
  const options = { seconds: 30 };
  if (['help', '--help', '-h'].includes(command)) return { isHelp: true };
  if (command !== 'doctor') return { problem: command ? `there is no command ${command}` : 'which command?' };
  while (words.length) {
    const word = words.shift();
    if (word === '--json') options.isJson = true;
    else if (word === '--help' || word === '-h') options.isHelp = true;
    else if (word === '--chromium') options.chromium = words.shift();
    else if (word === '--timeout') options.seconds = Number(words.shift());
    else if (word.startsWith('-')) return { problem: `there is no option ${word}` };
    else if (options.url) return { problem: 'one page at a time' };
    else options.url = word;
  }
  if (options.isHelp) return options;
  if (!(options.seconds > 0 && options.seconds <= 600)) return { problem: '--timeout takes 1 to 600 seconds' };
  if (!/^https?:\/\/./.test(options.url ?? '')) return { problem: 'which page? It must begin with http:// or https://' };
  return URL.canParse(options.url) ? options : { problem: `${options.url} is no address` };
}
