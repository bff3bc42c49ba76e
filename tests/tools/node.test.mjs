/** The tools from the packed tarball, in every Node on this machine. */
import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { answer } from './answer.mjs';
import { INPUTS, VERSION, coreAnswers, installPackage, nodes } from './package.mjs';

let project;
let tools;

before(async () => {
  project = installPackage();
  const entry = createRequire(project.file('package.json')).resolve('dni-wasm/tools');
  tools = await import(pathToFileURL(entry).href);
});

after(() => project.remove());

describe('the package', () => {
  test('is named, versioned and licensed', () => {
    const manifest = JSON.parse(readFileSync(project.file('node_modules/dni-wasm/package.json'), 'utf8'));
    assert.equal(manifest.version, VERSION);
    assert.equal(manifest.license, 'MIT OR Apache-2.0');
    assert.equal(manifest.dependencies, undefined);
    for (const name of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'tools/index.d.ts']) {
      assert.ok(readFileSync(project.file(`node_modules/dni-wasm/${name}`)).length > 100, name);
    }
  });

  test('loads nothing when it is imported', () => {
    const wasm = project.file('node_modules/dni-wasm/tools/dni_tools.wasm');
    project.write('import.mjs', `import * as tools from 'dni-wasm/tools';
let code = 'none';
try { tools.formatLike('+13125550151', '312.555.0142'); } catch (error) { code = error.code; }
console.log(code);
`);
    renameSync(wasm, `${wasm}.away`);
    try {
      assert.equal(project.run(process.execPath, 'import.mjs').trim(), 'ENOENT', 'only the first call needs the file');
    } finally {
      renameSync(`${wasm}.away`, wasm);
    }
    assert.equal(project.run(process.execPath, 'import.mjs').trim(), 'none');
  });

  test('takes bytes or a module of the caller\'s own', () => {
    project.write('init.mjs', `import { readFileSync } from 'node:fs';
import { formatLike, init } from 'dni-wasm/tools';
await init(new WebAssembly.Module(readFileSync('node_modules/dni-wasm/tools/dni_tools.wasm')));
await init();
console.log(formatLike('+13125550151', '312.555.0142'));
`);
    assert.equal(project.run(process.execPath, 'init.mjs').trim(), '312.555.0151');
  });
});

test('answers as the core does', () => {
  const ours = answer(tools, INPUTS);
  const core = coreAnswers();
  core.visits.forEach((expected, n) => assert.deepEqual(asCore(ours.visits[n], expected.campaign), expected, JSON.stringify(INPUTS.visits[n])));
  core.texts.forEach((expected, n) => {
    const { text } = INPUTS.texts[n];
    const inUnits = (place) => Buffer.from(text).subarray(0, place).toString().length;
    assert.deepEqual(ours.texts[n], expected.map((one) => ({ ...one, start: inUnits(one.start), end: inUnits(one.end) })), text);
  });
  assert.deepEqual(ours.formats, core.formats);
  assert.deepEqual(ours.sizes, core.sizes);
  assert.deepEqual(ours.simulations.map(({ policy, overflowed, hash }) => ({ policy, overflowed, hash })), core.simulations);
});

for (const [version, program] of nodes()) {
  test(`answers the same in Node ${version}`, () => {
    assert.deepEqual(JSON.parse(project.run(program, 'print.mjs')), answer(tools, INPUTS));
  });
}

test('places in a text are JavaScript\'s own', () => {
  const cases = [
    ['Call (312) 555-0142 now', ['(312) 555-0142']],
    ['\u{1f4de}\u{1f3fd} (312) 555-0142 \u{1f469}\u200d\u{1f467} 847.555.0151 \u65e5\u672c', ['(312) 555-0142', '847.555.0151']],
    ['a lone \ud83d half 312-555-0142, and \udcde another 847-555-0151', ['312-555-0142', '847-555-0151']],
    ['\u0000\u00df\uffff 312-555-0142', ['312-555-0142']],
    ['no number here \u{1f4de}', []],
  ];
  for (const [text, expected] of cases) {
    assert.deepEqual(tools.findNumbers(text, 'US').map(({ start, end }) => text.slice(start, end)), expected, text);
  }
});

test('the region is the United States if it is left out', () => {
  for (const region of [undefined, null, 'us', 'CA']) {
    assert.equal(tools.findNumbers('312-555-0142', region)[0].number, '+13125550142', String(region));
  }
});

test('says what it cannot use', () => {
  const { numbers } = tools.sizePool({ visitorsPerHour: 60 });
  const cases = [
    [() => tools.classify(), 'not_an_object', 'the options'],
    [() => tools.classify('https://harbor.example/'), 'not_an_object', 'the options'],
    [() => tools.classify({}), 'bad_option', '`url`'],
    [() => tools.classify({ url: 1 }), 'bad_option', 'url'],
    [() => tools.classify({ url: '', hots: [] }), 'unknown_option', 'hots; there are: url, referrer'],
    [() => tools.classify({ url: '', hosts: ['a.example', 1] }), 'bad_option', 'hosts[1]'],
    [() => tools.classify({ url: '', hosts: 5 }), 'bad_option', 'hosts'],
    [() => tools.classify({ url: '', hosts: Array(1001).fill('a.example') }), 'too_many_hosts', '1000'],
    [() => tools.findNumbers(5), 'not_a_string', 'text'],
    [() => tools.findNumbers('', 'USA'), 'unknown_region', 'region'],
    [() => tools.findNumbers('', 1), 'not_a_string', 'region'],
    [() => tools.formatLike('312', ''), 'phone_no_country_code', '+'],
    [() => tools.formatLike('+13125550151'), 'not_a_string', 'example'],
    [() => tools.sizePool(), 'not_an_object', 'the options'],
    [() => tools.sizePool({}), 'bad_option', 'visitorsPerHour'],
    [() => tools.sizePool({ visitorsPerHour: 1, hourly: [1] }), 'bad_option', 'either'],
    [() => tools.sizePool({ visitorsPerHour: NaN }), 'arrivals_out_of_range', '1,000,000'],
    [() => tools.sizePool({ visitorsPerHour: '6' }), 'bad_option', 'visitorsPerHour'],
    [() => tools.sizePool({ hourly: [1, 2] }), 'histogram_length', '24'],
    [() => tools.sizePool({ hourly: 'busy' }), 'bad_option', 'hourly'],
    [() => tools.sizePool({ visitorsPerHour: 6, rules: { hold: 1 } }), 'unknown_option', 'rules.hold; there are: holdSeconds'],
    [() => tools.sizePool({ visitorsPerHour: 6, rules: [] }), 'not_an_object', 'rules'],
    [() => tools.sizePool({ visitorsPerHour: 6, rules: { holdSeconds: 5 } }), 'hold_too_short', '120'],
    [() => tools.sizePool({ visitorsPerHour: 6, rules: { graceSeconds: Infinity } }), 'bad_option', 'rules.graceSeconds'],
    [() => tools.sizePool({ visitorsPerHour: 6, rules: { graceSeconds: 'x' } }), 'bad_option', 'rules.graceSeconds'],
    [() => tools.sizePool({ visitorsPerHour: 6, visitSeconds: -1 }), 'bad_option', 'visitSeconds'],
    [() => tools.simulatePool({ policy: 'best' }), 'unknown_policy', 'first_free'],
    [() => tools.simulatePool({ visitors: 0 }), 'visitors_out_of_range', '1,000,000'],
    [() => tools.simulatePool({ visitors: 1.5 }), 'bad_option', 'visitors'],
    [() => tools.simulatePool({ seed: -1 }), 'bad_option', 'seed'],
    [() => tools.simulatePool({ number: 5 }), 'unknown_option', 'number; there are'],
    [() => tools.simulatePool([]), 'not_an_object', 'the options'],
  ];
  for (const [call, code, part] of cases) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof Error, String(call));
      assert.equal(error.code, code, `${call}: ${error.message}`);
      assert.ok(error.message.includes(part) && error.message.endsWith('.'), `${call}: ${error.message}`);
      return true;
    });
  }
  assert.equal(tools.sizePool({ visitorsPerHour: 60 }).numbers, numbers, 'it still works after all that');
});

test('a long unknown name and hostile objects do no harm', () => {
  const hostile = { get url() { throw new TypeError('mine'); } };
  assert.throws(() => tools.classify(hostile));
  assert.throws(() => tools.classify({ url: '', [`${'x'.repeat(10_000)}`]: 1 }), ({ message }) => message.length < 200);
  // What makes an address too long is left out of it, whole.
  assert.equal(tools.classify({ url: `https://harbor.example/?utm_source=${'a'.repeat(1_000_000)}&gclid=1` }).source, 'google');
  assert.equal(tools.classify({ url: `https://harbor.example/?utm_source=${'a'.repeat(1_000)}` }).source.length, 255);
  assert.equal(tools.classify(Object.create(null, { url: { value: 'https://harbor.example/?gclid=1', enumerable: true } })).source, 'google');
});

/** A visit's answer under the names that the core gives its parts; what the tools leave out is taken from its `campaign`. */
function asCore(visit, { source, medium }) {
  const campaign = {
    source, medium, campaign: visit.campaign, term: visit.term, content: visit.content,
    click_ids: visit.clickIds.map(({ name, value }) => ({ kind: name, value })),
  };
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const present = Object.entries(visit.details).filter(([, value]) => value !== null);
  return {
    source: visit.source,
    medium: visit.medium,
    touch_rule: visit.touchRule,
    channel: visit.channel,
    channel_name: visit.channelName,
    channel_rule: visit.channelRule,
    is_paid: visit.isPaid,
    campaign,
    details: Object.fromEntries(present.map(([name, value]) => [snake(name), value])),
    marks: visit.marks.map(({ name, value }) => (value === null ? { kind: name } : { kind: name, value })),
    search_term: visit.searchTerm,
    referrer: visit.referrer,
    landing: visit.landing,
  };
}
