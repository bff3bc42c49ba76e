/** The JSON Schema of call flows, against a validator that shares nothing with the project. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { ROOT } from './package.mjs';

const FIXTURES = path.join(ROOT, 'call-router/tests/fixtures/flow');
/** The bad flows whose fault is one of shape or range, which is what a schema can see. */
const OF_SHAPE = [
  'condition_beyond_a_hundred',
  'condition_on_something_unknown',
  'day_that_is_none',
  'emergency_number',
  'emergency_number_abroad',
  'emergency_number_with_country_code',
  'geo_without_areas',
  'hours_written_otherwise',
  'menu_key_of_two',
  'menu_tries_and_wait',
  'message_too_long',
  'no_steps',
  'nobody_to_ring',
  'number_with_letters',
  'number_without_country_code',
  'rings_too_long',
  'rings_too_short',
  'sip_address_without_host',
  'sound_file_in_the_clear',
  'step_name_with_space',
  'strategy_unknown',
  'tag_of_nothing',
  'tag_with_a_space',
  'too_many_steps',
  'too_much_to_say',
  'unknown_field',
  'unknown_field_of_a_hangup',
  'unknown_field_of_a_step',
  'unknown_outcome',
  'unknown_setting',
  'unknown_step_type',
  'version_below_zero',
];
/** How long a number is in bits, which ajv knows only if told: the schema has the same limits in words of its own. */
const FORMATS = { uint8: true, uint16: true, uint32: true, uri: true };

const schema = JSON.parse(readFileSync(path.join(ROOT, 'dni-wasm/npm/flow.schema.json'), 'utf8'));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: FORMATS, strict: true }).compile(schema);

test('good flows pass', () => {
  for (const [name, flow] of fixtures('good')) assert.ok(validate(flow), `${name}: ${JSON.stringify(validate.errors)}`);
});

test('bad flows of another shape do not, and the others do', () => {
  const refused = fixtures('bad').filter(([, { flow }]) => !validate(flow)).map(([name]) => name);
  assert.deepEqual(refused, OF_SHAPE);
});

test('a refusal names the step', () => {
  const office = { type: 'forward', to: '+13125550199', ring_seconds: '25' };
  assert.ok(!validate({ version: 1, start: 'office', steps: { office } }));
  assert.ok(validate.errors.some(({ instancePath }) => instancePath === '/steps/office/ring_seconds'));
});

function fixtures(folder) {
  const names = readdirSync(path.join(FIXTURES, folder)).sort();
  return names.map((name) => [path.basename(name, '.json'), JSON.parse(readFileSync(path.join(FIXTURES, folder, name), 'utf8'))]);
}
