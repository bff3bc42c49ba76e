/**
 * The library in a real page: `node tests/bench/swap.bench.mjs --out FOLDER`.
 *
 * The swap of a page of 12,000 texts beside a walk that does nothing, findAndReplaceDOMText and mark.js, in one Chromium and
 * taking turns; from the first byte of a page to the number in it, cold and warm; memory; long tasks on a slow processor.
 *
 * It fails if a number was not swapped, or if the swap takes more than 50 ms at a quarter of the processor.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchChromium } from '../rig/chromium.mjs';

/** Rounds of each kind; of an odd number the median was itself measured. Before them some that do not count. */
const ROUNDS = 15;
const WARM_UPS = 2;
/** Page loads of each kind. */
const LOADS = 5;
/** Texts of the page, and how many of them have a target in them. */
const TEXTS = 12_060;
const NUMBERS = 40;
/** The network of a phone: milliseconds of a round trip, bytes a second (1.6 Mbit/s). */
const SLOW_NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 };
/** How many times slower a slow phone's processor is than this one. */
const THROTTLE = 4;
/** A task is long from here on, in milliseconds: what Chromium reports. */
const LONG_TASK = 50;

const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
if (!out) {
  console.error('Usage: swap.bench.mjs --out FOLDER');
  process.exit(2);
}

const DIST = fileURLToPath(new URL('../../target/dni/dist', import.meta.url));
const rivals = ['findandreplacedomtext', 'mark.js/dist/mark.min.js'].map((name) => createRequire(import.meta.url).resolve(name));
const site = await serve();
const browser = await launchChromium({ args: ['--enable-precise-memory-info'] });
try {
  report({
    swaps: await measureSwaps(), loads: await measureLoads(), memory: await measureMemory(), long_tasks: await measureLongTasks(),
  });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
  site.close();
}

/**
 * Milliseconds of each round, by kind: on a page that nobody has walked over yet, as a visitor's is, and again and again on one
 * page. The walk that does nothing reads texts alone, and the rivals look at texts alone and are told the one form in which the
 * number is written; ours looks for every form, and in links and attributes too: it writes twice as many values as they do.
 */
async function measureSwaps() {
  const context = await browser.newContext();
  const names = ['walk that does nothing', 'dni', 'findAndReplaceDOMText', 'mark.js'];
  const fresh = Object.fromEntries(names.map((name) => [name, []]));
  const again = Object.fromEntries(names.map((name) => [name, []]));
  const prepared = async () => {
    const page = await open(context, 'large.html');
    for (const file of rivals) await page.addScriptTag({ path: file });
    await page.evaluate(defineKinds, NUMBERS);
    return page;
  };
  for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
    for (const name of names) {
      const page = await prepared();
      const took = await page.evaluate((name) => window.measure(name), name);
      if (round >= 0) fresh[name].push(took);
      await page.close();
    }
  }
  const page = await prepared();
  for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
    for (const name of names) {
      const took = await page.evaluate((name) => window.measure(name), name);
      if (round >= 0) again[name].push(took);
    }
  }
  await context.close();
  return { fresh, again };
}

/** Runs in the page: makes `measure(name)`, which answers the milliseconds of one round and leaves the page as it was. */
function defineKinds(numbers) {
  const target = /\(312\) 555-0142/g;
  const count = (text) => document.body.textContent.split(text).length - 1;
  const must = (holds, what) => { if (!holds) throw new Error(what); };
  const kinds = {
    'walk that does nothing': () => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      let length = 0;
      while (walker.nextNode()) length += walker.currentNode.nodeValue.length;
      return () => must(length > 0, 'no text');
    },
    dni: async () => {
      await dni.swap();
      // A machine that is busy with other things may need a second frame.
      while ((await dni.report()).waiting) await new Promise(requestAnimationFrame);
      return async () => {
        must(count('(312) 555-0151') === numbers, `${count('(312) 555-0151')} of ${numbers} swapped`);
        await dni.revert();
      };
    },
    findAndReplaceDOMText: () => {
      const finder = window.findAndReplaceDOMText(document.body, { find: target, replace: '(312) 555-0151' });
      return () => {
        must(count('(312) 555-0151') === numbers, 'rival');
        finder.revert();
      };
    },
    'mark.js': () => {
      const mark = new window.Mark(document.body);
      mark.markRegExp(target);
      return () => {
        must(document.querySelectorAll('mark').length === numbers, 'rival');
        mark.unmark();
        document.body.normalize();
      };
    },
  };
  window.measure = async (name) => {
    // A swap after a revert sends a sign of life as well: this one does, and sees an element that is not on the page.
    await dni.revert();
    if (name === 'dni') await dni.swap(document.createElement('p'));
    await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
    const start = performance.now();
    const undo = await kinds[name]();
    const took = performance.now() - start;
    await undo();
    return took;
  };
}

/** Milliseconds from the page's first byte to the number in it, over the network of a phone. */
async function measureLoads() {
  const times = { cold: [], warm: [] };
  for (let load = 0; load < LOADS; load += 1) {
    const context = await browser.newContext();
    for (const kind of ['cold', 'warm']) {
      const page = await context.newPage();
      const devtools = await context.newCDPSession(page);
      await devtools.send('Network.emulateNetworkConditions', SLOW_NETWORK);
      await page.addInitScript(() => {
        new MutationObserver(() => {
          if (window.swappedAt === undefined && document.getElementById('first')?.textContent.includes('0151')) window.swappedAt = performance.now();
        }).observe(document, { subtree: true, childList: true, characterData: true });
      });
      await page.goto(`${site.url}/small.html`);
      await page.waitForFunction(() => window.swappedAt);
      times[kind].push(await page.evaluate(() => window.swappedAt - performance.getEntriesByType('navigation')[0].responseStart));
      await page.close();
    }
    await context.close();
  }
  return times;
}

/** Bytes of JavaScript heap and wasm memory on the large page, beside the same page without the tag. */
async function measureMemory() {
  const heap = async (name) => {
    const context = await browser.newContext();
    const page = await open(context, name);
    const devtools = await context.newCDPSession(page);
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    await context.close();
    return usedSize;
  };
  const [without, withTag] = [await heap('plain.html'), await heap('large.html')];
  return { without, with: withTag, difference: withTag - without };
}

/**
 * Milliseconds on a slow processor: of each swap of the large page, of each piece of the library's work that follows, and of all
 * long tasks, beside those of a script that writes the same numbers by hand. What a change costs the browser itself, to lay out
 * and paint so large a page, is in none of them: Chromium counts a task for a page only if a script of the page runs in it.
 */
async function measureLongTasks() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.pieces = [];
    const timed = (run) => (...args) => {
      const start = performance.now();
      run(...args);
      window.pieces.push(performance.now() - start);
    };
    const Native = window.MutationObserver;
    window.MutationObserver = class extends Native {
      constructor(hear) { super(timed(hear)); }
    };
    const later = window.setTimeout.bind(window);
    window.setTimeout = (run, ...rest) => later(timed(run), ...rest);
  });
  await page.goto(`${site.url}/large.html`);
  await page.evaluate(() => window.dni.getSession());
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
  return page.evaluate(async (rounds) => {
    const rest = () => new Promise((resolve) => { setTimeout(resolve, 300); });
    const long = [];
    await rest();
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    const result = { swaps: [], pieces: [], long: [], long_by_hand: [] };
    for (let round = 0; round < rounds; round += 1) {
      await dni.revert();
      await dni.swap(document.createElement('p'));
      await rest();
      long.length = 0;
      window.pieces = [];
      const start = performance.now();
      await dni.swap();
      result.swaps.push(performance.now() - start);
      await rest();
      result.pieces.push(...window.pieces);
      result.long.push(...long);
      await dni.revert();
      await rest();
      long.length = 0;
      const texts = [...document.querySelectorAll('a[href^="tel:"]')].map((link) => link.firstChild);
      texts.forEach((text) => text.replaceData(12, 2, '51'));
      await rest();
      result.long_by_hand.push(...long);
      texts.forEach((text) => text.replaceData(12, 2, '42'));
      await rest();
    }
    return result;
  }, LOADS);
}

async function open(context, name) {
  const page = await context.newPage();
  await page.goto(`${site.url}/${name}`);
  await page.evaluate(() => window.dni?.getSession());
  return page;
}

/** The site with its pages and the edge in one: what is measured is the browser. */
async function serve() {
  const tag = '<script async src="/dni.js" data-site="bench-site"></script>';
  const section = (at) => `<section class="card"><h3>Service ${at}</h3><p>A text as long as they are on the pages of a business ${at}</p>`
    + `<p>${at % Math.floor(TEXTS / 3 / NUMBERS) || at === 0 ? 'Ask us about it' : '<a href="tel:+13125550142">(312) 555-0142</a>'}</p></section>`;
  const large = Array.from({ length: TEXTS / 3 }, (_, at) => section(at)).join('');
  const html = (head, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bench</title>${head}</head><body>${body}</body></html>`;
  const pages = {
    'large.html': html(tag, large), 'plain.html': html('', large), 'small.html': html(tag, '<p id="first">(312) 555-0142</p>'),
  };
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const server = createServer((request, response) => {
    const name = path.basename(request.url);
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (chunk) => { body += chunk; });
      request.on('end', () => {
        const { visitor, arrival } = JSON.parse(body);
        const numbers = [{ target: '+13125550142', number: '+13125550151', display: '(312) 555-0151', kind: 'leased', lease: 'main.13125550151.1790000000000' }];
        const reply = { visitor, history: { touches: [arrival], seen_at: arrival?.at }, hosts: [], numbers, expires_in: 1800, beat_every: 60, gone: [] };
        response.setHeader('Content-Type', 'application/json').end(JSON.stringify(reply));
      });
      return;
    }
    const type = types[path.extname(name)];
    if (!type) return void response.writeHead(404).end();
    response.setHeader('Content-Type', type);
    response.setHeader('Cache-Control', name.endsWith('.html') ? 'no-store' : 'max-age=31536000, immutable');
    if (pages[name]) return void response.end(pages[name]);
    // As the worker sends them: compressed beforehand.
    response.setHeader('Content-Encoding', 'br').end(readFileSync(path.join(DIST, `${name}.br`)));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close().closeAllConnections() };
}

function report({ swaps, loads, memory, long_tasks: longTasks }) {
  const spread = (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)], max: sorted.at(-1) };
  };
  const spreads = (kinds) => Object.fromEntries(Object.entries(kinds).map(([kind, values]) => [kind, spread(values)]));
  const kinds = { fresh: spreads(swaps.fresh), again: spreads(swaps.again), loads: spreads(loads) };
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version, chromium: browser.version() };
  mkdirSync(out, { recursive: true });
  const file = { date: new Date().toISOString(), ...machine, texts: TEXTS, numbers: NUMBERS, kinds, swaps, loads, memory, long_tasks: longTasks };
  writeFileSync(path.join(out, 'swap.json'), `${JSON.stringify(file, null, 2)}\n`);
  console.log(`\n${machine.cpu}, ${machine.cores} cores; Chromium ${machine.chromium}; ${TEXTS} texts, ${NUMBERS} numbers`);
  const titles = { fresh: 'a page just opened', again: 'the same page again', loads: 'from the first byte' };
  for (const [part, title] of Object.entries(titles)) {
    console.log(`${title.padEnd(26)}${['ms min', 'median', 'max'].map((word) => word.padStart(10)).join('')}`);
    for (const [kind, { min, median, max }] of Object.entries(kinds[part])) {
      console.log(`  ${kind.padEnd(24)}${[min, median, max].map((value) => value.toFixed(1).padStart(10)).join('')}`);
    }
  }
  for (const part of ['fresh', 'again']) {
    const ratio = (kind, to = 'dni') => (kinds[part][kind].min / kinds[part][to].min).toFixed(2);
    console.log(`\nRatio, ${titles[part]}: a swap takes ${ratio('dni', 'walk that does nothing')} times a walk that does nothing; findAndReplaceDOMText takes ${ratio('findAndReplaceDOMText')} and mark.js ${ratio('mark.js')} times as long as it (minima).`);
  }
  console.log(`Head to swapped at ${SLOW_NETWORK.latency} ms and 1.6 Mbit/s: cold ${kinds.loads.cold.median.toFixed(0)} ms, warm ${kinds.loads.warm.median.toFixed(0)} ms (medians).`);
  console.log(`Memory: ${(memory.difference / 1024).toFixed(0)} KB of heap more than without the tag.`);
  const own = [...longTasks.swaps, ...longTasks.pieces];
  console.log(`At ${THROTTLE} times less processor a swap takes ${spread(longTasks.swaps).median.toFixed(1)} ms, and the longest piece of work ${Math.max(...own).toFixed(1)} ms; tasks over ${LONG_TASK} ms: ${longTasks.long.length}, of a script that writes the same by hand ${longTasks.long_by_hand.length}.`);
  if (spread(longTasks.swaps).median > LONG_TASK) {
    console.error(`A swap is longer than ${LONG_TASK} ms on a slow processor.`);
    process.exitCode = 1;
  }
}
