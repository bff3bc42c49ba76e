/** Vonage hands recordings out only to who has a token that the owner's application signs: copied, played, deleted. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { leaveVonageMessage, playVonage } from '../carrier/vonage.mjs';
import { startVonageFiles } from '../carrier/vonage-files.mjs';
import { freePorts } from '../rig/ports.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { ANNA, forward, startFlows, voicemail } from './flows.mjs';

/** Milliseconds until a copy must be there: what a few tries take, two, four and eight seconds apart. */
const WITHIN_MS = 25_000;
const APPLICATION = '78d335fa-323d-0114-9c3d-d6f0d48968cf';
const [OURS, ANOTHER] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
/** As Vonage hands it out, but that its line ends are spaces: a file of settings has none. */
const pem = ({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' }).trim().replaceAll('\n', ' ');
const env = { VONAGE_SIGNATURE_SECRET: randomBytes(16).toString('hex') };
const CONVERSATION = { choose: { type: 'menu', say: 'Press one.', next: { 1: 'office', no_input: 'end', invalid: 'end' } }, office: forward(ANNA) };

let flows;
let files;
before(async () => {
  const [port] = await freePorts(1);
  env.VONAGE_API_URL = `http://127.0.0.1:${port}`;
  files = await startVonageFiles({ port, applicationId: APPLICATION, publicKey: OURS.publicKey });
  flows = await startFlows({ env });
});
after(async () => {
  await flows?.close();
  await files?.close();
});

test('without a key, or with one of another kind, the task says which setting is wrong; with the right one it goes on', async () => {
  const { id } = await leave(3);
  const error = async (code, sentence) => {
    const call = await logged(id, ({ tasks }) => storing(tasks)?.last_error?.code === code);
    assert.match(storing(call.tasks).last_error.message, sentence);
    assert.deepEqual([call.outcome, call.recordings[0].state, storing(call.tasks).state], ['voicemail', 'copying', 'waiting']);
  };
  await error('not_set_up', /lacks VONAGE_APPLICATION_ID;/);

  Object.assign(env, { VONAGE_APPLICATION_ID: APPLICATION, VONAGE_PRIVATE_KEY: pem(generateKeyPairSync('ed25519')) });
  await flows.world.powerCut();
  await tryAgain(id);
  await error('bad_key', /VONAGE_PRIVATE_KEY is no private key in PEM/);
  assert.deepEqual(files.asked(), [], 'nobody was asked without a token');

  env.VONAGE_PRIVATE_KEY = pem(OURS);
  await flows.world.powerCut();
  await tryAgain(id);
  await stored(id);
});

test('a message is copied and played', async () => {
  const { id, recording } = await leave(7);
  const call = await stored(id);
  const [copy] = call.recordings;
  assert.deepEqual([copy.kind, copy.duration], ['voicemail', 7]);
  const { status, type, body } = await play(copy.url);
  assert.deepEqual([status, type], [200, 'audio/mpeg']);
  assert.ok(body.equals(files.file(recording.recording_url)));
});

test('a conversation is copied in two channels and played', async () => {
  await flows.publish(CONVERSATION, { settings: { recording: { on: true } } });
  const { id, recording } = await playVonage({ ...line(), files });
  const [copy] = (await stored(id)).recordings;
  assert.deepEqual([copy.kind, copy.channels, copy.duration], ['conversation', 2, 42]);
  assert.ok((await play(copy.url)).body.equals(files.file(recording.recording_url)));
});

test('a key that is not the application’s is refused, and told', async () => {
  files.trust(ANOTHER.publicKey);
  const { id } = await leave(4);
  const refused = await logged(id, ({ tasks }) => storing(tasks)?.last_error);
  assert.deepEqual([refused.outcome, storing(refused.tasks).last_error.code, storing(refused.tasks).state], ['voicemail', 'refused', 'waiting']);
  assert.equal(files.asked().at(-1).refusal, 'wrong signature');
  files.trust(OURS.publicKey);
  await stored(id);
});

test('no token goes anywhere but to Vonage', async () => {
  const elsewhere = { ...files, keep: (sound) => ({ ...files.keep(sound), recording_url: 'https://api.nexmo.com.evil.example/v1/files/f1' }) };
  const { id } = await leave(4, elsewhere);
  const call = await logged(id, ({ tasks }) => storing(tasks)?.state === 'failed');
  assert.equal(storing(call.tasks).last_error.code, 'wrong_address');
});

test('it is deleted here and at Vonage for whoever asks', async () => {
  const { id, recording } = await leave(5);
  const { status } = await remove(await stored(id));
  assert.equal(status, 202);
  const call = await logged(id, ({ tasks }) => ['delete_recording', 'delete_at_carrier'].every((kind) => of(tasks, kind)?.state === 'done'));
  assert.equal(call.recordings[0].state, 'deleted');
  assert.equal(files.file(recording.recording_url), undefined);
  const name = recording.recording_url.split('/').at(-1);
  const asked = files.asked().filter((one) => one.path.endsWith(name)).map(({ method, path: place, status: told }) => `${method} ${place} ${told}`);
  assert.deepEqual(asked, [`GET /v1/files/${name} 200`, `DELETE /v3/media/${name} 204`]);
});

test('what Vonage will not delete and still hands out is not said to be gone', async () => {
  files.know(false);
  const { id, recording } = await leave(5);
  await remove(await stored(id));
  const call = await logged(id, ({ tasks }) => of(tasks, 'delete_at_carrier')?.state === 'failed');
  files.know(true);
  assert.equal(of(call.tasks, 'delete_at_carrier').last_error.code, 'not_deleted');
  assert.ok(files.file(recording.recording_url));
});

test('neither key nor token is in the worker’s log', () => {
  const log = readFileSync(path.join(flows.world.stateDir, 'edge.log'), 'utf8');
  assert.match(log, /the task store_recording failed: bad_key/);
  assert.doesNotMatch(log, /PRIVATE KEY|Bearer|eyJ/);
});

const line = () => ({ hooks: `${flows.world.edgeUrl}/carrier/vonage`, secret: env.VONAGE_SIGNATURE_SECRET, from: '+17735550172', to: NUMBERS.source });
const of = (tasks, wanted) => tasks.find(({ kind }) => kind === wanted);
const storing = (tasks) => of(tasks, 'store_recording');
/** The call once it is over and as asked for. */
const logged = (id, ready) => flows.world.logged(id, (call) => call.outcome !== 'in_progress' && ready(call), WITHIN_MS);
const stored = (id) => logged(id, ({ recordings: [recording] }) => recording?.state === 'stored');

async function leave(seconds, where = files) {
  await flows.publish({ message: voicemail() });
  return leaveVonageMessage({ ...line(), files: where, seconds });
}

async function tryAgain(id) {
  const call = await logged(id, () => true);
  const { status } = await flows.world.api(`/v1/calls/${call.id}/tasks/store_recording/restart`, { method: 'POST' });
  // It may have been tried again by itself meanwhile, and be done.
  assert.ok([202, 409].includes(status), String(status));
}

function remove({ id, recordings: [recording] }) {
  return flows.world.api(`/v1/calls/${id}/recordings/${recording.id}`, { method: 'DELETE' });
}

async function play(url) {
  const response = await fetch(url, { headers: { authorization: `Bearer ${flows.world.apiKey}` } });
  return { status: response.status, type: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) };
}
