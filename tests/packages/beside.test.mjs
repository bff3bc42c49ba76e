/** The package beside what a project has already: other versions of React and of browser drivers, CommonJS, test runners. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { build } from 'esbuild';
import { open, until } from '../browser/world.mjs';
import { sampled } from '../rig/extent.mjs';
import { install, run, tarball } from './installed.mjs';

const execute = promisify(execFile);
const SLOW = { timeout: 120_000 };
const BESIDE = {
  react: ['0.14.10', '15.7.0', '16.8.0', '16.14.0', '17.0.2', '18.3.1', '19.3.1', '19.4.0-canary-5d3cc4f0-20261101', '20.0.0-rc.1'],
  'puppeteer-core': ['1.20.0', '13.7.0', '21.11.0', '25.16.0', '26.0.0-beta.1'],
  'playwright-core': ['1.20.2', '1.39.0', '1.65.1', '1.66.0-alpha-2026-11-20'],
};
const TYPES = {
  'window.cts': "import { init } from 'dni-wasm';\nimport { useDniNumber } from 'dni-wasm/react';\nimport { classify } from 'dni-wasm/tools';\nimport 'dni-wasm/element';\n"
    + "const dni = init({ site: 'harbor-heating', edge: 'https://calls.example.com' });\nwindow.dni = dni;\n"
    + "export const answers = [dni.state === 'ready', useDniNumber('312-555-0142'), classify({ url: 'https://harbor.example/' }).channel];\n",
  'both.mts': "import { init, type Dni } from 'dni-wasm';\nimport { init as inline } from 'dni-wasm/inline';\n"
    + "const dni: Dni = init({ site: 'harbor-heating', edge: 'https://calls.example.com' });\nwindow.dni = dni;\nexport { dni, inline };\n",
};

let workshop;
before(async () => { workshop = await install('beside'); });

for (const [name, versions] of Object.entries(BESIDE)) {
  for (const version of versions) {
    // The oldest and the one that is not out yet: those in between have no more to say about a package that asks for none of them.
    const isSample = [versions[0], versions.at(-1)].includes(version);
    test(`it installs beside ${name} ${version}, of which it needs none`, sampled(isSample, SLOW), () => installs({ [name]: version }));
  }
}

test('it installs beside all of them at once', SLOW, () => installs({ react: '17.0.2', 'puppeteer-core': '21.11.0', 'playwright-core': '1.39.0' }));

test('a wish for newer ones would be found', SLOW, async () => {
  const picky = path.join(workshop, 'picky');
  await cp(path.join(workshop, 'node_modules/dni-wasm'), picky, { recursive: true });
  const manifest = JSON.parse(await readFile(path.join(picky, 'package.json'), 'utf8'));
  await writeFile(path.join(picky, 'package.json'), JSON.stringify({ ...manifest, peerDependencies: { react: '>=18' } }));
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts'], picky);
  await assert.rejects(installs({ react: '17.0.2' }, path.join(picky, stdout.trim())), /ERESOLVE|could not resolve|registry\.npmjs\.org\/react/, 'npm looks for another React');
});

test('CommonJS calls every part by require, and a module gets the same part', SLOW, async () => {
  const folder = await project('common', { type: 'commonjs' });
  await writeFile(path.join(folder, 'main.cjs'), `
    const assert = require('node:assert/strict');
    const { init, version } = require('dni-wasm');
    const { createElement } = require('react');
    const { renderToString } = require('react-dom/server');
    const { useDniNumber } = require('dni-wasm/react');
    const { classify, findNumbers } = require('dni-wasm/tools');
    require('dni-wasm/element');
    for (const start of [init, require('dni-wasm/inline').init]) {
      const dni = start({ site: 'harbor-heating', edge: 'https://calls.example.com' });
      assert.deepEqual([dni.version, dni.state], [version, 'failed']);
    }
    assert.equal(classify({ url: 'https://harbor.example/?gclid=Cj0KCQ' }).channel, 'paid_search');
    assert.equal(findNumbers('Call (312) 555-0142', 'US')[0].number, '+13125550142');
    assert.equal(renderToString(createElement(() => createElement('b', null, useDniNumber('312-555-0142')))), '<b>312-555-0142</b>');
    import('dni-wasm').then((module) => { assert.equal(module.version, version); process.stdout.write('fine'); });
  `);
  // Without what newer versions of Node do by themselves: load a module where a script is asked for. Jest does not.
  const { stdout } = await execute(process.execPath, ['--no-experimental-require-module', 'main.cjs'], { cwd: folder });
  assert.equal(stdout, 'fine');
});

test('a page that a test runner plays has less than a browser, and the package loads there', SLOW, () => {
  const require = createRequire(path.join(workshop, 'main.cjs'));
  const page = vm.createContext({ URL, WebAssembly, console, setTimeout, clearTimeout, performance });
  // As Jest does it: no fetch, no TextDecoder, no customElements.
  const load = (file) => {
    const module = { exports: {} };
    const from = createRequire(file);
    const code = from('node:fs').readFileSync(file, 'utf8');
    vm.compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'], { parsingContext: page, filename: file })(
      module.exports, from, module, file, path.dirname(file),
    );
    return module.exports;
  };
  const resolved = (name) => {
    const file = require.resolve(name);
    assert.match(file, /\.cjs$/, name);
    return file;
  };
  assert.equal(typeof load(resolved('dni-wasm')).init, 'function');
  assert.equal(typeof load(resolved('dni-wasm/inline')).init, 'function');
  assert.equal(typeof load(resolved('dni-wasm/react')).useDniNumber, 'function');
  load(resolved('dni-wasm/element'));
  assert.equal(load(resolved('dni-wasm/tools')).findNumbers('Call (312) 555-0142', 'US')[0].number, '+13125550142');
});

test('bundlers take the module, whichever way it is asked for', SLOW, async () => {
  const folder = await project('bundled', {});
  await writeFile(path.join(folder, 'main.js'), "const { init } = require('dni-wasm');\nrequire('dni-wasm/element');\nconst tools = require('dni-wasm/tools');\nwindow.started = [init, tools];\n");
  const { metafile } = await build({ entryPoints: [path.join(folder, 'main.js')], bundle: true, write: false, metafile: true, format: 'esm', outdir: folder, loader: { '.wasm': 'file' }, logLevel: 'silent' });
  const inputs = Object.keys(metafile.inputs);
  assert.ok(inputs.some((name) => name.endsWith('dni-wasm/index.js')), inputs.join('\n'));
  assert.ok(inputs.some((name) => name.endsWith('dni-wasm/tools/browser.js')), inputs.join('\n'));
  assert.deepEqual(inputs.filter((name) => name.endsWith('.cjs')), []);
});

test('the types fit projects of either kind, and both in one', SLOW, async () => {
  const folder = await project('typed', { type: 'commonjs' });
  for (const [name, code] of Object.entries(TYPES)) await writeFile(path.join(folder, name), code);
  for (const [module, resolution] of [['nodenext', 'nodenext'], ['node16', 'node16'], ['esnext', 'bundler']]) {
    const files = resolution === 'bundler' ? ['both.mts'] : Object.keys(TYPES);
    await run('tsc', ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom', '--types', '', '--module', module, '--moduleResolution', resolution, ...files], folder);
  }
});

test('the hook shows the number in a React that has no store of its own', SLOW, async (t) => {
  const folder = path.join(workshop, 'react');
  // What React 16.8 and 17 export of what is used here.
  await writeFile(path.join(folder, 'react-of-old.js'), "export { createElement, useCallback, useEffect, useState } from 'react';\n");
  const old = { name: 'react of old', setup: ({ onResolve }) => onResolve({ filter: /^react$/ }, ({ importer }) => (
    importer.includes('dni-wasm') ? { path: path.join(folder, 'react-of-old.js') } : undefined)) };
  const { warnings } = await build({
    entryPoints: [path.join(folder, 'main.js')], bundle: true, format: 'esm', splitting: true, outdir: path.join(folder, 'dist'), entryNames: 'bundle',
    loader: { '.wasm': 'file' }, plugins: [old], define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'silent',
  });
  assert.deepEqual(warnings, []);
  const index = await readFile(path.join(folder, 'index.html'), 'utf8');
  await mkdir(path.join(folder, 'dist'), { recursive: true });
  const rendered = '<button id="number" data-dni-noswap="true">Call (312) 555-0142 (0)</button>';
  await writeFile(path.join(folder, 'dist/index.html'), index.replace('{{ROOT}}', rendered));
  const { visit } = await open(t, {}, path.join(folder, 'dist'));
  const page = await visit('index.html', { settle: false });
  await until(async () => (await page.textContent('#number')) === 'Call (312) 555-0151 (0)');
  assert.deepEqual(await page.evaluate(() => window.mismatches), []);
  await page.evaluate(() => api.release());
  await until(async () => (await page.textContent('#number')) === 'Call (312) 555-0142 (0)');
  assert.deepEqual(page.errors, []);
});

/** A project of its own, below the workshop, so that it finds the package and what the repository has. */
async function project(name, manifest) {
  const folder = path.join(workshop, name);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name, private: true, ...manifest }));
  return folder;
}

let projects = 0;
/** Installs the package into a project that has other packages, which are empty but for their names and versions. */
async function installs(others, dni = undefined) {
  projects += 1;
  const folder = path.join(workshop, `peers-${projects}`);
  const dependencies = {};
  for (const [name, version] of Object.entries(others)) {
    const own = path.join(folder, 'vendor', name);
    await mkdir(own, { recursive: true });
    await writeFile(path.join(own, 'package.json'), JSON.stringify({ name, version }));
    dependencies[name] = `file:vendor/${name}`;
  }
  dependencies['dni-wasm'] = `file:${dni ?? await tarball()}`;
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'a-project', private: true, dependencies }));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], folder);
}
