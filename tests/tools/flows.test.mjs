/** Call flows in the tools from the packed tarball: checked, simulated, and both at the command line. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT, installPackage } from './package.mjs';

const FIXTURES = path.join(ROOT, 'call-router/tests/fixtures/flow');
/** What the fixtures' own site has; see call-router/tests/all/flows.rs. */
const SITE = {
  ownNumbers: ['+13125550151', '+13125550152'], flows: ['night'], destination: '+13125550199',
  pools: ['main'], targets: ['+13125550142'], allowedCountries: ['US', 'CA', 'GB', 'DE', 'FR', 'AU', 'JP'],
};
const NEXT = { answered: 'end', no_answer: 'message', busy: 'message', failed: 'message', canceled: 'end' };
const FLOW = {
  version: 1,
  start: 'hours',
  steps: {
    hours: { type: 'schedule', time_zone: 'America/Chicago', hours: { sun: ['01:00-03:30'], mon: ['09:00-17:00'] }, next: { open: 'menu', closed: 'message' } },
    menu: { type: 'menu', say: 'For sales press 1.', tries: 2, next: { 1: 'office', no_input: 'office', invalid: 'end' } },
    office: { type: 'forward', to: '+13125550199', whisper: 'From [source].', next: NEXT },
    message: { type: 'voicemail', say: 'Leave a message.', next: { recorded: 'end', nothing: 'end' } },
    end: { type: 'hangup' },
  },
};
const MONDAY = '2026-11-23T10:00[America/Chicago]';
/** Milliseconds one command may take on a busy machine. */
const LIMIT_MS = 60_000;

let project;
let tools;

before(async () => {
  project = installPackage();
  const entry = createRequire(project.file('package.json')).resolve('dni-wasm/tools');
  tools = await import(pathToFileURL(entry).href);
  project.write('flow.json', JSON.stringify(FLOW));
  project.write('bad.json', JSON.stringify({ ...FLOW, start: 'lobby' }));
  project.write('misspelt.json', JSON.stringify({ ...FLOW, steps: { ...FLOW.steps, end: { type: 'hangup', says: 'Bye' } } }));
  project.write('script.json', JSON.stringify({ at: MONDAY, facts: { source: 'google' }, replies: ['silence', { press: '1' }, 'no_answer', 'message'] }));
});

after(() => project.remove());

describe('checkFlow', () => {
  test('finds in every fixture what the checker of the edge finds', () => {
    for (const name of readdirSync(path.join(FIXTURES, 'good'))) {
      assert.deepEqual(tools.checkFlow(fixture('good', name), SITE), [], name);
    }
    for (const name of readdirSync(path.join(FIXTURES, 'bad'))) {
      const { expect, flow } = fixture('bad', name);
      const findings = tools.checkFlow(flow, SITE);
      const expected = Array.isArray(expect)
        ? expect.map(({ code, field, severity, step }) => ({ code, severity, place: [...(step ? ['steps', step] : []), ...(field ? [field] : [])].join('.') }))
        : [{ ...expect, severity: 'error' }];
      assert.deepEqual(findings.map(({ code, place, severity }) => ({ code, severity, place })), expected, name);
      for (const { repair, sentence } of findings) assert.ok(sentence.endsWith('.') && repair.endsWith('.'), `${name}: ${sentence} ${repair}`);
      assert.deepEqual(tools.checkFlow(JSON.stringify(flow), SITE), findings, `${name}, as a text`);
    }
  });

  test('judges of the site what is told', () => {
    const codes = (site) => tools.checkFlow({ version: 1, start: 'on', steps: { on: { type: 'go_to', flow: 'night' } } }, site).map(({ code }) => code);
    assert.deepEqual(codes(), []);
    assert.deepEqual(codes({ flows: [] }), ['flow_missing']);
    assert.deepEqual(codes({ flows: ['night'], destination: '+13125550199' }), []);
    assert.deepEqual(codes({ ownNumbers: ['+13125550199'], destination: '+13125550199' }), ['forwards_to_itself']);
  });

  test('takes what is no flow for a finding, and no value for a mistake', () => {
    const cases = [
      ['', 'no_json'], ['{', 'no_json'], [null, 'wrong_type'], [[], 'wrong_type'], [5, 'wrong_type'], [{}, 'missing_field'],
    ];
    for (const [flow, code] of cases) assert.deepEqual(tools.checkFlow(flow).map((one) => one.code), [code], JSON.stringify(flow));
    const circle = {};
    circle.self = circle;
    for (const flow of [undefined, () => {}, circle, { steps: 1n }]) assert.throws(() => tools.checkFlow(flow), { code: 'not_an_object' });
    assert.throws(() => tools.checkFlow('x'.repeat(2_000_001)), { code: 'text_too_long' });
    assert.throws(() => tools.checkFlow(FLOW, { own: [] }), { code: 'unknown_option' });
    assert.throws(() => tools.checkFlow(FLOW, { destination: '911' }), { code: 'bad_option' });
    assert.throws(() => tools.checkFlow(FLOW, { flows: ['No Name'] }), { code: 'bad_option' });
  });
});

describe('simulateFlow', () => {
  test('plays what caller and business do', () => {
    const cases = [
      ['answered', [{ press: '1' }, 'answer'], 'hours.open menu.1 office.answered', 'hung_up'],
      ['nobody answers', [{ press: '1' }, 'no_answer', 'message'], 'hours.open menu.1 office.no_answer message.recorded', 'hung_up'],
      ['no input', ['silence', 'silence', 'busy', 'no_message'], 'hours.open menu.no_input menu.no_input office.busy message.nothing', 'hung_up'],
      ['wrong input', [{ press: '9' }, { press: '#' }], 'hours.open menu.invalid menu.invalid', 'hung_up'],
      ['hangs up', ['hang_up'], 'hours.open', 'caller_left'],
      ['the script is too short', [], 'hours.open', 'waiting'],
      ['what does not fit', ['message'], 'hours.open', 'waiting'],
    ];
    for (const [name, replies, steps, ending] of cases) {
      const walk = tools.simulateFlow(FLOW, { at: MONDAY, replies });
      assert.deepEqual([stepsOf(walk), walk.ending], [steps, ending], name);
    }
  });

  test('says what is heard', () => {
    const { heard, path: [first, menu] } = tools.simulateFlow(FLOW, { at: MONDAY, facts: { source: 'google' }, replies: [{ press: '1' }, 'no_answer', 'message'] });
    assert.deepEqual(heard, [
      { what: 'said', text: 'For sales press 1.' },
      { what: 'asked', wait_seconds: 5 },
      { what: 'rang', to: ['+13125550199'], seconds: 30, recorded: false },
      { what: 'said', text: 'Leave a message.' },
      { what: 'tone', max_seconds: 120 },
    ]);
    assert.deepEqual(first, { flow: null, step: 'hours', turn: 1, attempt: 0, outcome: 'open' });
    assert.equal(menu.outcome, null, 'it waits for a key');
    const { heard: whispered } = tools.simulateFlow(FLOW, { at: MONDAY, facts: { source: 'google' }, replies: [{ press: '1' }, 'answer'] });
    assert.deepEqual(whispered.at(-1), { what: 'whispered', text: 'From google.' });
  });

  test('goes by the clock on the wall on the days on which it is changed', () => {
    const cases = [
      // 8 March 2026: after 01:59 comes 03:00.
      ['2026-03-08T00:59[America/Chicago]', 'closed'],
      ['2026-03-08T07:00:00Z', 'open'],
      ['2026-03-08T01:59-06:00', 'open'],
      ['2026-03-08T03:00-05:00', 'open'],
      ['2026-03-08T08:29:59Z', 'open'],
      ['2026-03-08T08:30:00Z', 'closed'],
      // 1 November 2026: 01:00 to 01:59 comes twice.
      ['2026-11-01T00:59:59-05:00', 'closed'],
      ['2026-11-01T01:30-05:00', 'open'],
      ['2026-11-01T01:30-06:00', 'open'],
      ['2026-11-01T03:29[America/Chicago]', 'open'],
      [Date.parse('2026-11-01T09:30:00Z'), 'closed'],
      [new Date('2026-11-01T09:29:59Z'), 'open'],
    ];
    for (const [at, outcome] of cases) assert.equal(stepsOf(tools.simulateFlow(FLOW, { at })), `hours.${outcome}`, String(at));
  });

  test('takes now if no time is said, and a call without a script', () => {
    const now = tools.simulateFlow(FLOW);
    assert.match(stepsOf(now), /^hours\.(open|closed)$/);
    assert.equal(now.ending, 'waiting');
  });

  test('goes on in other flows, and names them', () => {
    const flow = { version: 1, start: 'on', steps: { on: { type: 'go_to', flow: 'night' } } };
    const night = { version: 1, start: 'bye', steps: { bye: { type: 'hangup' } } };
    const walk = tools.simulateFlow(flow, {}, { night });
    assert.deepEqual(walk.path.map((visit) => [visit.flow, visit.step]), [[null, 'on'], ['night', 'bye']]);
    const { heard } = tools.simulateFlow(flow, { destination: '+13125550199' });
    assert.equal(heard[0].what, 'rang', 'a flow that does not exist rings the destination');
  });

  test('names what it cannot read', () => {
    const cases = [
      [() => tools.simulateFlow(), 'not_an_object', 'flow'],
      [() => tools.simulateFlow({ ...FLOW, steps: { end: { type: 'hangup', says: '' } } }), 'bad_flow', 'steps.end.says'],
      [() => tools.simulateFlow(FLOW, { replies: ['shout'] }), 'bad_script', 'replies[0]'],
      [() => tools.simulateFlow(FLOW, { replies: 'answer' }), 'bad_script', 'replies'],
      [() => tools.simulateFlow(FLOW, { at: 'yesterday' }), 'bad_script', 'at is "yesterday"'],
      [() => tools.simulateFlow(FLOW, { facts: { sauce: 'google' } }), 'bad_script', 'facts.sauce'],
      [() => tools.simulateFlow(FLOW, { facts: { risk: 300 } }), 'bad_script', 'facts.risk'],
      [() => tools.simulateFlow(FLOW, {}, { night: {} }), 'bad_flows', 'night.version'],
      [() => tools.simulateFlow(FLOW, {}, { 'No Name': FLOW }), 'bad_flows', 'No Name'],
    ];
    for (const [call, code, part] of cases) {
      assert.throws(call, (error) => {
        assert.deepEqual([error.code, error.message.includes(part)], [code, true], `${call}: ${error.message}`);
        return true;
      });
    }
  });
});

describe('the command line', () => {
  test('check-flow', () => {
    const cases = [
      [['check-flow', 'flow.json'], 0, /can be published/],
      [['check-flow', 'flow.json', '--destination', '+13125550199', '--own', '+13125550199'], 1, /✖ steps\.office\.to {2}forwards_to_itself/],
      [['check-flow', 'bad.json'], 1, /✖ start {2}start_missing\n.*lobby.*\n {4}→ /],
      [['check-flow', 'misspelt.json'], 1, /✖ steps\.end\.says {2}unknown_field/],
      [['check-flow', 'nowhere.json'], 2, /nowhere\.json cannot be read: ENOENT/],
      [['check-flow'], 2, /which flow\?\n\nusage: dni-wasm check-flow FILE/],
      [['check-flow', 'flow.json', 'bad.json'], 2, /one flow at a time/],
      [['check-flow', 'flow.json', '--jason'], 2, /--jason/],
      [['check-flow', 'flow.json', '--destination', '911'], 2, /destination cannot be used/],
      [['check-flow', 'flow.json', '--flows', 'nowhere.json'], 2, /ENOENT/],
      [['check-flow', '--help'], 0, /usage: dni-wasm check-flow FILE/],
    ];
    for (const [words, code, said] of cases) check(command(words), code, said);
    const { status, stdout } = command(['check-flow', 'bad.json', '--json']);
    assert.equal(status, 1);
    assert.deepEqual(JSON.parse(stdout), tools.checkFlow({ ...FLOW, start: 'lobby' }));
    check(command(['check-flow', '-'], JSON.stringify(FLOW)), 0, /can be published/);
  });

  test('simulate-flow', () => {
    const cases = [
      [['simulate-flow', 'flow.json', '--script', 'script.json'], 0, /menu → no_input\n[\s\S]*message → recorded\n[\s\S]*“Leave a message\.”[\s\S]*Ending: the flow hung up/],
      [['simulate-flow', 'flow.json', '--at', MONDAY], 1, /hours → open\n[\s\S]*somebody is still waited for/],
      [['simulate-flow', 'flow.json', '--at', '2026-11-01T01:30-06:00', '--reply', '1', '--reply', 'answer'], 0, /office → answered/],
      [['simulate-flow', 'flow.json', '--at', 'soon'], 2, /at is "soon"/],
      [['simulate-flow', 'flow.json', '--script', 'nowhere.json'], 2, /ENOENT/],
      [['simulate-flow', 'misspelt.json'], 2, /steps\.end\.says/],
      [['simulate-flow'], 2, /which flow\?/],
      [['simulate-flow', '--help'], 0, /usage: dni-wasm simulate-flow FILE/],
    ];
    for (const [words, code, said] of cases) check(command(words), code, said);
    const { stdout } = command(['simulate-flow', 'flow.json', '--script', 'script.json', '--json']);
    assert.deepEqual(JSON.parse(stdout), tools.simulateFlow(FLOW, readFileSync(project.file('script.json'), 'utf8')));
  });
});

test('the package has the schema of a flow', () => {
  const schema = JSON.parse(readFileSync(createRequire(project.file('package.json')).resolve('dni-wasm/flow.schema.json'), 'utf8'));
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.ok(schema.$defs.Step);
});

function fixture(folder, name) {
  return JSON.parse(readFileSync(path.join(FIXTURES, folder, name), 'utf8'));
}

function stepsOf({ path: visits }) {
  return visits.filter(({ outcome }) => outcome !== null).map(({ outcome, step }) => `${step}.${outcome}`).join(' ');
}

function command(words, input = '') {
  const program = project.file('node_modules/.bin/dni-wasm');
  return spawnSync(process.execPath, [program, ...words], { cwd: project.folder, encoding: 'utf8', input, timeout: LIMIT_MS });
}

function check({ status, stderr, stdout }, code, said) {
  assert.equal(status, code, stdout + stderr);
  assert.match(code === 2 ? stderr : stdout, said);
  assert.doesNotMatch(stderr, /^ {4}at /m);
}
