/** The package's README keeps its word: the recipes that can run here are run as they are written. */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';
import { open, until } from '../browser/world.mjs';
import { inAll } from '../rig/extent.mjs';
import { install, ROOT, run } from './installed.mjs';

const PAGE = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Recipe</title></head><body><main></main>SCRIPT</body></html>';
const SLOW = { timeout: 120_000 };

let workshop;
let readme;
before(async () => {
  workshop = await install('recipes');
  readme = await readFile(path.join(workshop, 'node_modules/dni-wasm/README.md'), 'utf8');
});

test('plain HTML', SLOW, async (t) => {
  await isSwapped(t, await pages('html', PAGE.replace('SCRIPT', block('Plain HTML', 'html'))));
});

test('Google Tag Manager', inAll(SLOW), async (t) => {
  const html = `<a href="tel:+13125550142">(312) 555-0142</a>${block('Google Tag Manager', 'html')}`;
  await isSwapped(t, await pages('gtm', PAGE.replace('SCRIPT', html)));
});

test('any bundler, with the WebAssembly named', inAll(SLOW), async (t) => {
  await runs(t, 'esbuild', '', block('Any bundler', 'js', 1), '<a href="tel:+13125550142">(312) 555-0142</a>');
});

test('React', SLOW, async (t) => {
  const mount = "import { createElement } from 'react'; import { createRoot } from 'react-dom/client';"
    + "createRoot(document.querySelector('main')).render(createElement(CallUs));";
  await runs(t, 'react', mount, block('React', 'jsx'));
});

test('Next, with the component and with the script', inAll(SLOW), async (t) => {
  const edge = `<script dangerouslySetInnerHTML={{ __html: "window.EDGE = '{{EDGE}}'" }} />`;
  const files = {
    'next.config.mjs': `export default { output: 'export', turbopack: { root: ${JSON.stringify(ROOT)} } };`,
    'app/(component)/layout.jsx': `export default function Layout({ children }) { return <html lang="en"><head>${edge}</head><body>{children}</body></html>; }`,
    'app/(component)/page.jsx': "import { CallUs } from './call-us';\nexport default function Page() { return <main><CallUs /></main>; }",
    'app/(component)/call-us.jsx': `'use client';\n${block('React', 'jsx').replace("'https://YOUR-WORKER'", 'window.EDGE')}`,
    'app/(script)/layout.jsx': block('Next', 'jsx').replace('https://YOUR-WORKER', '{{EDGE}}'),
    'app/(script)/script/page.jsx': 'export default function Page() { return <main><a href="tel:+13125550142">(312) 555-0142</a></main>; }',
  };
  const folder = path.join(workshop, 'next');
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `${text.replaceAll('YOUR-SITE', 'harbor-heating')}\n`);
  }
  await run('next', ['build'], folder);
  const pages = await flat(folder, 'out');
  await isSwapped(t, pages);
  await isSwapped(t, pages, 'a', 'script.html');
});

test('Astro', inAll(SLOW), async (t) => {
  const folder = path.join(workshop, 'astro');
  await mkdir(path.join(folder, 'src/pages'), { recursive: true });
  const recipe = block('Astro', 'astro').replace('YOUR-SITE', 'harbor-heating').replace("'https://YOUR-WORKER'", 'window.EDGE');
  const edge = "<script is:inline>window.EDGE = '{{EDGE}}';</script>";
  await writeFile(path.join(folder, 'src/pages/index.astro'), `<html lang="en"><head><title>Recipe</title>${edge}</head><body>${recipe}</body></html>`);
  await run('astro', ['build', '--silent'], folder);
  await isSwapped(t, await flat(folder, 'dist'));
});

test('Vue', inAll(SLOW), async (t) => {
  const { descriptor } = parse(block('Vue', 'vue'));
  const { content } = compileScript(descriptor, { id: 'recipe', inlineTemplate: true, genDefaultAs: 'Recipe' });
  await runs(t, 'vue', "import { createApp } from 'vue'; createApp(Recipe).mount('main');", content);
});

test('Svelte', inAll(SLOW), async (t) => {
  const { js } = compile(block('Svelte', 'svelte'), { generate: 'client', name: 'Recipe', dev: false });
  const code = js.code.replace('export default function Recipe', 'function Recipe');
  await runs(t, 'svelte', "import { mount } from 'svelte'; mount(Recipe, { target: document.querySelector('main') });", code);
});

test('a custom element', inAll(SLOW), async (t) => {
  const html = block('A custom element', 'html');
  const [, script] = html.match(/<script type="module">([\s\S]*)<\/script>/);
  const start = "import { init } from 'dni-wasm'; init({ site: 'YOUR-SITE', edge: 'https://YOUR-WORKER' });";
  await runs(t, 'element', start, script, html.replace(/<script[\s\S]*/, ''), 'dni-number');
});

/** A code block of a chapter, by its language. */
function block(chapter, language, index = 0) {
  const [, text] = readme.split(`\n## ${chapter}\n`);
  const [own] = text.split('\n## ');
  const blocks = [...own.matchAll(/^( *)```(\w+)\n([\s\S]*?)\n\1```/gm)].filter(([, , name]) => name === language);
  assert.ok(blocks[index], `the README has no ${language} under ${chapter}`);
  return blocks[index][3];
}

/** Answers a folder with all of a built site's files side by side: their names have hashes in them, and the test's site looks there. */
async function flat(folder, built) {
  for (const entry of await readdir(path.join(folder, built), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await cp(path.join(entry.parentPath, entry.name), path.join(folder, 'flat', entry.name));
  }
  return path.join(folder, 'flat');
}

/** Bundles a recipe's code and opens it. */
async function runs(t, name, mount, code, html = '', selector = 'a') {
  const folder = await pages(name, PAGE.replace('SCRIPT', `${html}<script type="module" src="./bundle.js"></script>`));
  const named = code.replaceAll("edge: 'https://YOUR-WORKER' }", "edge: 'https://YOUR-WORKER', wasmUrl }");
  const wasm = /import wasmUrl/.test(code) ? '' : "import wasmUrl from 'dni-wasm/dni_bg.wasm';\n";
  const text = `${wasm}${named}\n${mount.replace("edge: 'https://YOUR-WORKER' }", "edge: 'https://YOUR-WORKER', wasmUrl }")}`;
  const source = path.join(folder, 'recipe.jsx');
  await writeFile(source, text.replaceAll('YOUR-SITE', 'harbor-heating').replaceAll("'https://YOUR-WORKER'", 'window.EDGE'));
  await build({
    entryPoints: [source], bundle: true, format: 'esm', splitting: true, outdir: folder, entryNames: 'bundle', jsx: 'automatic',
    loader: { '.wasm': 'file' }, conditions: ['browser'], define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'silent',
  });
  await isSwapped(t, folder, selector);
}

async function pages(name, html) {
  const folder = path.join(workshop, name);
  await mkdir(folder, { recursive: true });
  const page = html.replaceAll('https://YOUR-WORKER', '{{EDGE}}').replaceAll('YOUR-SITE', '{{SITE}}');
  await writeFile(path.join(folder, 'index.html'), page.replace('<main>', "<script>window.EDGE = '{{EDGE}}';</script><main>"));
  return folder;
}

async function isSwapped(t, folder, selector = 'a', name = 'index.html') {
  const { visit } = await open(t, {}, folder);
  const page = await visit(name, { settle: false });
  await until(async () => (await page.textContent(selector)).trim() === '(312) 555-0151');
  if (selector === 'a') assert.match(await page.getAttribute('a', 'href'), /^tel:(\(312\) 555-0151|\+13125550151)$/);
  assert.deepEqual(page.errors, []);
}
