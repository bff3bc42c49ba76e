import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocument } from './document.mjs';
import { walk } from './twiml.mjs';

const HERE = 'https://edge.example/voice?x=1';

/** Walks a document on a line that answers as told, and compares the path and what comes next. */
async function check({ inner, line = {}, path, next, warnings = [] }) {
  const seen = [];
  const { verbs, warnings: found } = readDocument(reply(`<Response>${inner}</Response>`));
  const result = await walk(verbs, HERE, {
    enter: (verb) => seen.push(verb.name),
    say: async (words) => seen.push(`"${words}"`),
    play: async (url) => seen.push(url),
    interrupted: () => false,
    pause: async (seconds) => seen.push(`${seconds} s`),
    async gather({ prompt, timeout, digits, finishOnKey }) {
      await prompt();
      seen.push(`waits ${timeout} s for ${digits} until ${finishOnKey || 'nothing'}`);
      return { digits: line.digits ?? '', finishedOnKey: '' };
    },
    async dial(plan) {
      seen.push(`rings ${plan.legs.map((leg) => leg.to).join(' and ')} for ${plan.timeout} s`);
      return { params: { DialCallStatus: line.dial ?? 'completed' }, gone: line.gone ?? false };
    },
    async record(plan) {
      seen.push(`records up to ${plan.maxLength} s`);
      return { params: line.silent ? null : { RecordingDuration: '9' }, gone: line.gone ?? false };
    },
  });
  assert.deepEqual(seen, path);
  assert.deepEqual(result, next);
  assert.deepEqual(found.map((warning) => warning.code), warnings);
}

function reply(body, { status = 200, contentType = 'text/xml; charset=utf-8', tooLong = false, failure = null } = {}) {
  return { status, contentType, body, tooLong, failure };
}

const fetches = (why, url, params = {}, { last = false, method = 'POST' } = {}) => ({ do: 'fetch', why, url, method, params, last });
const HANGUP = { do: 'hangup' };
const END = { do: 'end' };

const WALKS = {
  'an empty document hangs up': { inner: '', path: [], next: END },
  'the verbs are walked in order, and the end hangs up': {
    inner: '<Say>One &amp; two.</Say><Pause length="2"/><Play>/bell.mp3</Play>',
    path: ['Say', '"One & two."', 'Pause', '2 s', 'Play', 'https://edge.example/bell.mp3'], next: END,
  },
  'a loop repeats, and for ever ends': { inner: '<Say loop="2">Hi</Say>', path: ['Say', '"Hi"', '"Hi"'], next: END },
  'nothing after Hangup is reached': { inner: '<Hangup/><Say>Never</Say>', path: ['Hangup'], next: HANGUP },
  'Reject first refuses the call': { inner: '<Reject reason="busy"/>', path: ['Reject'], next: { do: 'reject', reason: 'busy' } },
  'Reject after a verb hangs up': { inner: '<Say>Hi</Say><Reject/>', path: ['Say', '"Hi"', 'Reject'], next: HANGUP, warnings: [12200] },
  'Redirect leads on, relative to the document': {
    inner: '<Redirect method="GET">menu?step=2</Redirect><Say>Never</Say>', path: ['Redirect'],
    next: fetches('redirect', 'https://edge.example/menu?step=2', {}, { method: 'GET' }),
  },
  'Redirect with no address asks for the same document': { inner: '<Redirect/>', path: ['Redirect'], next: fetches('redirect', HERE) },
  'Gather with keys posts them': {
    inner: '<Gather numDigits="1" timeout="7" action="/menu"><Say>Press one.</Say></Gather><Say>Never</Say>', line: { digits: '1' },
    path: ['Gather', 'Say', '"Press one."', 'waits 7 s for 1 until #'], next: fetches('gather', 'https://edge.example/menu', { Digits: '1', FinishedOnKey: '' }),
  },
  'Gather without keys falls through': {
    inner: '<Gather finishOnKey=""/><Say>Still there?</Say>', path: ['Gather', 'waits 5 s for 32 until nothing', 'Say', '"Still there?"'], next: END,
  },
  'Gather without keys posts when asked to': {
    inner: '<Gather actionOnEmptyResult="true" action="/menu"/>', path: ['Gather', 'waits 5 s for 32 until #'],
    next: fetches('gather', 'https://edge.example/menu', { Digits: '', FinishedOnKey: '' }),
  },
  'Gather without action repeats the current document': {
    inner: '<Gather/>', line: { digits: '5' }, path: ['Gather', 'waits 5 s for 32 until #'], next: fetches('gather', HERE, { Digits: '5', FinishedOnKey: '' }),
  },
  'Dial with action ends the document': {
    inner: '<Dial action="https://edge.example/dial?step=office" timeout="25"><Number>+13125550199</Number></Dial><Say>Never</Say>', line: { dial: 'busy' },
    path: ['Dial', 'rings +13125550199 for 25 s'], next: fetches('dial', 'https://edge.example/dial?step=office', { DialCallStatus: 'busy' }),
  },
  'Dial without action falls through': {
    inner: '<Dial>+13125550199</Dial><Say>Next</Say>', path: ['Dial', 'rings +13125550199 for 30 s', 'Say', '"Next"'], next: END,
  },
  'Dial without action ends with the caller': { inner: '<Dial>+13125550199</Dial><Say>Next</Say>', line: { gone: true }, path: ['Dial', 'rings +13125550199 for 30 s'], next: HANGUP },
  'Dial rings several numbers': {
    inner: '<Dial action="/d"><Number>+13125550198</Number><Number>+13125550199</Number></Dial>',
    path: ['Dial', 'rings +13125550198 and +13125550199 for 30 s'], next: fetches('dial', 'https://edge.example/d', { DialCallStatus: 'completed' }),
  },
  'Record posts what was said': {
    inner: '<Record action="/r" maxLength="120"/><Say>Never</Say>', path: ['Record', 'records up to 120 s'], next: fetches('record', 'https://edge.example/r', { RecordingDuration: '9' }),
  },
  'Record ended by hanging up posts, and the answer is not carried out': {
    inner: '<Record action="/r"/>', line: { gone: true }, path: ['Record', 'records up to 3600 s'],
    next: fetches('record', 'https://edge.example/r', { RecordingDuration: '9' }, { last: true }),
  },
  'Record of silence falls through': { inner: '<Record action="/r"/><Say>Bye</Say>', line: { silent: true }, path: ['Record', 'records up to 3600 s', 'Say', '"Bye"'], next: END },
  'an unknown verb is passed over and reported': { inner: '<Sing>La</Sing><Hangup/>', path: ['Hangup'], next: HANGUP, warnings: [12200] },
  'an unknown attribute is reported': { inner: '<Hangup when="now"/>', path: ['Hangup'], next: HANGUP, warnings: [12200] },
  'a verb in the wrong place is reported': { inner: '<Gather><Dial>1</Dial></Gather>', path: ['Gather', 'waits 5 s for 32 until #'], next: END, warnings: [12200] },
  'a relative statusCallback is reported': {
    inner: '<Dial><Number statusCallback="/leg">+13125550199</Number></Dial>', path: ['Dial', 'rings +13125550199 for 30 s'], next: END, warnings: [21609],
  },
};

for (const [name, walked] of Object.entries(WALKS)) {
  test(name, () => check(walked));
}

const REFUSED = {
  'no answer': [reply('', { status: 0, failure: 'ECONNREFUSED' }), 11200],
  'a server error': [reply('<Response/>', { status: 500 }), 11200],
  'a wrong signature answered 403': [reply('', { status: 403 }), 11200],
  'a redirect': [reply('', { status: 302 }), 11200],
  'a document that is too long': [reply('<Response/>', { tooLong: true }), 11750],
  'JSON': [reply('{}', { contentType: 'application/json' }), 12300],
  'no content type': [reply('<Response/>', { contentType: '' }), 12300],
  'nothing at all': [reply(''), 12100],
  'text': [reply('hello'), 12100],
  'broken XML': [reply('<Response><Say></Response>'), 12100],
  'an unescaped ampersand': [reply('<Response><Say>Heating & Air</Say></Response>'), 12100],
  'another root': [reply('<html/>'), 12100],
};

for (const [name, [answer, code]] of Object.entries(REFUSED)) {
  test(`${name} is refused with ${code}`, () => {
    assert.throws(() => readDocument(answer), { code });
  });
}
