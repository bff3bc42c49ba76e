/** Telnyx's addresses are good for ten minutes: who comes late asks for a fresh one, if the owner has given it the key. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { wav } from '../carrier/recordings.mjs';
import { startCarrier } from '../carrier/simulator.mjs';
import { freePorts } from '../rig/ports.mjs';
import { NUMBERS } from '../rig/seed.mjs';
import { startFlows, voicemail } from './flows.mjs';

/** Script seconds in a real second: ten minutes are ten seconds. */
const SPEED = 60;
/** Script seconds that a webhook comes late, and more than an address is good for. */
const LATE = 660;
/** Milliseconds until a copy must be there, and until it must have been tried. */
const WITHIN_MS = 25_000;
const KEYS = generateKeyPairSync('ed25519');
const API_KEY = randomBytes(16).toString('hex');
const env = { TELNYX_PUBLIC_KEY: KEYS.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64') };

let flows;
let carrier;
before(async () => {
  const [port] = await freePorts(1);
  env.TELNYX_API_URL = `http://127.0.0.1:${port}`;
  flows = await startFlows({ env });
  const { accountSid, edgeUrl } = flows.world;
  carrier = await startCarrier({ port, accountSid, authToken: KEYS.privateKey, dialect: 'telnyx', edgeUrl, speed: SPEED, apiKey: API_KEY });
  await flows.publish({ message: voicemail() });
});
after(async () => {
  await carrier?.close();
  await flows?.close();
});

test('without the key a recording is copied from the address in its webhook', async () => {
  const { recordings: [recording] } = await stored(await leave(5));
  await plays(recording, 5);
  assert.deepEqual(asked(recording), ['GET media']);
});

test('too late for that address the task says so; the call is intact, and with the key the recording is copied after all', async () => {
  const sid = await leave(6, { faults: { delay: LATE } });
  const refused = await flows.world.logged(sid, (call) => call.outcome !== 'in_progress' && storing(call)?.last_error, WITHIN_MS);
  assert.deepEqual([refused.outcome, refused.voicemail, refused.recordings[0].state], ['voicemail', true, 'copying']);
  assert.deepEqual([storing(refused).state, storing(refused).last_error.code], ['waiting', 'refused']);
  assert.match(storing(refused).last_error.message, /address it gave has run out/);

  env.TELNYX_API_KEY = API_KEY;
  await flows.world.powerCut();
  await flows.world.api(`/v1/calls/${refused.id}/tasks/store_recording/restart`, { method: 'POST' });
  await plays((await stored(sid)).recordings[0], 6);
});

test('with the key a fresh address is asked for, however late', async () => {
  for (const faults of [{}, { delay: LATE }]) {
    const call = await stored(await leave(7, { faults }));
    const [recording] = call.recordings;
    assert.equal(storing(call).tries, 1, JSON.stringify(faults));
    assert.deepEqual(asked(recording), ['GET interface', 'GET media']);
    await plays(recording, 7);
  }
});

test('each try asks for an address of its own', async () => {
  const call = await stored(await leave(8, { media: { failing: 1 } }));
  assert.equal(storing(call).tries, 2);
  assert.deepEqual(asked(call.recordings[0]), ['GET interface', 'GET media', 'GET interface', 'GET media']);
});

async function leave(seconds, script = {}) {
  const transcript = await carrier.placeCall({ from: '+17735550173', to: NUMBERS.source, voicemail: { seconds }, ...script });
  assert.deepEqual(transcript.errors, []);
  return transcript.sid;
}

const storing = (call) => call.tasks.find(({ kind }) => kind === 'store_recording');
const stored = (sid) => flows.world.logged(sid, ({ recordings: [recording] }) => recording?.state === 'stored', WITHIN_MS);

/** What the carrier was asked about a recording, and answered as to one who may. */
function asked({ id }) {
  const mine = carrier.asked().filter(({ path, authorized }) => authorized && decodeURIComponent(path).includes(id));
  return mine.map(({ method, path }) => `${method} ${path.startsWith('/v2/') ? 'interface' : 'media'}`);
}

async function plays(recording, seconds) {
  const response = await fetch(recording.url, { headers: { authorization: `Bearer ${flows.world.apiKey}` } });
  assert.equal(response.status, 200);
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(wav(seconds)));
}
