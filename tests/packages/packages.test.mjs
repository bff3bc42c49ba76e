/** The packed tarball in small projects, one for each way to build and to run it. */
import assert from 'node:assert/strict';
import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { unstable_startWorker } from 'wrangler';
import { html, open, until } from '../browser/world.mjs';
import { inAll } from '../rig/extent.mjs';
import { install, run } from './installed.mjs';

const ESBUILD = ['main.js', '--bundle', '--format=esm', '--splitting', '--minify', '--loader:.wasm=file', '--outdir=dist', '--entry-names=bundle'];

let workshop;
before(async () => { workshop = await install('projects'); });
const folder = (project, ...parts) => path.join(workshop, project, ...parts);

/** Milliseconds a first build may take, on two busy cores. */
const SLOW = { timeout: 120_000 };

test('vite', SLOW, async (t) => {
  await run('vite', ['build'], folder('vite'));
  assert.deepEqual(filter(await readdir(folder('vite', 'dist')), '.wasm').length, 1);
  await isSwapped(t, folder('vite', 'dist'));
});

test('webpack', inAll(SLOW), async (t) => {
  await run('webpack', ['--config', 'webpack.config.cjs'], folder('webpack'));
  await cp(folder('webpack', 'index.html'), folder('webpack', 'dist/index.html'));
  assert.deepEqual(filter(await readdir(folder('webpack', 'dist')), '.wasm').length, 1);
  await isSwapped(t, folder('webpack', 'dist'));
});

test('esbuild', inAll(SLOW), async (t) => {
  await bundle('esbuild');
  await isSwapped(t, folder('esbuild', 'dist'));
});

test('a host that serves only scripts', SLOW, async (t) => {
  await bundle('inline');
  assert.deepEqual(filter(await readdir(folder('inline', 'dist')), '.wasm'), []);
  await isSwapped(t, folder('inline', 'dist'));
});

test('a plain script, without a bundler', SLOW, async (t) => {
  await cp(path.join(workshop, 'node_modules/dni-wasm'), folder('script', 'dist'), { recursive: true });
  await cp(folder('script', 'index.html'), folder('script', 'dist/index.html'));
  await isSwapped(t, folder('script', 'dist'));
});

test('Node imports and starts it, and nothing happens', SLOW, async () => {
  const { stdout, stderr } = await run('node', ['main.mjs'], folder('node'));
  assert.equal(stdout, 'fine', stderr);
  assert.equal(stderr, '');
});

test('workerd imports and starts it, and nothing happens', inAll(SLOW), async () => {
  const worker = await unstable_startWorker({
    name: 'package-test', entrypoint: folder('workerd', 'worker.js'), compatibilityDate: '2026-04-01',
    dev: { logLevel: 'error', server: { port: 0 }, inspector: false, watch: false },
  });
  try {
    const answer = await (await worker.fetch('http://worker/')).json();
    assert.deepEqual({ numbers: answer.numbers, session: answer.session }, { numbers: {}, session: null });
  } finally {
    await worker.dispose();
  }
});

test('what is not imported is not bundled', SLOW, async () => {
  await writeFile(folder('esbuild', 'nothing.js'), "import { init } from 'dni-wasm';\nimport { useDniNumber } from 'dni-wasm/react';\n");
  const { stdout } = await run('esbuild', ['nothing.js', '--bundle', '--format=esm', '--external:react'], folder('esbuild'));
  assert.equal(stdout.replace(/^\/\/.*$/gm, '').trim(), '');
});

test('the types fit, strictly', SLOW, async () => {
  await run('tsc', ['--project', 'tsconfig.json'], folder('types'));
});

test('a React page hydrates without a mismatch, then shows the number', SLOW, async (t) => {
  await bundle('react');
  await run('esbuild', ['phone.js', '--bundle', '--format=esm', '--platform=node', '--packages=external', '--outfile=dist/phone.mjs'], folder('react'));
  const [{ createElement }, { renderToString }, { App }] = await Promise.all([
    import('react'), import('react-dom/server'), import(pathToFileURL(folder('react', 'dist/phone.mjs'))),
  ]);
  const rendered = renderToString(createElement(App));
  assert.match(rendered, /\(312\) 555-0142/);
  const index = await readFile(folder('react', 'index.html'), 'utf8');
  await writeFile(folder('react', 'dist/index.html'), index.replace('{{ROOT}}', rendered));

  const { visit } = await open(t, {}, folder('react', 'dist'));
  const page = await visit('index.html', { settle: false });
  await shows(page, '#number', 'Call (312) 555-0151 (0)');
  await page.click('#number');
  await shows(page, '#number', 'Call (312) 555-0151 (1)');
  assert.deepEqual(await page.evaluate(() => window.mismatches), []);
  await page.evaluate(() => api.release());
  await shows(page, '#number', 'Call (312) 555-0142 (1)');
  assert.deepEqual(page.errors, []);
});

test('the element shows the number in its own words, and puts them back', SLOW, async (t) => {
  await bundle('element');
  const { visit } = await open(t, {}, folder('element', 'dist'));
  const page = await visit('index.html', { settle: false });
  const texts = (expected) => Promise.all(Object.entries(expected).map(([id, text]) => shows(page, `#${id}`, text)));
  await texts({ words: '(312) 555-0151', sentence: 'Call 312.555.0151 today', empty: '312-555-0151', other: '312-555-0199' });
  await page.evaluate(() => api.release());
  await texts({ words: 'Call us', sentence: 'Call 312.555.0142 today', empty: '312-555-0142', other: '312-555-0199' });
  assert.deepEqual(page.errors, []);
});

test('starting twice is starting once, and another site is refused', SLOW, async (t) => {
  await cp(path.join(workshop, 'node_modules/dni-wasm'), folder('script', 'dist'), { recursive: true });
  await cp(folder('script', 'index.html'), folder('script', 'dist/index.html'));
  const { visit, edge } = await open(t, {}, folder('script', 'dist'));
  const page = await visit('index.html');
  const [same, other, nowhere, nobody] = await page.evaluate(async (edge) => {
    const { init } = await import('./index.js');
    return [
      init({ site: 'harbor-heating', edge }) === window.dni,
      await init({ site: 'another-site', edge }).getSwapNumbers('312-555-0142'),
      await init({ site: 'harbor-heating' }).getSwapNumbers('312-555-0142'),
      await init({ edge }).getSwapNumbers('312-555-0142'),
    ];
  }, edge.url);
  assert.equal(same, true);
  assert.deepEqual(other, {});
  assert.deepEqual(nowhere, {});
  assert.deepEqual(nobody, {});
  assert.equal(edge.asked('lease').length, 1);
});

async function bundle(project) {
  await run('esbuild', ESBUILD, folder(project));
  await cp(folder(project, 'index.html'), folder(project, 'dist/index.html'));
}

async function isSwapped(t, pages) {
  const { visit, edge } = await open(t, {}, pages);
  const page = await visit('index.html', { settle: false });
  await shows(page, '#number', '312-555-0151');
  assert.equal(edge.asked('lease').length, 1);
  assert.deepEqual(page.errors, []);
}

async function shows(page, selector, text) {
  let shown;
  const isShown = async () => {
    shown = await page.textContent(selector);
    return shown === text;
  };
  await until(isShown, `${selector} to show ${text}`)
    .catch(async (error) => { throw new Error(`${error.message}; it shows ${shown} in ${await html(page)}\n${page.errors}`); });
}

function filter(names, ending) {
  return names.filter((name) => name.endsWith(ending));
}
