/** Recordings and messages: copied from the carrier, played from the copy, deleted when they are to be. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NUMBERS, putSite, siteDocument } from '../rig/seed.mjs';
import { wav } from '../carrier/recordings.mjs';
import { send } from '../carrier/requests.mjs';
import { startWorld } from './world.mjs';

/** Milliseconds until a copy must be there: what a few tries take, two, four and eight seconds apart. */
const COPIED_WITHIN_MS = 25_000;
const RECORDED = { ...siteDocument({ origins: [] }).flow, settings: { recording: { on: true } } };
/** A second site, whose recordings stay nowhere but here. */
const PIER = '+13125550181';
/** Header of a WAV file, and its bytes in one second of one channel. */
const [WAV_HEADER, WAV_SECOND] = [44, 8000];

let world;
/** The call whose recording's own webhook is lost: it takes a minute, in which the other tests run. */
let unheard;
before(async () => {
  world = await startWorld({ site: { flow: RECORDED } });
  await putSite({
    edgeUrl: world.edgeUrl, apiKey: world.apiKey, id: 'pier', document: {
      ...world.document, name: 'Pier', pools: [{ ...world.document.pools[0], numbers: [PIER], overflow: null }], source_numbers: [],
      recordings: { keep_days: null, delete_at_carrier: true },
    },
  });
  unheard = call({ callee: 'no-answer', voicemail: { seconds: 9 }, faults: { drop: ['recording'] } });
});
after(() => world?.close());

test('a conversation is copied in two channels and played in whole and in parts', async () => {
  const { call, recording } = await recorded({ talk_seconds: 30 });
  assert.deepEqual([recording.kind, recording.channels, recording.duration], ['conversation', 2, 30]);
  assert.equal(recording.url, `${world.edgeUrl}/v1/calls/${call.id}/recordings/${recording.id}`);
  assert.deepEqual([call.recording, call.recording_duration], [recording.url, 30]);
  const file = wav(30, 2);

  const whole = await play(recording.url);
  assert.equal(whole.status, 200);
  assert.ok(whole.body.equals(file));
  for (const [name, value] of [
    ['content-type', 'audio/wav'], ['accept-ranges', 'bytes'], ['content-length', String(file.length)], ['x-content-type-options', 'nosniff'],
    ['content-disposition', `inline; filename="${call.id}-${recording.id}.wav"`], ['cache-control', 'private, max-age=300'],
  ]) {
    assert.equal(whole.headers.get(name), value, name);
  }

  const etag = whole.headers.get('etag');
  for (const [headers, status, from, to] of [
    [{ range: 'bytes=0-99' }, 206, 0, 100],
    [{ range: 'bytes=100-' }, 206, 100, file.length],
    [{ range: 'bytes=-50' }, 206, file.length - 50, file.length],
    [{ range: `bytes=100-${file.length + 9}` }, 206, 100, file.length],
    [{ range: 'bytes=0-99,200-299' }, 200, 0, file.length],
    [{ range: 'bytes=nonsense' }, 200, 0, file.length],
    [{ range: 'bytes=0-99', 'if-range': etag }, 206, 0, 100],
    [{ range: 'bytes=0-99', 'if-range': '"another"' }, 200, 0, file.length],
  ]) {
    const part = await play(recording.url, headers);
    const name = JSON.stringify(headers);
    assert.equal(part.status, status, name);
    assert.ok(part.body.equals(file.subarray(from, to)), name);
    assert.equal(part.headers.get('content-range'), status === 206 ? `bytes ${from}-${to - 1}/${file.length}` : null, name);
  }
  const beyond = await play(recording.url, { range: `bytes=${file.length}-` });
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${file.length}`]);
  assert.equal((await play(recording.url, { 'if-none-match': etag })).status, 304);

  const head = await play(recording.url, {}, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-type'), head.body.length], [200, 'audio/wav', 0]);
});

test('nobody hears a recording without the key or the console’s cookie', async () => {
  const { call, recording } = await recorded({ talk_seconds: 5 });
  for (const authorization of ['', 'Bearer wrong', 'Bearer ']) {
    assert.equal((await play(recording.url, { authorization })).status, 401, authorization);
  }
  assert.equal(call.recording_player, `${world.edgeUrl}/console/recordings/${call.id}/${recording.id}`);
  assert.equal((await play(call.recording_player, { authorization: '' })).status, 401);
  const signedIn = await fetch(`${world.edgeUrl}/console/sign-in`, { method: 'POST', body: new URLSearchParams({ key: world.apiKey }), redirect: 'manual' });
  const cookie = signedIn.headers.get('set-cookie').split(';')[0];
  assert.equal((await play(call.recording_player, { authorization: '', cookie })).status, 200);
  const page = await fetch(`${world.edgeUrl}/console`, { headers: { cookie } });
  assert.match(page.headers.get('content-security-policy'), /media-src 'self'/);
  const html = await page.text();
  assert.ok(html.includes(`<audio controls preload="none" src="/console/recordings/${call.id}/${recording.id}" aria-label="Recording of the call from`), html);
});

test('what is not there is said to be so', async () => {
  const { call } = await recorded({ talk_seconds: 5 });
  for (const [path, code] of [
    [`/v1/calls/${call.id}/recordings/RE0`, 'unknown_recording'],
    ['/v1/calls/CAL0/recordings/RE0', 'unknown_call'],
    [`/v1/calls/${call.id}/recordings/`, 'no_such_route'],
    [`/v1/calls/${call.id}/recordings/a/b`, 'no_such_route'],
  ]) {
    const { status, json } = await world.api(path);
    assert.deepEqual([status, json.error.code], [404, code], path);
  }
});

test('a message is copied', async () => {
  const { call, recording } = await recorded({ callee: 'no-answer', voicemail: { seconds: 12 } });
  assert.deepEqual([call.outcome, recording.kind, recording.channels, recording.duration], ['voicemail', 'voicemail', 1, 12]);
  assert.equal((await play(recording.url)).body.length, WAV_HEADER + 12 * WAV_SECOND);
});

// what is wrong where the carrier keeps it, and what becomes of the recording: state, why, tries
for (const [name, media, state, code, tries] of [
  ['it is there a little later', { missing: 1 }, 'stored', undefined, 2],
  ['the carrier fails first', { failing: 1 }, 'stored', undefined, 2],
  ['the credentials are refused first', { refused: 1 }, 'stored', undefined, 2],
  ['the carrier breaks off first', { broken: 1 }, 'stored', undefined, 2],
  ['its length is not said', { unmeasured: true }, 'stored', undefined, 1],
  ['the carrier has deleted it', { gone: 1 }, 'lost', 'gone', 1],
  ['a page comes instead', { page: true }, 'lost', 'not_audio', 1],
  ['something else comes instead', { noise: true }, 'lost', 'not_audio', 1],
  ['it is too large', { huge: true }, 'lost', 'too_large', 1],
  ['it is said to be elsewhere', { redirect: 'http://127.0.0.1:9/elsewhere.wav' }, 'lost', 'redirected', 1],
]) {
  test(`${name}: ${state}`, async () => {
    const { call, recording } = await recorded({ talk_seconds: 4, media }, COPIED_WITHIN_MS, state);
    const [task] = call.tasks.filter(({ kind }) => kind === 'store_recording');
    assert.deepEqual([recording.state, task.state, task.last_error?.code, task.tries], [state, state === 'stored' ? 'done' : 'failed', code, tries]);
    if (state === 'stored') {
      assert.ok((await play(recording.url)).body.equals(wav(4, 2)));
    } else {
      assert.equal(recording.url, null);
      const { status, json } = await world.api(`/v1/calls/${call.id}/recordings/${recording.id}`);
      assert.deepEqual([status, json.error.code], [404, 'no_recording_yet']);
    }
  });
}

test('the credentials go to the carrier alone, and no redirect is followed', async () => {
  let visited = 0;
  const { createServer } = await import('node:http');
  const elsewhere = createServer((_request, response) => { visited += 1; response.end(); });
  await new Promise((resolve) => { elsewhere.listen(0, '127.0.0.1', resolve); });
  const redirect = `http://127.0.0.1:${elsewhere.address().port}/recording.wav`;
  await recorded({ talk_seconds: 4, media: { redirect } }, COPIED_WITHIN_MS, 'lost');
  assert.equal(visited, 0);
  elsewhere.close();
});

test('a task that was given up is tried again by hand', async () => {
  const { call, recording } = await recorded({ talk_seconds: 4, media: { gone: 1 } }, COPIED_WITHIN_MS, 'lost');
  const path = `/v1/calls/${call.id}/tasks/store_recording/restart`;
  assert.equal((await world.api(path, { method: 'POST', key: null })).status, 401);
  const unknown = await world.api(`${path}?subject=RE0`, { method: 'POST' });
  assert.deepEqual([unknown.status, unknown.json.error.code], [404, 'unknown_task']);
  assert.equal((await world.api(`/v1/calls/${call.id}/tasks/dream/restart`, { method: 'POST' })).json.error.code, 'unknown_task');

  const restarted = await world.api(`${path}?subject=${recording.id}`, { method: 'POST' });
  assert.equal(restarted.status, 202);
  const [task] = restarted.json.tasks.filter(({ kind }) => kind === 'store_recording');
  assert.deepEqual([task.state, task.tries], ['waiting', 0]);
  const stored = await world.logged(call.carrier_call_id, (seen) => seen.recordings[0].state === 'stored', COPIED_WITHIN_MS);
  assert.equal((await play(stored.recordings[0].url)).status, 200);
  const again = await world.api(path, { method: 'POST' });
  assert.deepEqual([again.status, again.json.error.code], [409, 'task_done']);
});

test('a slow carrier delays no log', async () => {
  const transcript = await call({ talk_seconds: 4, media: { slow: 6 }, faults: { drop: ['status'] } });
  const ringing = await world.logged(transcript.sid, (seen) => seen.recordings[0]?.state === 'copying');
  await eventually(() => askedFor(ringing.recordings[0].id).length === 1);
  const { params } = transcript.requests.find(({ kind }) => kind === 'voice');
  const status = { ...params, CallStatus: 'completed', CallDuration: '17', Duration: '1' };
  await send({ url: `${world.edgeUrl}/carrier/twilio/status`, params: status, authToken: world.authToken });
  const over = await world.logged(transcript.sid);
  assert.deepEqual([over.outcome, over.duration, over.recordings[0].state], ['answered', 17, 'copying']);
  const stored = await world.logged(transcript.sid, (seen) => seen.recordings[0].state === 'stored', COPIED_WITHIN_MS);
  assert.equal(taskOf(stored, 'store_recording').tries, 1);
});

test('the carrier’s copy is deleted once ours is there', async () => {
  const { call, recording } = await recorded({ to: PIER, talk_seconds: 5 });
  const done = await world.logged(call.carrier_call_id, (seen) => taskOf(seen, 'delete_at_carrier')?.state === 'done', COPIED_WITHIN_MS);
  assert.equal(taskOf(done, 'delete_recording'), undefined, 'kept for ever');
  assert.deepEqual(askedFor(recording.id).map(({ method }) => method), ['GET', 'DELETE']);
  assert.equal((await play(recording.url)).status, 200);
});

test('the carrier’s copy stays as long as ours is not there', async () => {
  const { call, recording } = await recorded({ to: PIER, talk_seconds: 5, media: { gone: 1 } }, COPIED_WITHIN_MS, 'lost');
  assert.equal(taskOf(call, 'delete_at_carrier'), undefined);
  assert.ok(askedFor(recording.id).every(({ method }) => method === 'GET'));
});

test('a recording is deleted here and at the carrier for whoever asks', async () => {
  const { call, recording } = await recorded({ talk_seconds: 5 });
  const path = `/v1/calls/${call.id}/recordings/${recording.id}`;
  assert.equal((await world.api(path, { method: 'DELETE', key: null })).status, 401);
  assert.equal((await world.api(`/v1/calls/${call.id}/recordings/RE0`, { method: 'DELETE' })).status, 404);
  assert.equal((await world.api(path, { method: 'DELETE' })).status, 202);
  const done = (seen) => ['delete_recording', 'delete_at_carrier'].every((kind) => taskOf(seen, kind)?.state === 'done');
  const deleted = await world.logged(call.carrier_call_id, done, COPIED_WITHIN_MS);
  assert.deepEqual([deleted.recordings[0].state, deleted.recordings[0].url, deleted.recording], ['deleted', null, null]);
  assert.deepEqual(askedFor(recording.id).map(({ method }) => method), ['GET', 'DELETE']);
  const { status, json } = await world.api(path);
  assert.deepEqual([status, json.error.code], [410, 'recording_deleted']);
  assert.equal((await world.api(path, { method: 'DELETE' })).status, 202, 'again changes nothing');
});

test('rules that make no sense are refused', async () => {
  for (const [recordings, status, code] of [
    [{ keep_days: 0 }, 422, 'bad_keep_days'], [{ keep_days: 3651 }, 422, 'bad_keep_days'], [{ keep: 3 }, 400], [{ keep_days: -1 }, 400],
  ]) {
    const reply = await world.api('/v1/sites/pier', { method: 'PUT', body: { ...world.document, recordings } });
    assert.equal(reply.status, status, JSON.stringify(recordings));
    if (code) {
      assert.deepEqual(reply.json.error.faults.filter((fault) => fault.code === code).map(({ place }) => place), ['recordings.keep_days']);
    }
  }
});

test('a message whose own webhook is lost is copied all the same', async () => {
  const { sid } = await unheard;
  const call = await world.logged(sid, ({ recordings: [recording] }) => recording?.state === 'stored', 80_000);
  assert.equal(taskOf(call, 'store_recording').state, 'done');
});

/** Plays a call that is recorded, and waits until its recording has reached a state. */
async function recorded(script, limitMs = COPIED_WITHIN_MS, state = 'stored') {
  const { sid } = await call(script);
  const seen = await world.logged(sid, ({ recordings: [recording] }) => recording?.state === state, limitMs);
  return { call: seen, recording: seen.recordings[0] };
}

async function call(script) {
  const transcript = await world.carrier.placeCall({ from: '+17735550140', to: NUMBERS.pool[0], callee: 'answer', ...script });
  assert.deepEqual(transcript.errors, []);
  return transcript;
}

async function play(url, headers = {}, { method = 'GET' } = {}) {
  const response = await fetch(url, { method, headers: { authorization: `Bearer ${world.apiKey}`, ...headers } });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

async function eventually(check) {
  const until = Date.now() + COPIED_WITHIN_MS;
  while (!check()) {
    assert.ok(Date.now() < until, 'not in time');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

const taskOf = (seen, wanted) => seen.tasks.find(({ kind }) => kind === wanted);
const askedFor = (id) => world.carrier.asked().filter(({ path }) => path.includes(id));
