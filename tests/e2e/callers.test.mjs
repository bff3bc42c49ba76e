/** Who calls: what the edge remembers of callers, what it makes of that, and what it does with those it does not trust. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { NUMBERS, putSite, SITE_ID } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

const TOKEN = 'f'.repeat(32);
const OFFICES = ['+13125550191', '+13125550192', '+13125550193'];
/** Another site of the same account, and its one number. */
const OTHER = { site: 'dock', number: '+13125550181' };
/** Milliseconds until the site's books know of a call's end: they are told within a tenth of a second, on an idle machine. */
const BOOKED_WITHIN_MS = 10_000;
/** Milliseconds until a call of which nothing is heard is closed: three seconds, and what a busy test machine adds. */
const SWEPT_WITHIN_MS = 12_000;
/** What Nomorobo says of a robocaller, in Twilio's field. */
const REPORTED = JSON.stringify({
  status: 'successful', message: null, code: null,
  results: { nomorobo_spamscore: { request_sid: 'XR1', status: 'successful', message: null, code: null, result: { status: 'success', message: 'success', score: 1 } } },
});
/** A caller of whom the network says nothing. */
const UNSIGNED = { verstat: null };
const SCREENING = {
  block: ['+1900*', '+17735550170'],
  allow: ['+17735550171'],
  thresholds: { flag: 40, challenge: 60, reject: 95 },
  gate: { challenge: { say: 'Please press [key] to reach us.', key: '7' }, goodbye: 'We hang up now.' },
};

let world;
before(async () => { world = await startWorld({ env: { TWILIO_AUTH_TOKEN_PREVIOUS: TOKEN } }); });
after(() => world?.close());

describe('what is remembered', () => {
  before(() => publish({ flow: flow('round_robin') }));

  test('a caller who comes again is known, and routed so', async () => {
    const first = await call({ from: '+17735550101' });
    assert.deepEqual([first.first_call, first.prior_calls, first.tags], [true, 0, ['newcomer']]);
    const second = await call({ from: '+17735550101', to: NUMBERS.pool[4] });
    assert.deepEqual([second.first_call, second.prior_calls, second.tags], [false, 1, ['regular']]);
  });

  test('callers who keep their number to themselves are never the same caller', async () => {
    for (let n = 0; n < 2; n += 1) {
      const record = await call({ from: 'anonymous' });
      assert.deepEqual([record.first_call, record.prior_calls, record.tags], [null, null, ['stranger']]);
    }
  });

  test('round robin goes round', async () => {
    const rung = [];
    for (let n = 0; n < 6; n += 1) {
      rung.push((await call({ from: `+1773555011${n}` })).business_phone_number);
    }
    const at = OFFICES.indexOf(rung[0]);
    assert.deepEqual(rung, [0, 1, 2, 3, 4, 5].map((n) => OFFICES[(at + n) % OFFICES.length]));
  });

  test('a sticky caller gets whom they last spoke with, not who is next', async () => {
    await publish({ flow: flow('sticky') });
    const spoke = await booked({ from: '+17735550121' });
    // The next in turn would be another one each time.
    for (let n = 0; n < OFFICES.length; n += 1) {
      const again = await booked({ from: '+17735550121' });
      assert.equal(again.business_phone_number, spoke.business_phone_number, `call ${n}`);
    }
    const passedOn = await booked({ from: '+17735550121', callee: ['no-answer', 'answer'] });
    assert.notEqual(passedOn.business_phone_number, spoke.business_phone_number);
    assert.equal((await call({ from: '+17735550121' })).business_phone_number, passedOn.business_phone_number);
  });

  test('a webhook that comes twice counts once', async () => {
    const form = incoming('+17735550131');
    const replies = [await hook('voice', form), await hook('voice', form)];
    assert.equal(replies[0].body, replies[1].body);
    await hook('status', { ...form, CallStatus: 'completed', CallDuration: '9' });
    const [history] = await eventually(() => histories().filter((one) => one.longest_call_seconds === 9));
    assert.deepEqual([history.calls, history.ended], [1, 1]);
  });

  test('no number of a caller stands in the books or the watch', () => {
    const rows = [...rowsOf('Callers', 'caller'), ...rowsOf('Callers', 'call'), ...rowsOf('Watch', 'recent')];
    assert.ok(rows.length > 10);
    assert.ok(!/773555/.test(JSON.stringify(rows)));
  });
});

test('a call whose end nobody told counts once, not as a short one, and as it was when that is told after all', async (t) => {
  const silent = await startWorld({ env: { TWILIO_AUTH_TOKEN_PREVIOUS: TOKEN, SWEEP_AFTER_SECONDS: '3' } });
  t.after(() => silent.close());
  const form = incoming('+17735550132');
  const leg = { ...form, CallSid: `CA${'2'.repeat(32)}`, ParentCallSid: form.CallSid, To: NUMBERS.destination, Called: NUMBERS.destination };
  await hook('voice', form, silent);
  await hook('leg', { ...leg, CallStatus: 'in-progress', SequenceNumber: '2' }, silent);
  const closed = await silent.logged(form.CallSid, ({ ended_by: by }) => by !== null, SWEPT_WITHIN_MS);
  assert.deepEqual([closed.ended_by, closed.outcome], ['sweep', 'answered']);
  const [spoke] = await eventually(() => histories(silent).filter((one) => one.spoke !== null));
  assert.deepEqual([spoke.calls, spoke.ended, spoke.spoke.with], [1, 0, NUMBERS.destination]);

  const again = incoming('+17735550132');
  await hook('voice', again, silent);
  const next = await silent.logged(again.CallSid, () => true);
  assert.deepEqual([next.prior_calls, codes(next).includes('only_glimpses')], [1, false]);

  const told = { ...form, CallStatus: 'completed', CallDuration: '50' };
  for (const duplicate of [told, told]) await hook('status', duplicate, silent);
  const [whole] = await eventually(() => histories(silent).filter((one) => one.longest_call_seconds === 50));
  assert.deepEqual([whole.calls, whole.ended], [2, 1]);
});

describe('who is let in', () => {
  before(() => publish({ flow: flow('sequential'), screening: SCREENING }));

  test('a caller on the block list is refused, and one on the allow list never held up', async () => {
    for (const from of ['+19005550123', '+17735550170']) {
      const { transcript, record } = await placed({ from });
      assert.deepEqual(transcript.verbs, ['Reject']);
      assert.deepEqual([record.risk_score, record.flagged_as_spam, codes(record).includes('blocked')], [100, true, true]);
    }
    const allowed = await call({ from: '+17735550171', params: { AddOns: REPORTED }, caller: { verstat: 'TN-Validation-Failed-A' } });
    assert.deepEqual([allowed.outcome, allowed.risk_score, allowed.flagged_as_spam, allowed.challenge], ['answered', 0, false, null]);
  });

  test('what an add-on says raises the score, with its reason', async () => {
    const [vouched, reported] = [await call({ from: '+17735550140' }), await call({ from: '+17735550141', params: { AddOns: REPORTED } })];
    assert.deepEqual([vouched.risk_score, codes(vouched)], [0, ['vouched']]);
    assert.deepEqual([reported.risk_score, codes(reported).sort(), reported.flagged_as_spam], [50, ['reported', 'vouched'], true]);
    const reason = reported.risk_reasons.find(({ code }) => code === 'reported');
    assert.deepEqual([reason.points, reason.sentence], [60, 'A service that the carrier asked takes the call for a robocall.']);
    assert.equal(reported.outcome, 'answered', 'flagged calls go through');
  });

  test('a risky caller who presses the key is put through, and not asked again', async () => {
    const script = { from: '+17735550142', caller: UNSIGNED, params: { AddOns: REPORTED } };
    const { transcript, record } = await placed({ ...script, digits: ['7'] });
    assert.deepEqual(transcript.heard.filter((text) => text.includes('press')), ['Please press 7 to reach us.']);
    assert.deepEqual([record.outcome, record.challenge, record.risk_score], ['answered', 'passed', 60]);
    await eventually(() => histories().some((one) => one.passed_at !== null));
    const again = await placed(script);
    assert.ok(!again.transcript.verbs.includes('Gather'));
    assert.deepEqual([again.record.outcome, again.record.challenge, again.record.risk_score], ['answered', null, 30]);
  });

  test('one who presses nothing, or another key, hears a goodbye', async () => {
    const script = { caller: UNSIGNED, params: { AddOns: REPORTED } };
    const silent = await placed({ ...script, from: '+17735550143' });
    assert.deepEqual([silent.record.outcome, silent.record.challenge, silent.record.risk_score], ['missed', 'failed', 85]);
    assert.ok(codes(silent.record).includes('silent'));
    assert.equal(silent.transcript.heard.at(-1), 'We hang up now.');
    assert.ok(!silent.transcript.verbs.includes('Dial'));
    await eventually(() => histories().some((one) => one.silent_at !== null));
    const next = await placed({ ...script, from: '+17735550143', digits: ['7'] });
    assert.deepEqual([codes(next.record).includes('silent_before'), next.record.risk_score, next.record.challenge], [true, 85, 'passed']);
    const wrong = await placed({ ...script, from: '+17735550144', digits: ['1', '2'] });
    assert.deepEqual([wrong.record.challenge, codes(wrong.record).includes('silent')], ['failed', false]);
    const slip = await placed({ ...script, from: '+17735550145', digits: ['1', '7'] });
    assert.deepEqual([slip.record.challenge, slip.record.outcome], ['passed', 'answered']);
  });

  test('a caller who hangs up at the gate did not press the key', async () => {
    const { record } = await placed({ from: '+17735550146', caller: UNSIGNED, params: { AddOns: REPORTED }, caller_hangs_up_after: 2 });
    assert.deepEqual([record.challenge, record.risk_score], ['failed', 85]);
  });

  test('the riskiest are refused', async () => {
    const { transcript, record } = await placed({ from: '+17735550147', caller: { verstat: 'TN-Validation-Failed-A' }, params: { AddOns: REPORTED } });
    assert.deepEqual([transcript.verbs, record.risk_score], [['Reject'], 100]);
  });

  test('the same webhook is answered the same at the gate, however far the call has come', async () => {
    const form = { ...incoming('+17735550148'), AddOns: REPORTED };
    const question = await hook('voice', form);
    const gate = /action="[^"]*(\/carrier\/twilio\/gather\?[^"]*)"/.exec(question.body)[1].replaceAll('&amp;', '&');
    assert.match(gate, /step=gate&turn=0$/);
    const press = () => send({ url: `${world.edgeUrl}${gate}`, params: { ...form, Digits: '7' }, authToken: TOKEN });
    const letIn = await press();
    assert.match(letIn.body, /<Dial /);
    assert.equal((await hook('voice', form)).body, question.body);
    assert.equal((await press()).body, letIn.body);
  });

  test('who dials several numbers of the account in a row is seen, across its sites', async () => {
    await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, id: OTHER.site, document: {
      ...world.document, pools: [{ ...world.document.pools[0], numbers: [OTHER.number], overflow: null }], source_numbers: [],
    } });
    const from = '+17735550150';
    const records = [];
    for (const to of [NUMBERS.pool[0], OTHER.number, NUMBERS.source]) {
      records.push(await call({ from, to, caller: UNSIGNED }));
    }
    assert.deepEqual(records.map((record) => codes(record).includes('many_numbers')), [false, false, true]);
    assert.deepEqual(records.map((record) => record.first_call), [true, true, false], 'sites know their own callers only');
  });

  test('a score is what a flow can go by', async () => {
    const byRisk = { version: 3, start: 'risky', steps: {
      ...flow('sequential').steps,
      risky: { type: 'condition', if: { risk_at_least: 50 }, next: { yes: 'mark', no: 'office' } },
      mark: { type: 'tag', add: ['watch-out'], next: { done: 'office' } },
    } };
    for (const name of ['again', 'is_new', 'newcomer', 'regular', 'stranger']) delete byRisk.steps[name];
    await publish({ flow: byRisk });
    assert.deepEqual((await call({ from: '+17735550151' })).tags, []);
    assert.deepEqual((await call({ from: '+17735550152', params: { AddOns: REPORTED } })).tags, ['watch-out']);
  });
});

test('a site whose screening makes no sense is refused, with what is wrong', async () => {
  const cases = [
    [{ thresholds: { flag: 70, challenge: 60 } }, 'thresholds_not_in_order', 'screening.thresholds'],
    [{ thresholds: { reject: 101 } }, 'threshold_beyond_a_hundred', 'screening.thresholds'],
    [{ block: ['+1900*', '+1900*'] }, 'listed_twice', 'screening.block.+1900*'],
    [{ block: ['+1900*'], allow: ['+1900*'] }, 'listed_both_ways', 'screening.block.+1900*'],
    [{ block: Array.from({ length: 501 }, (_, n) => `+1${2_000_000_000 + n}*`) }, 'too_many', 'screening.block'],
    [{ gate: { challenge: { tries: 9 } } }, 'out_of_range', 'screening.gate.challenge.tries'],
    [{ gate: { challenge: { say: 'Press a key.' } } }, 'key_not_named', 'screening.gate.challenge.say'],
    [{ gate: { challenge: { next: { passed: 'office' } } } }, 'gate_goes_nowhere_else', 'screening.gate.challenge.next'],
    [{ gate: { goodbye: ' ' } }, 'nothing_to_say', 'screening.gate.goodbye'],
  ];
  for (const [screening, code, place] of cases) {
    const { status, json } = await world.api(`/v1/sites/${SITE_ID}`, { method: 'PUT', body: { ...world.document, screening } });
    const found = json.error?.faults?.map((fault) => [fault.code, fault.place]);
    assert.equal(status, 422, JSON.stringify(screening).slice(0, 99));
    assert.deepEqual(found, [[code, place]]);
  }
  const misspelt = await world.api(`/v1/sites/${SITE_ID}`, { method: 'PUT', body: { ...world.document, screening: { block: ['Spam Company'] } } });
  assert.deepEqual([misspelt.status, misspelt.json.error.faults[0].code], [400, 'bad_list_entry']);
});

test('complaints are taken in by files, each counted once, and read while the phone rings', async () => {
  const day = new Date().toISOString().slice(0, 10);
  const row = (number) => `${number},${day} 09:30:00,${day},"Chicago, IL",Illinois,312,Other,Y\n`;
  const header = 'Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,Recorded_Message_Or_Robocall\n';
  const file = header + row('7735550161').repeat(7) + row('7735550162') + row('not a number');
  const told = { day, complaints: 8, numbers: 2, skipped_rows: 1 };
  const risk = async (from) => {
    const { risk_reasons: reasons } = await call({ from, caller: UNSIGNED });
    return reasons.find(({ code }) => code === 'complaints')?.points ?? 0;
  };
  assert.deepEqual(await complaints(day, file), [200, told]);
  assert.deepEqual(await complaints(day, file), [200, told], 'the same file again');
  assert.deepEqual([await risk('+17735550161'), await risk('+17735550162'), await risk('+17735550163')], [30, 10, 0]);
  await complaints(day, header + row('7735550163'));
  assert.deepEqual([await risk('+17735550161'), await risk('+17735550163')], [0, 10], 'the file in its new form');
  const old = new Date(Date.now() - 40 * 24 * 3_600_000).toISOString().slice(0, 10);
  await complaints(old, header + row('7735550164').replaceAll(day, old));
  assert.equal(await risk('+17735550164'), 0, 'complaints grow old');

  const refused = [
    [day, file, 'wrong key', 401, 'wrong_key'],
    ['someday', file, world.apiKey, 400, 'bad_parameter'],
    ['2099-01-01', file, world.apiKey, 400, 'bad_parameter'],
    [day, 'a,b\n1,2\n', world.apiKey, 422, 'complaints_without_columns'],
  ];
  for (const [where, body, key, status, code] of refused) {
    const [answered, json] = await complaints(where, body, key);
    assert.deepEqual([answered, json.error.code], [status, code]);
  }
});

for (const fault of ['callers-fails', 'callers-hangs', 'watch-fails', 'watch-hangs']) {
  test(`${fault}: the phone rings, nobody is held up, and lists hold where there is time`, async (t) => {
    const broken = await startWorld({ fault });
    t.after(() => broken.close());
    const document = { ...broken.document, screening: { ...SCREENING, thresholds: { challenge: 60 } } };
    await putSite({ edgeUrl: broken.edgeUrl, apiKey: broken.apiKey, document });
    const ring = async (from, params = {}) => {
      const transcript = await broken.carrier.placeCall({ from, to: NUMBERS.pool[0], callee: 'answer', talk_seconds: 20, caller: UNSIGNED, params });
      assert.deepEqual(transcript.errors, []);
      return { transcript, record: await broken.logged(transcript.sid) };
    };
    const { transcript, record } = await ring('+17735550166');
    assert.ok(transcript.requests.find(({ kind }) => kind === 'voice').body.includes(NUMBERS.destination));
    assert.equal(record.outcome, 'answered');
    assert.deepEqual([record.first_call, record.risk_score], fault.startsWith('callers') ? [null, null] : [true, 0]);
    if (fault.startsWith('callers')) {
      assert.equal((await ring('+17735550167', { AddOns: REPORTED })).record.outcome, 'answered', 'without their history nobody is judged');
    }
    assert.deepEqual((await ring('+17735550170')).transcript.verbs, ['Reject'], 'lists need neither');
  });
}

/** Publishes the site with other parts. */
const publish = (parts) => putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, document: { ...world.document, ...parts } });

/** Tells newcomers, regulars and strangers apart, and rings the offices. */
function flow(strategy) {
  const condition = (caller, yes, no) => ({ type: 'condition', if: { caller }, next: { yes, no } });
  const tag = (name) => ({ type: 'tag', add: [name], next: { done: 'office' } });
  const to = 'end';
  return {
    version: 2, start: 'again',
    steps: {
      again: condition('returning', 'regular', 'is_new'),
      is_new: condition('new', 'newcomer', 'stranger'),
      regular: tag('regular'), newcomer: tag('newcomer'), stranger: tag('stranger'),
      office: { type: 'forward', to: OFFICES, strategy, ring_seconds: 20, next: { answered: to, no_answer: to, busy: to, failed: to, canceled: to } },
      end: { type: 'hangup' },
    },
  };
}

/** Places a call to the end. */
async function placed({ to = NUMBERS.pool[0], callee = 'answer', ...script }) {
  const transcript = await world.carrier.placeCall({ to, callee, ring_seconds: 2, talk_seconds: 20, ...script });
  assert.deepEqual(transcript.errors, []);
  return { transcript, record: await world.logged(transcript.sid) };
}

const call = async (script) => (await placed(script)).record;

/** Places a call and waits until the books know with whom the caller spoke. */
async function booked(script) {
  const record = await call(script);
  const at = Date.parse(record.start_time);
  await eventually(() => histories().some((one) => one.spoke?.at === at && one.spoke.with === record.business_phone_number));
  return record;
}

const codes = (record) => record.risk_reasons.map(({ code }) => code);

async function complaints(day, body, key = world.apiKey) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'text/csv' };
  const response = await fetch(`${world.edgeUrl}/v1/complaints/${day}`, { method: 'PUT', headers, body });
  return [response.status, await response.json()];
}

const histories = (of = world) => rowsOf('Callers', 'caller', of).map((row) => JSON.parse(row.history));

/** Reads the rows of a table in all objects of a class. */
function rowsOf(kind, table, { stateDir } = world) {
  const folder = path.join(stateDir, 'v3/do');
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.includes(kind) && /[0-9a-f]{64}\.sqlite$/.test(name));
  return files.flatMap((file) => {
    const database = new DatabaseSync(path.join(folder, file), { readOnly: true });
    try {
      return database.prepare(`SELECT * FROM ${table}`).all();
    } finally {
      database.close();
    }
  });
}

async function eventually(check) {
  const until = Date.now() + BOOKED_WITHIN_MS;
  for (;;) {
    const found = check();
    if (found === true || found.length > 0) return found;
    assert.ok(Date.now() < until, 'not in time');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

function incoming(from) {
  const to = NUMBERS.pool[0];
  return {
    AccountSid: `AC${'1'.repeat(32)}`, ApiVersion: '2010-04-01', CallSid: `CA${randomBytes(16).toString('hex')}`, CallStatus: 'ringing',
    Direction: 'inbound', From: from, Caller: from, To: to, Called: to,
  };
}

const hook = (name, params, { edgeUrl } = world) => send({ url: `${edgeUrl}/carrier/twilio/${name}`, params, authToken: TOKEN });
