/** One whole call at every carrier: a menu, a business that is asked for a key, a conversation, and the record of it. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { playAt } from '../carrier/other-carriers.mjs';
import { startCarrier } from '../carrier/simulator.mjs';
import { NUMBERS, putSite } from '../rig/seed.mjs';
import { ANNA, END, answeredBy, forward, startFlows, told, voicemail } from './flows.mjs';

const random = () => randomBytes(16).toString('hex');
const TELNYX = generateKeyPairSync('ed25519');
const SECRETS = {
  SIGNALWIRE_SIGNING_KEY: random(), TELNYX_PUBLIC_KEY: TELNYX.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
  PLIVO_AUTH_TOKEN: random(), BANDWIDTH_USERNAME: 'edge', BANDWIDTH_PASSWORD: random(), VONAGE_SIGNATURE_SECRET: random(), JAMBONZ_WEBHOOK_SECRET: random(),
};

let flows;
before(async () => { flows = await startFlows({ env: SECRETS }); });
after(() => flows?.close());

const STEPS = {
  choose: { type: 'menu', say: 'Press one.', next: { 1: 'office', no_input: 'end', invalid: 'end' } },
  office: forward(ANNA, { accept: true, whisper: 'A call from [source].', next: { no_answer: 'message', busy: 'message', failed: 'message' } }),
  message: voicemail(),
};

/** Seconds by the carrier's count from which on a call counts as missed, and not as abandoned, whose caller hung up. */
const MISSED_FROM_SECONDS = 15;

const DIALECTS = [['signalwire', SECRETS.SIGNALWIRE_SIGNING_KEY], ['telnyx', TELNYX.privateKey]];

for (const [dialect, authToken] of DIALECTS) {
  describe(dialect, () => {
    let carrier;
    before(async () => {
      const { accountSid, edgeUrl } = flows.world;
      carrier = await startCarrier({ accountSid, authToken, dialect, edgeUrl, speed: 300 });
      await flows.publish(STEPS);
    });
    after(() => carrier?.close());

    const play = async (script) => {
      const transcript = await carrier.placeCall({ from: '+17735550170', to: NUMBERS.source, ...script });
      assert.deepEqual(transcript.errors, []);
      assert.ok(transcript.requests.every(({ status }) => status >= 200 && status < 300));
      return { transcript, record: await flows.world.logged(transcript.sid) };
    };

    test('menu, key, conversation', async () => {
      const { transcript, record } = await play({ digits: ['7', '1'], callee: { keys: '1', talk_seconds: 42 } });
      assert.deepEqual(transcript.heard, ['Press one.', 'Press one.']);
      assert.deepEqual(transcript.whispered, ['A call from yellow-pages. Press 1 to take it.']);
      assert.equal(record.carrier, dialect);
      assert.deepEqual([record.outcome, record.answered, record.business_phone_number], ['answered', true, ANNA]);
      // Neither says who was bridged nor for how long: the time of the leg has what was whispered in it.
      assert.ok(record.talk_time >= 42 && record.talk_time < 52, String(record.talk_time));
      assert.equal(record.attestation, dialect === 'telnyx' ? 'A' : null);
    });

    test('who presses nothing does not take the call, and the caller leaves a message', async () => {
      const { record } = await play({ digits: '1', voicemail: { seconds: 11 } });
      assert.deepEqual(told(record), { outcome: 'voicemail', answered: false, voicemail: true, talked: 0, business: ANNA });
    });

    test('a caller who hangs up meanwhile spoke with nobody', async () => {
      const { transcript, record } = await play({ digits: '1', caller_hangs_up_in: { phase: 'whisper', seconds: 2 } });
      const outcome = transcript.duration < MISSED_FROM_SECONDS ? 'abandoned' : 'missed';
      assert.deepEqual(told(record), { outcome, answered: false, voicemail: false, talked: 0, business: ANNA });
    });

    test('who hangs up while hearing who calls does not take it either', async () => {
      const { record } = await play({ digits: '1', callee: { hangs_up_after: 4 }, voicemail: { seconds: 11 } });
      assert.deepEqual(told(record), { outcome: 'voicemail', answered: false, voicemail: true, talked: 0, business: ANNA });
    });
  });
}

const OTHERS = [
  ['plivo', SECRETS.PLIVO_AUTH_TOKEN], ['bandwidth', `edge:${SECRETS.BANDWIDTH_PASSWORD}`], ['vonage', SECRETS.VONAGE_SIGNATURE_SECRET], ['jambonz', SECRETS.JAMBONZ_WEBHOOK_SECRET],
];

for (const [carrier, secret] of OTHERS) {
  test(`${carrier}: menu, key, conversation`, async () => {
    await flows.publish(STEPS);
    const { id, heard, rung: numbers, talk, last } = await playAt(carrier, { edgeUrl: flows.world.edgeUrl, secret, from: '+17735550171', to: NUMBERS.source });
    assert.equal(heard[0], 'Press one.');
    assert.ok(heard[1].startsWith('A call from yellow-pages.'), heard[1]);
    assert.deepEqual(numbers, [ANNA]);
    assert.ok(!/record|Record|talk|Speak/.test(last), `after the conversation the call ends: ${last}`);
    const record = await flows.world.logged(id);
    assert.equal(record.carrier, carrier);
    assert.deepEqual(told(record), answeredBy(ANNA, talk));
    assert.equal(record.customer_phone_number, '+17735550171');
  });
}

/** What a trunk writes for the caller and the dialled number, and which numbers these are. */
const NATIONAL = [
  ['jambonz', '01383722538', '02033888666', '+441383722538', '020 3388 8666'],
  ['jambonz', '004917112345678', '02033888666', '+4917112345678', '020 3388 8666'],
  ['jambonz', '01711234567', '0301234567', '+491711234567', '030 1234567'],
  ['plivo', '+33142685377', '0142685300', '+33142685377', '01 42 68 53 00'],
];

test('numbers that are written as people of their country dial them are found in the countries of the sites', async () => {
  const numbers = ['+442033888666', '+49301234567', '+33142685300'];
  const { edgeUrl, apiKey } = flows.world;
  const document = {
    ...flows.world.document,
    source_numbers: numbers.map((number) => ({ number, source: 'yellow-pages' })),
    flow: { version: 1, start: 'choose', steps: { ...STEPS, end: END } },
  };
  await putSite({ edgeUrl, apiKey, document });
  for (const [carrier, from, to, caller, shown] of NATIONAL) {
    const { id, rung } = await playAt(carrier, { edgeUrl, secret: Object.fromEntries(OTHERS)[carrier], from, to });
    assert.deepEqual(rung, [ANNA], to);
    const record = await flows.world.logged(id);
    assert.deepEqual([record.customer_phone_number, record.formatted_tracking_phone_number], [caller, shown], to);
  }
});

/** Carriers that say "completed" of a leg that was connected and of one that ended while it heard who calls. */
const SAY_COMPLETED = OTHERS.filter(([carrier]) => carrier === 'bandwidth' || carrier === 'jambonz');
const WHISPERS = { 'asked for a key': STEPS, 'asked for nothing': { ...STEPS, office: { ...STEPS.office, accept: false } } };

for (const [carrier, secret] of SAY_COMPLETED) {
  for (const [whether, steps] of Object.entries(WHISPERS)) {
    const play = async (more) => {
      await flows.publish(steps);
      const played = await playAt(carrier, { edgeUrl: flows.world.edgeUrl, secret, from: '+17735550172', to: NUMBERS.source, ...more });
      return { ...played, record: await flows.world.logged(played.id) };
    };
    const spokeWithNobody = (outcome) => ({ outcome, answered: false, voicemail: false, talked: 0, business: ANNA });

    test(`${carrier}: a business that is ${whether} and hears all has the call`, async () => {
      const { record, talk } = await play();
      assert.deepEqual(told(record), answeredBy(ANNA, talk));
    });

    test(`${carrier}: a business that is ${whether} and hangs up before does not take the call`, async () => {
      const { record, last } = await play({ hangsUp: 'business' });
      assert.ok(last.includes('Please leave a message.'), `the caller is asked for a message: ${last}`);
      assert.deepEqual(told(record), spokeWithNobody('missed'));
    });

    test(`${carrier}: a caller who hangs up while a business that is ${whether} hears who calls spoke with nobody`, async () => {
      const { record } = await play({ hangsUp: 'caller' });
      assert.deepEqual(told(record), spokeWithNobody('abandoned'));
    });
  }
}
