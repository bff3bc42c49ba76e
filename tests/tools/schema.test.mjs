/** The JSON Schemas of call flows and sites, against a validator that shares nothing with the project. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { ROOT } from './package.mjs';
import { badSites, goodSites } from './site-fixtures.mjs';

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
/** The bad sites whose fault a schema cannot see: one of names, of numbers that are there twice, of what fits together. */
const BEYOND_SHAPE = [
  'area_code_of_two_digits',
  'cooldown_shorter_than_grace',
  'destination_is_own_number',
  'flow_that_is_not_there',
  'forwards_to_itself',
  'listed_both_ways',
  'listed_twice',
  'local_without_area_codes',
  'origin_of_a_whole_top_level_domain',
  'origin_with_half_a_label',
  'overflow_in_the_pool',
  'rule_of_a_pool_that_is_not_there',
  'source_number_in_the_pool',
  'source_number_is_target',
  'start_missing',
  'step_missing',
  'summary_without_transcript',
  'tag_twice',
  'target_of_no_pool',
  'thresholds_not_in_order',
  'time_zone_empty',
  'time_zone_unknown',
];
/** How long a number is in bits, which ajv knows only if told: the schema has the same limits in words of its own. */
const FORMATS = { uint8: true, uint16: true, uint32: true, uint64: true, uri: true };

const validate = validator('flow');
const validateSite = validator('site');

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

test('good sites pass', () => {
  for (const [name, site] of goodSites()) assert.ok(validateSite(site), `${name}: ${JSON.stringify(validateSite.errors)}`);
});

test('bad sites of another shape do not, and the others do', () => {
  const accepted = badSites().filter(({ site }) => validateSite(site)).map(({ name }) => name);
  assert.deepEqual(accepted, BEYOND_SHAPE);
});

test('a site without one of the fields that it needs does not', () => {
  const { harbor } = Object.fromEntries(goodSites());
  for (const name of ['name', 'origins', 'destination', 'targets', 'flow']) {
    const { [name]: _, ...lacking } = harbor;
    assert.ok(!validateSite(lacking), name);
  }
});

/** @param {string} name */
function validator(name) {
  const schema = JSON.parse(readFileSync(path.join(ROOT, `dni-wasm/npm/${name}.schema.json`), 'utf8'));
  return new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: FORMATS, strict: true }).compile(schema);
}

function fixtures(folder) {
  const names = readdirSync(path.join(FIXTURES, folder)).sort();
  return names.map((name) => [path.basename(name, '.json'), JSON.parse(readFileSync(path.join(FIXTURES, folder, name), 'utf8'))]);
}
