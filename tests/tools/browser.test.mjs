/** The tools from the packed tarball, in Chromium. */
import assert from 'node:assert/strict';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { launchChromium } from '../rig/chromium.mjs';
import { answer } from './answer.mjs';
import { INPUTS, installPackage } from './package.mjs';

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };
/** What a bundler would do: the condition that is not Node's. */
const PAGE = `<!doctype html><script type="importmap">{ "imports": { "dni-wasm/tools": "/node_modules/dni-wasm/tools/browser.js" } }</script>`;
const WASM = '/node_modules/dni-wasm/tools/dni_tools.wasm';

let project;
let browser;
let page;
let site;

before(async () => {
  project = installPackage();
  site = await serve(project);
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  site?.stop();
  project.remove();
});

beforeEach(async () => {
  await page?.close();
  page = await browser.newPage();
  await page.goto(site.url);
  site.requests.length = 0;
  site.missing.clear();
});

test('answers as in Node', async () => {
  const entry = createRequire(project.file('package.json')).resolve('dni-wasm/tools');
  const inNode = answer(await import(pathToFileURL(entry).href), INPUTS);
  const inBrowser = await page.evaluate(async () => {
    const tools = await import('dni-wasm/tools');
    const { answer: ask } = await import('/answer.mjs');
    await tools.init();
    return ask(tools, await (await fetch('/inputs.json')).json());
  });
  assert.deepEqual(inBrowser, inNode);
});

test('loads nothing before init, and says so', async () => {
  const codes = await page.evaluate(async () => {
    const tools = await import('dni-wasm/tools');
    const calls = [() => tools.classify({ url: '' }), () => tools.findNumbers(''), () => tools.formatLike('', ''), () => tools.sizePool({}), () => tools.simulatePool(), () => tools.checkFlow({}), () => tools.checkSite({}), () => tools.simulateFlow({})];
    return calls.map((call) => {
      try {
        return call();
      } catch (error) {
        return [error.code, error.message.includes('await init()')];
      }
    });
  });
  assert.deepEqual(codes, Array(8).fill(['not_initialised', true]));
  assert.ok(!site.requests.includes(WASM));
});

test('is loaded once, however often it is asked', async () => {
  const number = await page.evaluate(async () => {
    const { formatLike, init } = await import('dni-wasm/tools');
    await Promise.all([init(), init(), init()]);
    await init();
    return formatLike('+13125550151', '312.555.0142');
  });
  assert.equal(number, '312.555.0151');
  assert.equal(site.requests.filter((name) => name === WASM).length, 1);
});

test('a file that is not there is named, and the next try may succeed', async () => {
  site.missing.add(WASM);
  const code = await page.evaluate(async () => {
    const { init } = await import('dni-wasm/tools');
    return init().catch((error) => [error.code, error.message]);
  });
  assert.equal(code[0], 'wasm_not_found');
  assert.ok(code[1].includes('dni_tools.wasm') && code[1].includes('404'), code[1]);
  site.missing.clear();
  const number = await page.evaluate(async () => {
    const { formatLike, init } = await import('dni-wasm/tools');
    await init();
    return formatLike('+13125550151', '312.555.0142');
  });
  assert.equal(number, '312.555.0151');
});

test('takes an address, bytes or a response', async () => {
  const loaded = await page.evaluate(async (address) => {
    const { formatLike, init } = await import('dni-wasm/tools');
    await init(await (await fetch(address)).arrayBuffer());
    return formatLike('+13125550151', '312.555.0142');
  }, WASM);
  assert.equal(loaded, '312.555.0151');
  await page.reload();
  const byAddress = await page.evaluate(async (address) => {
    const { formatLike, init } = await import('dni-wasm/tools');
    await init(address);
    return formatLike('+13125550151', '312.555.0142');
  }, WASM);
  assert.equal(byAddress, '312.555.0151');
});

async function serve({ folder }) {
  const requests = [];
  const missing = new Set();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    requests.push(pathname);
    if (pathname === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
      return;
    }
    const file = path.join(folder, pathname);
    if (missing.has(pathname) || !file.startsWith(folder) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'text/plain' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${server.address().port}/`, requests, missing, stop: () => server.closeAllConnections() ?? server.close() };
}
