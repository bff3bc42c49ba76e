import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import { startCarrier } from './simulator.mjs';
import { startStandIn } from './stand-in-edge.mjs';

const ACCOUNT = 'AC0123456789abcdef0123456789abcdef';
const TOKEN = 'a-token-for-tests';
const BASIC = { authorization: `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}` };
/** Script seconds in a real one: a minute passes in 60 ms. */
const SPEED = 1000;
/** The same where somebody acts meanwhile: it rings for five seconds, which a busy machine needs. */
const UNHURRIED = 5;
/** Milliseconds until a call must have come to a part of it, on two busy cores. */
const REACHED_WITHIN_MS = 10_000;

let edge;
let carrier;

before(async () => {
  edge = await startStandIn();
  carrier = await startCarrier({ accountSid: ACCOUNT, authToken: TOKEN, edgeUrl: edge.url, speed: SPEED, answerLimitMs: 2_000 });
});
beforeEach(() => edge.reset());
after(async () => {
  await carrier.close();
  await edge.close();
});

const xml = (inner) => `<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`;
const forward = (attributes = '') => `<Dial action="${edge.url}/dial?step=office" timeout="25" ${attributes}><Number statusCallback="${edge.url}/leg" statusCallbackEvent="initiated ringing answered completed">+13125550199</Number></Dial>`;
const record = (attributes = '') => `<Record action="${edge.url}/record?step=message" maxLength="120" recordingStatusCallback="${edge.url}/recording" recordingStatusCallbackEvent="completed absent" ${attributes}/>`;
const greetAndForward = () => xml(`<Say>Thanks for calling us.</Say>${forward()}`);
const orMessage = () => (form) => ({ body: form.DialCallStatus === 'completed' ? xml('<Hangup/>') : xml(`<Say>Leave a message.</Say>${record()}`) });

/**
 * Plays a script, and compares documents and callbacks (each in the order sent) as
 * "kind status field=value …"; the official library must accept every signature.
 */
async function check({ answers, script = {}, documents, callbacks, verbs, status = 'completed', duration, errors = [] }) {
  Object.assign(edge.answers, answers);
  const transcript = await carrier.placeCall({ from: '+18475550110', to: '+13125550151', ...script });
  const lines = transcript.requests.map(line);
  assert.deepEqual(lines.filter((text) => !isCallback(text)), documents);
  assert.deepEqual(lines.filter(isCallback), callbacks);
  assert.deepEqual(transcript.errors.map((error) => error.code), errors);
  assert.equal(transcript.status, status);
  if (verbs) {
    assert.deepEqual(transcript.verbs, verbs);
  }
  if (duration !== undefined) {
    assert.equal(transcript.duration, duration);
  }
  assert.equal(edge.received.length, transcript.requests.length);
  for (const { url, params, signature } of edge.received) {
    assert.equal(twilio.validateRequest(TOKEN, signature, url, params), script.bad_signature !== true, url);
  }
  return transcript;
}

const isCallback = (text) => /^(leg:|status|recording)/.test(text);

function line({ kind, params }) {
  const named = ['DialCallStatus', 'DialCallDuration', 'DialBridged', 'Digits', 'RecordingStatus', 'RecordingDuration', 'CallDuration', 'SequenceNumber', 'ErrorCode'];
  return [kind, params.CallStatus, ...named.filter((key) => key in params).map((key) => `${key}=${params[key]}`)].filter(Boolean).join(' ');
}

const RANG = ['leg:initiated initiated SequenceNumber=0', 'leg:ringing ringing SequenceNumber=1'];
const PICKED_UP = [...RANG, 'leg:answered in-progress SequenceNumber=2'];
const legEnd = (status, sequence, seconds = 0) => `leg:completed ${status} CallDuration=${seconds} SequenceNumber=${sequence}`;
const callEnd = (seconds, status = 'completed') => `status ${status} CallDuration=${seconds} SequenceNumber=0`;
const NOT_PUT_THROUGH = (status) => `dial in-progress DialCallStatus=${status} DialBridged=false`;

const LIVES = {
  'answered, and the business hangs up': () => ({
    answers: { voice: greetAndForward(), dial: orMessage() }, script: { ring_seconds: 6, talk_seconds: 83 },
    documents: ['voice ringing', 'dial in-progress DialCallStatus=completed DialCallDuration=83 DialBridged=true'],
    callbacks: [...PICKED_UP, legEnd('completed', 3, 83), callEnd(91)], verbs: ['Say', 'Dial', 'Hangup'], duration: 91,
  }),
  'answered, and the caller hangs up: the answer to the action is not carried out': () => ({
    answers: { voice: greetAndForward(), dial: xml('<Say>Never heard.</Say>') }, script: { caller_hangs_up_after: 20 },
    documents: ['voice ringing', 'dial completed DialCallStatus=completed DialCallDuration=14 DialBridged=true'],
    callbacks: [...PICKED_UP, legEnd('completed', 3, 14), callEnd(20)], verbs: ['Say', 'Dial'],
  }),
  'the caller leaves while it rings': () => ({
    answers: { voice: greetAndForward(), dial: orMessage() }, script: { callee: 'no-answer', caller_hangs_up_after: 9 },
    documents: ['voice ringing', 'dial completed DialCallStatus=no-answer DialBridged=false'], callbacks: [...RANG, legEnd('no-answer', 2), callEnd(9)],
  }),
  'the caller leaves during the greeting': () => ({
    answers: { voice: greetAndForward() }, script: { caller_hangs_up_after: 1 }, documents: ['voice ringing'], callbacks: [callEnd(1)],
  }),
  'nobody answers, a message is left by hanging up': () => ({
    answers: { voice: greetAndForward(), dial: orMessage(), record: xml('<Say>Never heard.</Say>') }, script: { callee: 'no-answer', voicemail: { seconds: 12 } },
    documents: ['voice ringing', NOT_PUT_THROUGH('no-answer'), 'record completed Digits=hangup RecordingDuration=12'],
    callbacks: [...RANG, legEnd('no-answer', 2), 'recording RecordingStatus=completed RecordingDuration=12 ErrorCode=0', callEnd(40)], verbs: ['Say', 'Dial', 'Say', 'Record'],
  }),
  'busy, a message is ended by a key': () => ({
    answers: { voice: greetAndForward(), dial: orMessage(), record: xml('<Hangup/>') }, script: { callee: 'busy', voicemail: { seconds: 5, ends: 'key' } },
    documents: ['voice ringing', NOT_PUT_THROUGH('busy'), 'record in-progress Digits=# RecordingDuration=5'],
    callbacks: [...RANG, legEnd('busy', 2), 'recording RecordingStatus=completed RecordingDuration=5 ErrorCode=0', callEnd(9)], verbs: ['Say', 'Dial', 'Say', 'Record', 'Hangup'],
  }),
  'failed, and no word at the tone': () => ({
    answers: { voice: greetAndForward(), dial: orMessage() }, script: { callee: 'failed' },
    documents: ['voice ringing', NOT_PUT_THROUGH('failed')],
    callbacks: [RANG[0], legEnd('failed', 1), 'recording RecordingStatus=absent ErrorCode=16101', callEnd(4)],
  }),
  'two forwards, the second answers': () => ({
    answers: { voice: greetAndForward(), dial: (form) => ({ body: form.DialCallStatus === 'busy' ? xml(forward()) : xml('<Hangup/>') }) },
    script: { callee: ['busy', 'answer'], talk_seconds: 20 },
    documents: ['voice ringing', NOT_PUT_THROUGH('busy'), 'dial in-progress DialCallStatus=completed DialCallDuration=20 DialBridged=true'],
    callbacks: [...RANG, legEnd('busy', 2), ...PICKED_UP, legEnd('completed', 3, 20), callEnd(27)],
  }),
  'ringing longer than the document allows is no answer': () => ({
    answers: { voice: greetAndForward(), dial: xml('<Hangup/>') }, script: { ring_seconds: 40 },
    documents: ['voice ringing', NOT_PUT_THROUGH('no-answer')], callbacks: [...RANG, legEnd('no-answer', 2), callEnd(27)],
  }),
  'with answerOnBridge the call is not answered by ringing': () => ({
    answers: { voice: xml(forward('answerOnBridge="true"')), dial: xml('<Hangup/>') }, script: { callee: 'no-answer', caller_hangs_up_after: 9 },
    documents: ['voice ringing', 'dial no-answer DialCallStatus=no-answer DialBridged=false'], callbacks: [...RANG, legEnd('no-answer', 2), callEnd(0, 'no-answer')],
    status: 'no-answer', duration: 0,
  }),
  'a menu': () => ({
    answers: { voice: xml(`<Gather action="${edge.url}/gather" numDigits="1"><Say>Press one.</Say></Gather>`), gather: xml(forward()), dial: xml('<Hangup/>') },
    script: { digits: ['1'], talk_seconds: 30 },
    documents: ['voice ringing', 'gather in-progress Digits=1', 'dial in-progress DialCallStatus=completed DialCallDuration=30 DialBridged=true'],
    callbacks: [...PICKED_UP, legEnd('completed', 3, 30), callEnd(36)], verbs: ['Gather', 'Say', 'Dial', 'Hangup'],
  }),
  'refused as busy': () => ({
    answers: { voice: xml('<Reject reason="busy"/>') }, documents: ['voice ringing'], callbacks: [callEnd(0, 'busy')], status: 'busy',
  }),
  'a document that is not XML': () => ({
    answers: { voice: 'Internal error' }, documents: ['voice ringing'], callbacks: [callEnd(0)], errors: [12100],
  }),
  'a wrong content type': () => ({
    answers: { voice: () => ({ type: 'text/html', body: xml('') }) }, documents: ['voice ringing'], callbacks: [callEnd(0)], errors: [12300],
  }),
  'an edge that is too slow': () => ({
    answers: { voice: () => ({ hold: 4_000, body: xml('') }) }, documents: ['voice ringing'], callbacks: [callEnd(0)], errors: [11200],
  }),
  'documents that lead in a circle': () => ({
    answers: { voice: xml('<Redirect/>') }, documents: ['voice ringing', ...Array(20).fill('redirect ringing')], callbacks: [callEnd(0, 'no-answer')],
    status: 'no-answer', errors: ['too_many_documents'],
  }),
  'a wrong signature': () => ({
    answers: { voice: () => ({ status: 403 }) }, script: { bad_signature: true }, documents: ['voice ringing'], callbacks: [callEnd(0)], errors: [11200],
  }),
  'each request three times, with the same answers': () => ({
    answers: { voice: xml('<Say>Hi.</Say>') }, script: { faults: { duplicate: 2 } }, documents: Array(3).fill('voice ringing'), callbacks: Array(3).fill(callEnd(0)),
  }),
  'lost callbacks': () => ({
    answers: { voice: greetAndForward(), dial: xml('<Hangup/>') }, script: { talk_seconds: 10, faults: { drop: ['leg:ringing', 'leg:answered', 'status'] } },
    documents: ['voice ringing', 'dial in-progress DialCallStatus=completed DialCallDuration=10 DialBridged=true'], callbacks: [RANG[0], legEnd('completed', 3, 10)],
  }),
  'callbacks out of order': () => ({
    answers: { voice: greetAndForward(), dial: xml('<Hangup/>') }, script: { talk_seconds: 10, faults: { shuffle: 1 } },
    documents: ['voice ringing', 'dial in-progress DialCallStatus=completed DialCallDuration=10 DialBridged=true'],
    callbacks: [callEnd(16), legEnd('completed', 3, 10), PICKED_UP[2], PICKED_UP[0], PICKED_UP[1]],
  }),
};

for (const [name, life] of Object.entries(LIVES)) {
  test(name, () => check(life()));
}

test('an answer that differs between copies is reported', async () => {
  let count = 0;
  edge.answers.voice = () => {
    count += 1;
    return { body: xml(`<Say>${count}</Say>`) };
  };
  const transcript = await carrier.placeCall({ from: '+18475550110', to: '+13125550151', faults: { duplicate: 1 } });
  assert.deepEqual(transcript.errors.map((error) => error.code), ['copy_differs']);
});

test('the incoming webhook carries what Twilio sends', async () => {
  edge.answers.voice = xml('<Hangup/>');
  const { sid } = await carrier.placeCall({ from: '+18475550110', to: '+13125550151', caller: { name: 'ALVAREZ MARIA', city: 'EVANSTON', zip: '60201' }, params: { AddOns: '{}' } });
  const [{ params, headers }] = edge.received;
  assert.match(sid, /^CA[0-9a-f]{32}$/);
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded;charset=UTF-8');
  assert.deepEqual(params, {
    AccountSid: ACCOUNT, ApiVersion: '2010-04-01', CallSid: sid, CallStatus: 'ringing', Direction: 'inbound', From: '+18475550110', Caller: '+18475550110',
    To: '+13125550151', Called: '+13125550151', FromCity: 'EVANSTON', CallerCity: 'EVANSTON', FromState: 'IL', CallerState: 'IL', FromZip: '60201', CallerZip: '60201',
    FromCountry: 'US', CallerCountry: 'US', ToCity: 'CHICAGO', CalledCity: 'CHICAGO', ToState: 'IL', CalledState: 'IL', ToZip: '60601', CalledZip: '60601',
    ToCountry: 'US', CalledCountry: 'US', CallerName: 'ALVAREZ MARIA', StirVerstat: 'TN-Validation-Passed-A', AddOns: '{}',
  });
});

test('a withheld caller has no name, place or attestation', async () => {
  edge.answers.voice = xml('<Hangup/>');
  await carrier.placeCall({ from: '+266696687', to: '+13125550151', caller: { name: null, verstat: null, city: null } });
  const [{ params }] = edge.received;
  assert.equal('CallerName' in params || 'StirVerstat' in params, false);
  assert.equal(params.FromCity, '');
});

test('the fallback is asked when the document cannot be used', async () => {
  const other = await startCarrier({ accountSid: ACCOUNT, authToken: TOKEN, edgeUrl: edge.url, fallbackUrl: `${edge.url}/fallback`, speed: SPEED });
  Object.assign(edge.answers, { voice: () => ({ status: 500 }), fallback: xml('<Say>Fallback.</Say>') });
  const transcript = await other.placeCall({ from: '+18475550110', to: '+13125550151' });
  await other.close();
  assert.deepEqual(transcript.heard, ['Fallback.']);
  assert.equal(edge.received[1].params.ErrorCode, '11200');
  assert.equal(edge.received[1].params.ErrorUrl, `${edge.url}/carrier/twilio/voice`);
});

test('a refused connection is tried twice', async () => {
  const gone = await startStandIn();
  await gone.close();
  const other = await startCarrier({ accountSid: ACCOUNT, authToken: TOKEN, edgeUrl: gone.url, speed: SPEED });
  const { requests, errors } = await other.placeCall({ from: '+18475550110', to: '+13125550151' });
  await other.close();
  assert.equal(requests[0].tries, 2);
  assert.deepEqual(errors.map((error) => error.code), [11200]);
});

test('a person plays both ends over the control interface', async () => {
  Object.assign(edge.answers, { voice: greetAndForward(), dial: orMessage(), record: xml('') });
  const sid = (await post('/calls', { from: '+18475550110', to: '+13125550151', interactive: true, speed: UNHURRIED })).body.sid;
  await reach(sid, 'ringing');
  assert.equal((await post(`/calls/${sid}/decline`)).status, 200);
  await reach(sid, 'recording');
  assert.equal((await post(`/calls/${sid}/answer`)).status, 409);
  assert.equal((await post(`/calls/${sid}/message`, { seconds: 7 })).status, 200);
  const transcript = await reach(sid, 'ended');
  assert.ok(transcript.requests.some(({ kind, params }) => kind === 'record' && params.Digits === 'hangup' && Number(params.RecordingDuration) >= 7));
});

test('answer and hang up over the control interface', async () => {
  Object.assign(edge.answers, { voice: greetAndForward(), dial: orMessage() });
  const sid = (await post('/calls', { from: '+18475550110', to: '+13125550151', interactive: true, speed: UNHURRIED })).body.sid;
  await reach(sid, 'ringing');
  assert.equal((await post(`/calls/${sid}/answer`)).status, 200);
  await reach(sid, 'talking');
  assert.equal((await post(`/calls/${sid}/hangup`, { by: 'business' })).status, 200);
  const { verbs } = await reach(sid, 'ended');
  assert.deepEqual(verbs, ['Say', 'Dial', 'Hangup']);
});

const REFUSALS = [
  ['/calls', {}, 400, 'bad_script'],
  ['/calls', { from: '+18475550110', to: 'Harbor Heating' }, 400, 'bad_script'],
  ['/calls', { from: '+18475550110', to: '+13125550151', callee: 'sings' }, 400, 'bad_script'],
  ['/calls', { from: '+18475550110', to: '+13125550151', talk_seconds: -1 }, 400, 'bad_script'],
  ['/calls/CA0/answer', {}, 404, 'unknown_call'],
];

test('bad control requests are refused', async () => {
  for (const [path, body, status, code] of REFUSALS) {
    const answer = await post(path, body);
    assert.deepEqual([answer.status, answer.body.error?.code], [status, code], `${path} ${JSON.stringify(body)}`);
  }
  const form = await fetch(`${carrier.url}/calls`, { method: 'POST', body: new URLSearchParams({ from: '1' }) });
  assert.equal(form.status, 415);
});

test('recordings and calls are read with the account’s password only', async () => {
  Object.assign(edge.answers, { voice: xml(record()), record: xml('') });
  const { requests, sid } = (await post('/calls?wait=1', { from: '+18475550110', to: '+13125550151', voicemail: { seconds: 2 } })).body;
  const { RecordingUrl } = requests.find(({ kind }) => kind === 'record').params;
  assert.equal((await fetch(`${RecordingUrl}.wav`)).status, 401);
  const wav = Buffer.from(await (await fetch(`${RecordingUrl}.wav`, { headers: BASIC })).arrayBuffer());
  assert.equal(wav.length, 44 + 2 * 8000);
  assert.equal(wav.toString('latin1', 0, 4), 'RIFF');
  assert.equal((await fetch(`${RecordingUrl}.mp3`, { headers: BASIC })).headers.get('content-type'), 'audio/mpeg');
  const call = await (await fetch(`${carrier.url}/2010-04-01/Accounts/${ACCOUNT}/Calls/${sid}.json`, { headers: BASIC })).json();
  assert.deepEqual([call.sid, call.status, call.duration], [sid, 'completed', '2']);
  assert.equal((await fetch(RecordingUrl, { method: 'DELETE', headers: BASIC })).status, 204);
  assert.equal((await fetch(`${RecordingUrl}.wav`, { headers: BASIC })).status, 404);
});

async function post(path, body = {}) {
  const response = await fetch(carrier.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

async function reach(sid, phase) {
  for (const until = Date.now() + REACHED_WITHIN_MS; Date.now() < until;) {
    const call = await (await fetch(`${carrier.url}/calls/${sid}`)).json();
    if (call.phase === phase) {
      return call;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  throw new Error(`the call never reached "${phase}"`);
}
