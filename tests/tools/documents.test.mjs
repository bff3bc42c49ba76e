/** What the pages of the documentation name is there: settings, commands, files, sizes. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from './package.mjs';

const PAGES = [...readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`), 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'dni-wasm/npm/README.md'];
const read = (file) => readFileSync(path.join(ROOT, file), 'utf8');
const pages = PAGES.map((name) => [name, read(name)]);
/** What is made by a command, and is not there before. */
const MADE = /^(target|node_modules|edge-worker\/build)\b/;

/** All text of the Rust files below some folders, without their tests. */
function rust(...folders) {
  const files = folders.flatMap((folder) => readdirSync(path.join(ROOT, folder), { recursive: true }).map((name) => path.join(folder, name)));
  return files.filter((name) => name.endsWith('.rs')).map((name) => read(name).split('#[cfg(test)]\nmod tests')[0]).join('\n');
}

test('each variable and secret that the worker reads is documented, and no other', () => {
  const code = rust('edge-worker/src', 'edge-worker/core/src', 'call-router/src');
  const names = (text, mark) => new Set([...text.matchAll(new RegExp(`${mark}((?:ACCESS|AI|API|BANDWIDTH|FALLBACK|JAMBONZ|LINK|PLIVO|PUBLIC|SIGNALWIRE|SIGNING|SWEEP|TELNYX|TWILIO|VONAGE)_[A-Z_]*[A-Z])${mark}`, 'g'))].map(([, name]) => name));
  const used = names(code, '"');
  const documented = names(pages.filter(([name]) => name.startsWith('docs/')).map(([, text]) => text).join('\n'), '\\b');
  assert.ok(used.size > 20);
  // A carrier's secret of before is read under its name with this behind it.
  const isRead = (name) => used.has(name) || used.has(name.replace(/_PREVIOUS$/, ''));
  assert.deepEqual([...documented].filter((name) => !isRead(name)), [], 'documented, and nobody reads it');
  assert.deepEqual([...used].filter((name) => !documented.has(name)), [], 'read, and not documented');
});

test('each command is one', () => {
  const [, body] = read('xtask/src/main.rs').match(/enum Command \{([\s\S]*?)\n\}/);
  const commands = [...body.matchAll(/^ {4}([A-Z]\w+)/gm)].map(([, name]) => name.toLowerCase());
  const flags = rust('xtask/src');
  const [, own] = read('dni-wasm/npm/bin/dni-wasm.js').match(/const COMMANDS = \{([\s\S]*?)\n\};/);
  for (const [name, text] of pages) {
    for (const [, command] of text.matchAll(/cargo xtask ([a-z]+)/g)) assert.ok(commands.includes(command), `${name}: cargo xtask ${command}`);
    for (const [, command] of text.matchAll(/npx dni-wasm ([a-z-]+)/g)) assert.ok(new RegExp(`\\b${command}\\b`).test(own), `${name}: npx dni-wasm ${command}`);
    for (const [, command, flag] of text.matchAll(/cargo xtask ([a-z]+) --([a-z-]+)/g)) {
      assert.ok(new RegExp(`^ +(?:pub )?${flag.replaceAll('-', '_')}:`, 'm').test(flags), `${name}: cargo xtask ${command} --${flag}`);
    }
    for (const [, crate, example] of text.matchAll(/-p ([\w-]+) --example (\w+)/g)) {
      assert.ok([`${crate}/examples/${example}.rs`, `${crate}/examples/${example}/main.rs`].some((file) => existsSync(path.join(ROOT, file))), `${name}: ${example}`);
    }
  }
});

test('each file that is named is there', () => {
  const top = readdirSync(ROOT);
  for (const [name, text] of pages.filter(([page]) => page !== 'dni-wasm/npm/README.md')) {
    for (const [, file] of text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)\/?`/g)) {
      // Names of npm's and of addresses begin otherwise.
      const isOurs = top.includes(file.split('/')[0]) && !/^dni-wasm\/(tools|react|inline|element)$/.test(file);
      assert.ok(!isOurs || MADE.test(file) || existsSync(path.join(ROOT, file)), `${name}: ${file}`);
    }
  }
});

test('sizes are those of the last build, to the kilobyte', () => {
  const { files } = JSON.parse(read('target/dni/dist/manifest.json'));
  const kilobytes = (...names) => names.reduce((sum, name) => sum + files[name].brotli, 0) / 1024;
  const near = (file, pattern, expected) => {
    const [, said] = read(file).match(pattern) ?? assert.fail(`${file} says no size: ${pattern}`);
    assert.ok(Math.abs(Number(said) - expected) <= 1, `${file} says ${said} KB, and it is ${expected.toFixed(1)}`);
  };
  const all = kilobytes('tag', 'glue', 'wasm');
  near('README.md', /downloads, brotli \| ([\d.]+) KB/, all);
  near('dni-wasm/npm/README.md', /about (\d+) KB to download/, all);
  near('docs/doctor.md', /overlay \(([\d.]+) KB\)/, kilobytes('doctor'));
  const [, said] = read('docs/install-the-tag.md').match(/for about (a quarter|a third|a fifth|a sixth|a tenth) more bytes/);
  const share = { 'a quarter': 0.25, 'a third': 0.33, 'a fifth': 0.2, 'a sixth': 0.17, 'a tenth': 0.1 }[said];
  assert.ok(Math.abs(kilobytes('inline') / all - 1 - share) < 0.07, `the single file has ${(100 * (kilobytes('inline') / all - 1)).toFixed()} % more`);
});
