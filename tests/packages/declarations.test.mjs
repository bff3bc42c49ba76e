/** The declarations say what is there: names that the code has are compared with those that the types and the documentation have. */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { NUMBER_REASONS, PAGE_REASONS } from '../../dni-wasm/js/doctor/reasons.js';
import { open, until } from '../browser/world.mjs';
import { ROOT, install, run } from './installed.mjs';

const SLOW = { timeout: 120_000 };
/** What a module of the package is called in `import`, with the file that Node loads for it. */
const ENTRIES = { 'dni-wasm': 'index.js', 'dni-wasm/inline': 'inline.js', 'dni-wasm/react': 'react.js', 'dni-wasm/tools': 'tools/node.js' };
/** Options that are none of the tag's: where a module finds its file. */
const OF_THE_MODULE = ['wasmUrl'];

let workshop;
/** The code, as text: what of it cannot be asked for at run time. */
const text = {};
/** The page of a visitor whose numbers are shown. */
let live;

before(async () => {
  workshop = await install('declarations');
  const files = {
    tag: 'dni-wasm/js/tag.js', page: 'dni-wasm/js/page/index.js', glue: 'dni-wasm/js/glue.js', options: 'dni-wasm/js/options.js', own: 'dni-wasm/js/this-tag.js', extras: 'dni-wasm/js/extras.js',
    view: 'dni-wasm/src/page_view.rs', visitor: 'dni-wasm/src/visitor.rs', wire: 'dni-core/src/wire.rs', rule: 'dni-core/src/source/rule.rs',
    inner: 'dni-wasm/js/types.d.ts', doctor: 'docs/doctor.md', api: 'docs/javascript-api.md', install: 'docs/install-the-tag.md',
  };
  for (const [name, file] of Object.entries(files)) text[name] = await readFile(path.join(ROOT, file), 'utf8');
});

test('what the modules export is declared, and nothing else', SLOW, async () => {
  const lines = await Promise.all(Object.entries(ENTRIES).map(async ([name, file]) => {
    const module = await import(pathToFileURL(path.join(workshop, 'node_modules/dni-wasm', file)));
    return same(`keyof typeof import('${name}')`, Object.keys(module));
  }));
  await compiles(lines);
});

test('window.dni has what is declared, and so has the one that does nothing', SLOW, async (t) => {
  const { api, report, session } = await page(t);
  const { init } = await import(pathToFileURL(path.join(workshop, 'node_modules/dni-wasm/index.js')));
  const nothing = init({ site: 'harbor-heating', edge: 'https://calls.example.com' });
  assert.deepEqual(Object.keys(nothing).sort(), api);
  for (const name of ['report', 'getSession', 'swap']) assert.equal(await nothing[name](), undefined, name);
  await compiles([
    same("import('dni-wasm').State", states()),
    `export const nothing: import('dni-wasm').State = ${JSON.stringify(nothing.state)};`,
    same("keyof import('dni-wasm').Dni", api),
    same("keyof import('dni-wasm').PageReport", report),
    same("keyof import('dni-wasm').Touch", Object.keys(session.history.touches[0])),
    fits("import('dni-wasm').Session", session),
    // What a page keeps by and by: the fields that the library writes.
    same("keyof import('dni-wasm').Session", [...kept(), 'expires_at', 'consent']),
  ]);
});

test('numbers and choices are what the edge sends', SLOW, async () => {
  await compiles([
    same("keyof import('dni-wasm').Assigned", fieldsOf(text.wire, 'Assigned')),
    same("NonNullable<import('dni-wasm').Assigned['kind']>", variantsOf(text.wire, 'AssignedKind')),
    same("keyof import('dni-wasm').Choice", fieldsOf(text.wire, 'RuleChoice')),
    same("import('dni-wasm').Choice['precedence']", variantsOf(text.rule, 'Precedence')),
    same("import('dni-wasm').Consent", variantsOf(text.wire, 'Consent')),
  ]);
});

test('events and the codes of errors are those that are told', SLOW, async () => {
  await compiles([
    same("keyof import('dni-wasm').Events", events()),
    same("import('dni-wasm').ErrorCode", errorCodes()),
  ]);
});

test('options are those that are read, and their values those that are documented', SLOW, async () => {
  const documented = optionsOf(text.install);
  const values = (option) => documented.get(option) ?? assert.fail(`docs/install-the-tag.md has no data-${option}`);
  await compiles([
    same(`Exclude<keyof import('dni-wasm').Options, ${union(OF_THE_MODULE)}>`, optionsRead()),
    ...['consent', 'dnt', 'lease', 'print', 'copy', 'compat'].map((name) => same(`NonNullable<import('dni-wasm').Options['${name}']>`, values(name))),
  ]);
  assert.deepEqual([...documented.keys()].sort(), optionsRead());
});

test('the documentation names every state, event, code and call', SLOW, async (t) => {
  const { api } = await page(t);
  const [, stated] = text.api.match(/^States: ([\s\S]*?)\n\n/m);
  assert.deepEqual(named(stated), states());
  assert.deepEqual(named(column(text.api, '## Events', 0)), events());
  const [, codes] = text.api.match(/`\{code\}`: (.*) \|$/m);
  assert.deepEqual(named(codes), errorCodes());
  const calls = [...column(text.api, '## Calls', 0).matchAll(/`dni\.(\w+)/g)].map(([, name]) => name);
  // `push` is the queue's.
  assert.deepEqual([...calls, 'push'].sort(), api);
  const [, session] = text.api.match(/`dni\.getSession\(\)` \|.*?: (.*) \|$/m);
  assert.deepEqual(named(session), [...kept(), 'expires_at', 'consent'].sort());
});

test('the documentation names every code of the doctor, and every field of its report', () => {
  const numbers = [...rows(text.doctor, '## What is said of a number')].flatMap(([codes, kind]) => named(codes).map((code) => [code, kind]));
  const told = Object.entries(NUMBER_REASONS).map(([code, { kind }]) => [code, kind]);
  assert.deepEqual(numbers.sort(), told.sort());
  const [paragraph] = chapter(text.doctor, '## What is said of the page').split('\nBesides');
  assert.deepEqual(named(paragraph), Object.keys(PAGE_REASONS).sort());
  const fields = Object.fromEntries([...rows(text.doctor, '## As JSON')].map(([name, meaning]) => [named(name)[0], named(meaning)]));
  assert.deepEqual(Object.keys(fields).sort(), declared('Report'));
  for (const [field, type] of [['findings', 'Finding'], ['numbers', 'Judged'], ['visitor', 'ReportedVisitor']]) {
    const unsaid = declared(type).filter((name) => !fields[field].includes(name) && name !== 'element');
    assert.deepEqual(unsaid, [], field);
  }
});

test('a type that drifts is found', SLOW, async () => {
  await assert.rejects(compiles([same("import('dni-wasm').State", [...states(), 'asleep'])]), /asleep/);
  await assert.rejects(compiles([same("import('dni-wasm').State", states().slice(1))]), /consent/);
});

/** The live API of a page, its report and the session, once a number is shown. */
async function page(t) {
  live ??= await (async () => {
    await cp(path.join(workshop, 'node_modules/dni-wasm'), path.join(workshop, 'script/dist'), { recursive: true });
    await cp(path.join(workshop, 'script/index.html'), path.join(workshop, 'script/dist/index.html'));
    const { visit } = await open(t, {}, path.join(workshop, 'script/dist'));
    const page = await visit('index.html', { settle: false });
    await until(async () => (await page.textContent('#number')) === '312-555-0151');
    return page.evaluate(async () => ({
      api: Object.keys(window.dni).sort(), report: Object.keys(await window.dni.report()), session: await window.dni.getSession(),
    }));
  })();
  return live;
}

/** Compiles some lines that use the package's types, strictly; rejects with what tsc says. */
async function compiles(lines) {
  const folder = path.join(workshop, 'types');
  const help = 'type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : { missing: Exclude<B, A> }) : { extra: Exclude<A, B> };\n';
  await writeFile(path.join(folder, 'main.ts'), `${help}${lines.join('\n')}\nexport {};\n`);
  await run('tsc', ['--project', 'tsconfig.json'], folder);
}

let count = 0;
/** A line that compiles only if a type's names are these. */
function same(type, names) {
  assert.ok(names.length > 0, `the code has no names for ${type}`);
  count += 1;
  return `export const same${count}: Same<${type}, ${union(names)}> = true;`;
}

function fits(type, value) {
  count += 1;
  return `export const fits${count}: ${type} = ${JSON.stringify(value)};`;
}

function union(names) {
  return names.map((name) => `'${name}'`).join(' | ');
}

function states() {
  const [, obstacle] = text.tag.match(/function obstacle\(\) \{([\s\S]*?)\n {2}\}\n/);
  return unique([...all(text.tag, /dni\.state = '(\w+)'/g), ...all(obstacle, /return '(\w+)'/g)]);
}

function events() {
  return unique([...all(text.tag + text.glue, /emit\('(\w+)'/g), ...all(text.view, /emit\("(\w+)"/g)]);
}

/** The codes that JavaScript tells, and the edge's reasons but for those that are told in another way. */
function errorCodes() {
  const own = [...all(text.tag + text.glue, /emit\('error', \{ code: '(\w+)' \}/g), ...all(text.glue, /code: reason \?\? '(\w+)'/g)];
  const told = all(text.glue, /reason [!=]== '(\w+)'/g);
  assert.ok(own.length > 0 && told.length > 0);
  return unique([...own, ...variantsOf(text.wire, 'NoNumber').filter((reason) => !told.includes(reason))]);
}

function optionsRead() {
  const read = all(text.tag + text.page + text.options + text.own, /\boptions\.(\w+)/g);
  const taken = all(text.extras, /options: \{ (\w+) \}/g);
  return unique([...read, ...taken, 'site']).filter((name) => name !== 'js');
}

/** What a visitor is kept with: who they are, and what the library takes from the edge. */
function kept() {
  const [, names] = text.visitor.match(/for name in \[([^\]]*)\] \{\s*set\(&self\.0, name, &get\(reply, name\)\)/);
  return ['visitor', ...all(names, /"(\w+)"/g)];
}

/** The names of a Rust struct's fields, as they are on the wire. */
function fieldsOf(rust, name) {
  const [, body] = rust.match(new RegExp(`pub struct ${name} \\{\\n([\\s\\S]*?)\\n\\}`));
  return all(body, /^ {4}pub (\w+):/gm);
}

/** The names of a Rust enum's variants, as they are on the wire. */
function variantsOf(rust, name) {
  const [, body] = rust.match(new RegExp(`pub enum ${name} \\{\\n([\\s\\S]*?)\\n\\}`));
  return all(body, /^ {4}(\w+),$/gm).map((variant) => variant.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase());
}

/** The options of the documentation's table with their values; a row without a name goes on with the option above. */
function optionsOf(page) {
  const options = new Map();
  let current = [];
  for (const [names, value] of rows(page, '## Options')) {
    const found = all(names, /`data-([\w-]+)`/g).map((name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()));
    if (found.length) current = found;
    for (const name of current) options.set(name, [...(options.get(name) ?? []), ...all(value, /`([^`]+)`/g)]);
  }
  return options;
}

/** The fields of an interface that the library's own parts share, those of what it extends among them. */
function declared(name) {
  const [, base, body] = text.inner.match(new RegExp(`export interface ${name}(?: extends (\\w+))? \\{\\n([\\s\\S]*?)\\n\\}`));
  return unique([...all(body, /^ {2}(\w+)\??:/gm), ...(base ? declared(base) : [])]);
}

function chapter(page, heading) {
  const [, own] = page.split(`\n${heading}\n`);
  return own.split('\n## ')[0];
}

/** The cells of a chapter's tables, row by row, without the headings. */
function* rows(page, heading) {
  for (const [, row] of [...chapter(page, heading).matchAll(/^\|(.*)\|$/gm)].slice(2)) yield row.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

function column(page, heading, at) {
  return [...rows(page, heading)].map((row) => row[at]).join('\n');
}

/** The names in code marks. */
function named(prose) {
  return unique(all(prose, /`(\w+)`/g));
}

function all(where, pattern) {
  return [...where.matchAll(pattern)].map(([, name]) => name);
}

function unique(names) {
  return [...new Set(names)].sort();
}
