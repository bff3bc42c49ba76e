/** How the simulated carrier plays what documents ask for; the documents are written by Twilio's own library. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import Telnyx from 'telnyx';
import twilio from 'twilio';
import { readDocument } from './document.mjs';
import { startCarrier } from './simulator.mjs';
import { startStandIn } from './stand-in-edge.mjs';

const ACCOUNT = 'AC0123456789abcdef0123456789abcdef';
const TOKEN = 'a-token-for-tests';
const [ONE, TWO, THREE] = ['+13125550197', '+13125550198', '+13125550199'];
/** Milliseconds until a call must have come to a part of it, on two busy cores. */
const REACHED_WITHIN_MS = 10_000;
const EVENTS = 'initiated ringing answered completed';

let edge;
let carrier;

before(async () => {
  edge = await startStandIn();
  carrier = await startCarrier({ accountSid: ACCOUNT, authToken: TOKEN, edgeUrl: edge.url, speed: 1000 });
});
beforeEach(() => edge.reset());
after(async () => {
  await carrier.close();
  await edge.close();
});

function xml(write) {
  const response = new twilio.twiml.VoiceResponse();
  write(response);
  return response.toString();
}

const menu = (attributes = {}) => xml((response) => {
  response.gather({ action: `${edge.url}/gather`, numDigits: 1, timeout: 5, ...attributes }).say('For sales, please press one.');
  response.say('Nothing was pressed.');
});
const ring = (numbers, { number = {}, ...dial } = {}) => xml((response) => {
  const verb = response.dial({ action: `${edge.url}/dial`, timeout: 20, ...dial });
  numbers.forEach((to) => verb.number({ statusCallback: `${edge.url}/leg`, statusCallbackEvent: EVENTS, ...number }, to));
});
const whispered = (numbers) => ring(numbers, { answerOnBridge: true, number: { url: `${edge.url}/whisper` } });
const screen = () => xml((response) => {
  response.gather({ action: `${edge.url}/accept`, numDigits: 1, timeout: 6 }).say('A call from google. Press one to take it.');
  response.hangup();
});
const accepting = (form) => ({ body: form.Digits === '1' ? xml(() => {}) : xml((response) => response.hangup()) });
const hangUp = () => xml((response) => response.hangup());

/** Plays a script; compares what the documents were asked with and, if told, what was heard, and the legs' ends. */
async function check({ answers, script = {}, documents, heard, whispers, legs, errors = [], duration }) {
  Object.assign(edge.answers, answers);
  const transcript = await carrier.placeCall({ from: '+18475550110', to: '+13125550151', ...script });
  assert.deepEqual(transcript.errors.map((error) => error.code), errors);
  const asked = transcript.requests.filter(({ kind }) => !/^(leg|status|recording)/.test(kind));
  assert.deepEqual(asked.map(line), documents);
  if (heard) {
    assert.deepEqual(transcript.heard, heard);
  }
  if (whispers) {
    assert.deepEqual(transcript.whispered, whispers);
  }
  if (legs) {
    const ends = transcript.requests.filter(({ kind }) => kind === 'leg:completed');
    assert.deepEqual(Object.fromEntries(ends.map(({ params }) => [params.To, `${params.CallStatus} ${params.CallDuration}`])), legs);
  }
  if (duration !== undefined) {
    assert.equal(transcript.duration, duration);
  }
  for (const { url, params, signature } of edge.received) {
    assert.ok(twilio.validateRequest(TOKEN, signature, url, params), url);
  }
  return transcript;
}

function line({ kind, params }) {
  const named = ['Digits', 'FinishedOnKey', 'DialCallStatus', 'DialCallDuration', 'DialBridged'];
  return [kind, params.CallStatus, ...named.filter((key) => params[key]).map((key) => `${key}=${params[key]}`)].join(' ');
}

const PROMPT = 'For sales, please press one.';
const TALKED = (seconds) => `dial in-progress DialCallStatus=completed DialCallDuration=${seconds} DialBridged=true`;
const NOT_TAKEN = (seconds) => `dial in-progress DialCallStatus=completed DialCallDuration=${seconds} DialBridged=false`;

const LIVES = {
  'a key after the prompt': () => ({
    answers: { voice: menu(), gather: hangUp() }, script: { digits: '1' }, documents: ['voice ringing', 'gather in-progress Digits=1'], heard: [PROMPT], duration: 3,
  }),
  'a key during the prompt ends it': () => ({
    answers: { voice: xml((response) => {
      const gather = response.gather({ action: `${edge.url}/gather`, numDigits: 1 });
      gather.say('For sales press one.');
      gather.say('Never heard.');
    }), gather: hangUp() },
    script: { digits: { keys: '2', after: 0.2 } }, documents: ['voice ringing', 'gather in-progress Digits=2'], heard: ['For sales press one.'], duration: 0,
  }),
  'no key falls through, after the wait': () => ({
    answers: { voice: menu() }, documents: ['voice ringing'], heard: [PROMPT, 'Nothing was pressed.'], duration: 8,
  }),
  'no key asks the action, where the document wants it': () => ({
    answers: { voice: menu({ actionOnEmptyResult: true }), gather: hangUp() }, documents: ['voice ringing', 'gather in-progress'],
  }),
  'a key that comes too late counts for nothing': () => ({
    answers: { voice: menu() }, script: { digits: { keys: '1', after: 30 } }, documents: ['voice ringing'], heard: [PROMPT, 'Nothing was pressed.'],
  }),
  'several keys, ended by the one that finishes': () => ({
    answers: { voice: menu({ numDigits: 10, finishOnKey: '#' }), gather: hangUp() }, script: { digits: { keys: '604#', after: 1, every: 2 } },
    documents: ['voice ringing', 'gather in-progress Digits=604 FinishedOnKey=#'],
  }),
  'each key begins the wait anew, and the last one ends it': () => ({
    answers: { voice: menu({ numDigits: 10, timeout: 3 }), gather: hangUp() }, script: { digits: { keys: '60', after: 3, every: 2 } },
    documents: ['voice ringing', 'gather in-progress Digits=60'], duration: 8,
  }),
  'more keys than wanted': () => ({
    answers: { voice: menu({ numDigits: 2 }), gather: hangUp() }, script: { digits: '123' }, documents: ['voice ringing', 'gather in-progress Digits=12'],
  }),
  'with no key that finishes, each is a digit': () => ({
    answers: { voice: menu({ finishOnKey: '' }), gather: hangUp() }, script: { digits: '#' }, documents: ['voice ringing', 'gather in-progress Digits=#'],
  }),
  'a menu after a menu takes the next keys': () => ({
    answers: { voice: menu(), gather: (form) => ({ body: form.Digits === '9' ? menu() : hangUp() }) }, script: { digits: ['9', '2'] },
    documents: ['voice ringing', 'gather in-progress Digits=9', 'gather in-progress Digits=2'], heard: [PROMPT, PROMPT],
  }),
  'the caller leaves in a menu, and nothing asks for keys': () => ({
    answers: { voice: menu() }, script: { caller_hangs_up_in: { phase: 'menu', seconds: 1 } }, documents: ['voice ringing'], heard: [PROMPT], duration: 1,
  }),
  'several ring, the first to answer is connected': () => ({
    answers: { voice: ring([ONE, TWO, THREE]), dial: hangUp() },
    script: { callees: { [ONE]: { after: 9 }, [TWO]: { after: 5, talk_seconds: 30 }, [THREE]: 'busy' } },
    documents: ['voice ringing', TALKED(30)], legs: { [ONE]: 'canceled 0', [TWO]: 'completed 30', [THREE]: 'busy 0' },
  }),
  'several ring and none answers': () => ({
    answers: { voice: ring([ONE, TWO]), dial: hangUp() }, script: { callees: { [ONE]: 'no-answer', [TWO]: 'failed' } },
    documents: ['voice ringing', 'dial in-progress DialCallStatus=no-answer DialBridged=false'], legs: { [ONE]: 'no-answer 0', [TWO]: 'failed 0' },
  }),
  'who answers hears the whisper and is connected': () => ({
    answers: { voice: whispered([ONE]), whisper: xml((response) => response.say('A call from google.')), dial: hangUp() }, script: { talk_seconds: 20 },
    documents: ['voice ringing', 'whisper in-progress', TALKED(20)], whispers: ['A call from google.'], heard: [], legs: { [ONE]: 'completed 22' }, duration: 20,
  }),
  'the key takes the call': () => ({
    answers: { voice: whispered([ONE]), whisper: screen(), accept: accepting, dial: hangUp() }, script: { callee: { keys: '1', talk_seconds: 20 } },
    documents: ['voice ringing', 'whisper in-progress', 'accept in-progress Digits=1', TALKED(20)],
  }),
  'another key does not': () => ({
    answers: { voice: whispered([ONE]), whisper: screen(), accept: accepting, dial: hangUp() }, script: { callee: { keys: '2' } },
    documents: ['voice ringing', 'whisper in-progress', 'accept in-progress Digits=2', NOT_TAKEN(5).replace('in-progress', 'ringing')], legs: { [ONE]: 'completed 5' },
  }),
  'no key, as of a voicemail, does not either': () => ({
    answers: { voice: whispered([ONE]), whisper: screen(), accept: accepting, dial: hangUp() },
    documents: ['voice ringing', 'whisper in-progress', NOT_TAKEN(10).replace('in-progress', 'ringing')], legs: { [ONE]: 'completed 10' },
  }),
  'one declines, another takes the call': () => ({
    answers: { voice: whispered([ONE, TWO]), whisper: screen(), accept: accepting, dial: hangUp() },
    script: { callees: { [ONE]: { after: 2, keys: '9' }, [TWO]: { after: 4, keys: '1', talk_seconds: 15 } } },
    documents: ['voice ringing', 'whisper in-progress', 'accept in-progress Digits=9', 'whisper in-progress', 'accept in-progress Digits=1', TALKED(15)],
    legs: { [ONE]: 'completed 5', [TWO]: 'completed 20' },
  }),
  'who answers hangs up during the whisper': () => ({
    answers: { voice: whispered([ONE]), whisper: screen(), accept: accepting, dial: hangUp() }, script: { callee: { hangs_up_after: 2 } },
    documents: ['voice ringing', 'whisper in-progress', NOT_TAKEN(2).replace('in-progress', 'ringing')], legs: { [ONE]: 'completed 2' },
  }),
  'the caller leaves during the whisper': () => ({
    answers: { voice: whispered([ONE]), whisper: screen(), accept: accepting, dial: hangUp() }, script: { caller_hangs_up_in: { phase: 'whisper', seconds: 3 } },
    documents: ['voice ringing', 'whisper in-progress', 'dial no-answer DialCallStatus=completed DialCallDuration=3 DialBridged=false'], legs: { [ONE]: 'completed 3' },
  }),
  'a whisper that cannot be used ends the leg': () => ({
    answers: { voice: whispered([ONE]), whisper: () => ({ status: 500 }), dial: hangUp() }, errors: [11200],
    documents: ['voice ringing', 'whisper in-progress', 'dial ringing DialCallStatus=completed DialBridged=false'].map((text) => text.replace('completed Dial', 'completed DialCallDuration=0 Dial')),
  }),
  'a whisper may not dial': () => ({
    answers: { voice: whispered([ONE]), whisper: ring([TWO]), dial: hangUp() }, errors: [12200],
    documents: ['voice ringing', 'whisper in-progress', 'dial ringing DialCallStatus=completed DialCallDuration=0 DialBridged=false'],
  }),
  'the time limit ends the talk': () => ({
    answers: { voice: ring([ONE], { timeLimit: 60 }), dial: hangUp() }, script: { talk_seconds: 100 }, documents: ['voice ringing', TALKED(60)],
  }),
  'a withheld number cannot be shown': () => ({
    answers: { voice: ring([ONE]), dial: hangUp() }, script: { from: '+266696687' }, errors: [13214],
    documents: ['voice ringing', 'dial in-progress DialCallStatus=failed DialBridged=false'],
  }),
  'another number can': () => ({
    answers: { voice: ring([ONE], { callerId: '+13125550151' }), dial: hangUp() }, script: { from: '+266696687', talk_seconds: 9 }, documents: ['voice ringing', TALKED(9)],
  }),
  'callbacks in the opposite order': () => ({
    answers: { voice: ring([ONE]), dial: hangUp() }, script: { talk_seconds: 9, faults: { reverse: true } }, documents: ['voice ringing', TALKED(9)],
  }),
};

for (const [name, life] of Object.entries(LIVES)) {
  test(name, () => check(life()));
}

test('the opposite order is the opposite order', async () => {
  const { requests } = await check(LIVES['callbacks in the opposite order']());
  const events = requests.filter(({ kind }) => /^(leg|status)/.test(kind)).map(({ kind }) => kind);
  assert.deepEqual(events, ['status', 'leg:completed', 'leg:answered', 'leg:ringing', 'leg:initiated']);
});

test('who is shown to the business', async () => {
  for (const [callerId, shown] of [[undefined, '+18475550110'], ['+13125550151', '+13125550151']]) {
    edge.reset();
    Object.assign(edge.answers, { voice: ring([ONE], { callerId }), dial: hangUp() });
    const { requests } = await carrier.placeCall({ from: '+18475550110', to: '+13125550151' });
    const legs = requests.filter(({ kind }) => kind.startsWith('leg'));
    assert.ok(legs.length === 4 && legs.every(({ params }) => params.From === shown));
  }
});

const RECORDED = [
  ['do-not-record', []],
  ['record-from-answer', ['in-progress 1', 'completed 1 20']],
  ['record-from-answer-dual', ['in-progress 2', 'completed 2 20']],
  ['record-from-ringing-dual', ['in-progress 2', 'completed 2 24']],
];

for (const [record, callbacks] of RECORDED) {
  test(`a conversation under ${record}`, async () => {
    const more = { recordingStatusCallback: `${edge.url}/recording`, recordingStatusCallbackEvent: 'in-progress completed absent' };
    Object.assign(edge.answers, { voice: ring([ONE], { record, ...more }), dial: hangUp() });
    const { requests } = await carrier.placeCall({ from: '+18475550110', to: '+13125550151', talk_seconds: 20 });
    const told = requests.filter(({ kind }) => kind === 'recording').map(({ params }) => params);
    assert.deepEqual(told.map((one) => [one.RecordingStatus, one.RecordingChannels, one.RecordingDuration].filter(Boolean).join(' ')), callbacks);
    assert.ok(told.every((one) => one.RecordingSource === 'DialVerb' && one.RecordingSid === told[0].RecordingSid));
    assert.equal('RecordingUrl' in requests.find(({ kind }) => kind === 'dial').params, callbacks.length > 0);
  });
}

test('language and voice are told beside the words', async () => {
  edge.answers.voice = xml((response) => response.say({ language: 'es-US', voice: 'Polly.Lupe' }, 'Gracias por llamar.'));
  const { entries } = await carrier.placeCall({ from: '+18475550110', to: '+13125550151' });
  const { text, language, voice } = entries.find((entry) => entry.type === 'heard');
  assert.deepEqual([text, language, voice], ['Gracias por llamar.', 'es-US', 'Polly.Lupe']);
});

const RETRIES = [
  ['by itself a carrier tries again only if it could not connect', '', { voice: 1 }, 1, [11200]],
  ['an answer that was lost is asked for again', '#rc=2&rp=rt', { voice: 1 }, 2, []],
  ['as often as the address says', '#rc=2&rp=all', { voice: 5 }, 3, [11200]],
  ['an error is asked for again', '#rc=1&rp=5xx', {}, 2, [11200]],
  ['but not if only other causes count', '#rc=3&rp=4xx,ct', {}, 1, [11200]],
];

for (const [name, overrides, lost, tries, errors] of RETRIES) {
  test(name, async () => {
    const other = await startCarrier({ accountSid: ACCOUNT, authToken: TOKEN, edgeUrl: edge.url, voiceUrl: `${edge.url}/voice${overrides}`, speed: 1000 });
    edge.answers.voice = lost.voice ? xml((response) => response.say('Hi.')) : () => ({ status: 503 });
    const transcript = await other.placeCall({ from: '+18475550110', to: '+13125550151', faults: { lose_answers: lost } });
    await other.close();
    assert.equal(transcript.requests[0].tries, tries);
    assert.deepEqual(transcript.errors.map((error) => error.code), errors);
    const tokens = edge.received.filter(({ url }) => url.endsWith('/voice')).map(({ headers }) => headers['i-twilio-idempotency-token']);
    assert.equal(tokens.length, tries);
    assert.equal(new Set(tokens).size, 1, 'one token for all tries');
    assert.ok(edge.received.every(({ url, params, signature }) => twilio.validateRequest(TOKEN, signature, url, params)));
  });
}

const WRONG = [
  ['<Gather numDigits="0"/>', 12200],
  ['<Gather input="telepathy"/>', 12200],
  ['<Gather finishOnKey="12"/>', 12200],
  ['<Dial record="yes"><Number>+13125550199</Number></Dial>', 12200],
  ['<Dial timeout="900"><Number>+13125550199</Number></Dial>', 12200],
  ['<Dial><Number statusCallback="https://h/leg" statusCallbackEvent="answer">+13125550199</Number></Dial>', 12200],
  [`<Dial>${'<Number>+13125550199</Number>'.repeat(11)}</Dial>`, 12200],
  ['<Dial><Number>office</Number></Dial>', 13223],
  ['<Dial/>', 12200],
  ['<Record playBeep="yes"/>', 12200],
  ['<Reject reason="away"/>', 12200],
  ['<Say language="english please">Hi</Say>', 12200],
  ['<Say/>', 12200],
  ['<Pause length="0"/>', 12200],
  ['<Redirect method="PUT">https://h/</Redirect>', 12200],
];

test('what Twilio would not take is reported', () => {
  for (const [inner, code] of WRONG) {
    const { warnings } = readDocument({ status: 200, contentType: 'text/xml', body: `<Response>${inner}</Response>` });
    assert.deepEqual(warnings.map((warning) => warning.code), [code], inner);
  }
});

test('what only Twilio takes is reported of the others', () => {
  const body = '<Response><Gather actionOnEmptyResult="true"><Pause/></Gather><Dial answerOnBridge="true" sequential="true"><Number>+13125550199</Number></Dial></Response>';
  const count = (dialect) => readDocument({ status: 200, contentType: 'text/xml', body }, { dialect }).warnings.length;
  assert.deepEqual([count('twilio'), count('signalwire'), count('telnyx')], [0, 1, 4]);
});

test('a person is asked for the key at the soft-phone', async () => {
  Object.assign(edge.answers, { voice: whispered([ONE]), whisper: screen(), accept: accepting, dial: hangUp() });
  // At a real call's speed, so that a busy machine has ten seconds for the key; nothing here waits for time to pass.
  const { sid } = await post('/calls', { from: '+18475550110', to: '+13125550151', interactive: true, speed: 1 });
  await reach(sid, 'ringing');
  await press(sid, 'answer');
  await reach(sid, 'asked');
  await press(sid, 'callee-digits', { digits: '1' });
  await reach(sid, 'talking');
  await press(sid, 'hangup', { by: 'business' });
  const { requests, whispered: words } = await reach(sid, 'ended');
  assert.ok(words[0].startsWith('A call from google.'));
  assert.equal(requests.find(({ kind }) => kind === 'dial').params.DialBridged, 'true');
});

test('a key pressed before anybody listens is said to mean nothing', async () => {
  let deliver;
  const delivered = new Promise((resolve) => { deliver = resolve; });
  Object.assign(edge.answers, { voice: whispered([ONE]), whisper: () => delivered.then(() => ({ body: screen() })), accept: accepting, dial: hangUp() });
  const { sid } = await post('/calls', { from: '+18475550110', to: '+13125550151', interactive: true, speed: 1 });
  await reach(sid, 'ringing');
  await press(sid, 'answer');
  await reach(sid, 'whisper');
  const { error } = await post(`/calls/${sid}/callee-digits`, { digits: '1' });
  assert.equal(error.code, 'not_now');
  deliver();
  await reach(sid, 'asked');
  await press(sid, 'callee-digits', { digits: '1' });
  await reach(sid, 'talking');
  await press(sid, 'hangup', { by: 'business' });
  await reach(sid, 'ended');
});

test('SignalWire signs its forms, and sends its own fields', async () => {
  const { received } = await playMenu('signalwire', 'a-signing-key');
  for (const { url, params, headers } of received) {
    assert.ok(twilio.validateRequest('a-signing-key', headers['x-signalwire-signature'], url, params), url);
    assert.match(params.CallSid, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.ok(!('DialBridged' in params) && !('Caller' in params));
  }
});

test('Telnyx signs time and body, and sends its own fields', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
  const { received } = await playMenu('telnyx', privateKey);
  for (const { params, headers, body } of received) {
    // A form is no JSON, which the library finds out only behind the signature.
    await assert.rejects(() => new Telnyx({ apiKey: 'none', publicKey: key }).webhooks.unwrap(body, { headers, key }), SyntaxError);
    await assert.rejects(() => new Telnyx({ apiKey: 'none', publicKey: key }).webhooks.unwrap(`${body}x`, { headers, key }), (error) => !(error instanceof SyntaxError));
    assert.match(params.CallSid, /^v3:/);
  }
  const gathered = received.find(({ url }) => url.endsWith('/gather'));
  assert.deepEqual([gathered.params.Digits, 'CallStatus' in gathered.params], ['1', false]);
  assert.deepEqual([received[0].params.ShakenStirAttestation, received[0].params.CallerId], ['A', 'WIRELESS CALLER']);
});

async function playMenu(dialect, authToken) {
  const other = await startCarrier({ accountSid: ACCOUNT, authToken, dialect, edgeUrl: edge.url, speed: 1000 });
  Object.assign(edge.answers, { voice: menu(), gather: ring([ONE]), dial: hangUp() });
  const transcript = await other.placeCall({ from: '+18475550110', to: '+13125550151', digits: '1', talk_seconds: 20 });
  await other.close();
  assert.deepEqual(transcript.errors, []);
  assert.deepEqual(transcript.verbs, ['Gather', 'Say', 'Dial', 'Hangup']);
  return { received: edge.received };
}

async function post(path, body = {}) {
  const response = await fetch(carrier.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return response.json();
}

/** Does what a person at the soft-phone does, which must mean something at that moment. */
async function press(sid, action, body = {}) {
  assert.deepEqual((await post(`/calls/${sid}/${action}`, body)).error, undefined, action);
}

async function reach(sid, phase) {
  for (const until = Date.now() + REACHED_WITHIN_MS; Date.now() < until;) {
    const call = await (await fetch(`${carrier.url}/calls/${sid}`)).json();
    if (call.phase === phase) {
      return call;
    }
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  throw new Error(`the call never reached "${phase}"`);
}
