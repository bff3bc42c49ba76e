/** The type declarations, under `tsc --strict`. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, installPackage } from './package.mjs';

/** Uses everything, and expects an error where a name, a kind or a missing value is wrong. */
const SAMPLE = `
import { checkFlow, checkSite, classify, findNumbers, formatLike, init, simulateFlow, simulatePool, sizePool } from 'dni-wasm/tools';
import type { Channel, Classified, FlowFinding, FlowHeard, FlowScript, FlowSite, FlowWalk, FoundNumber, Outcome, Policy, PoolRules, SiteFinding, Sizing, ToolError, Visit } from 'dni-wasm/tools';

const visit: Visit = { url: 'https://harbor.example/', referrer: null, site: 'harbor.example', hosts: ['shop.harbor.example'] };
const found: Classified = classify(visit);
const channel: Channel = found.channel;
const keyword: string | null = found.details.keyword ?? found.term ?? found.searchTerm;
const ids: string[] = found.clickIds.map((id) => id.name + id.source + id.value);
const numbers: FoundNumber[] = findNumbers('x', 'US').filter((one) => one.start < one.end && one.extension === null);
const text: string = formatLike('+13125550151', '312.555.0142');
const rules: PoolRules = { holdSeconds: 1800, graceSeconds: 1800, cooldownSeconds: 1800, lookBackDays: 0, reservePercent: 10 };
const size: Sizing = sizePool({ visitorsPerHour: 60, rules, overflow: 0.02 });
const week: Sizing = sizePool({ hourly: [1, 2, 3] as const });
const policy: Policy = 'random_free';
const outcome: Outcome = simulatePool({ policy, seed: 1, rules });
const right: number = simulatePool().inWindow.right + outcome.calls.all + size.choices.length + week.offered;
const flow = { version: 1, start: 'end', steps: { end: { type: 'hangup' } } };
const harbor: FlowSite = { ownNumbers: ['+13125550151'] as const, flows: ['night'], destination: null };
const findings: FlowFinding[] = checkFlow(flow, harbor).filter((one) => one.severity === 'error' && one.place + one.repair !== one.sentence);
const faults: SiteFinding[] = checkSite({}, { carriers: ['twilio'] as const }).filter((one) => one.severity === 'error' && one.place !== one.code + one.message);
const script: FlowScript = { at: new Date(0), facts: { risk: 3, place: { state: 'IL' } }, replies: ['answer', { press: '1' }] };
const walk: FlowWalk = simulateFlow(JSON.stringify(flow), script, { night: flow });
const rung: string[] = walk.heard.flatMap((one: FlowHeard) => (one.what === 'rang' ? one.to : []));
const flows: string[] = walk.path.map((visit) => visit.flow ?? visit.step + (visit.outcome ?? walk.ending)).concat(rung, findings.map((one) => one.code));
const ready: Promise<void> = init(new URL('https://harbor.example/dni_tools.wasm'));
await init();
try { classify(visit); } catch (error) { const code: string = (error as ToolError).code; code.length; }

// @ts-expect-error the address must be given
classify({ referrer: '' });
// @ts-expect-error no such option
classify({ url: '', refferer: '' });
// @ts-expect-error no such option
sizePool({ visitorsPerHour: 1, rules: { hold: 1 } });
// @ts-expect-error a number is wanted
simulatePool({ visitors: '5' });
// @ts-expect-error no such option
checkFlow(flow, { numbers: [] });
// @ts-expect-error no such option
checkSite(flow, { carrier: 'twilio' });
// @ts-expect-error no such reply
simulateFlow(flow, { replies: ['shout'] });
// @ts-expect-error a text is wanted
findNumbers(5);
// @ts-expect-error it may be null
const term: string = found.term;

export { channel, faults, flows, ids, keyword, numbers, ready, right, term, text };
`;

let project;

before(() => {
  project = installPackage();
  project.write('sample.ts', SAMPLE);
});

after(() => project.remove());

for (const [module, resolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
  test(`compile with module resolution ${resolution}`, () => {
    const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
    const words = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--target', 'es2022', '--lib', 'es2022,dom', '--types', '', '--module', module, '--moduleResolution', resolution];
    try {
      assert.equal(project.run(tsc, ...words, 'sample.ts'), '');
    } catch (error) {
      assert.fail(error.stdout ?? error);
    }
  });
}
