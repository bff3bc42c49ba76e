/** What a site does not want to be kept any longer is forgotten by the cron, a part or all of a call, in every store; the rest stays. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { send } from '../carrier/requests.mjs';
import { needing } from '../rig/extent.mjs';
import { CAN_MOVE_CLOCK } from '../rig/moved-clock.mjs';
import { NUMBERS, putSite } from '../rig/seed.mjs';
import { startService } from '../speech/start.mjs';
import { filesOf, KINDS, rowsOf, storedRows } from './stores.mjs';
import { startWorld, visitorId } from './world.mjs';

const KEY = 'k'.repeat(24);
const DAY_MS = 86_400_000;
/** Later than the worker's compatibility date. */
const FIRST_DAY = Date.parse('2027-03-01T15:00:00Z');
/** Milliseconds until a call is transcribed and summarised, on two busy cores. */
const WITHIN_MS = 60_000;
const CALLER = '+17735550188';
/** A word that is said in the message, and nowhere else. */
const SAID = 'leaking';
const CARD = '4111 1111 1111 1111';
const KEPT = { transcripts: 2, webhooks: 4, calls: 6, visits: 8 };

needing('forgetting', !CAN_MOVE_CLOCK && 'workerd’s clock can be moved on Linux alone', () => {
  let folder;
  let service;
  let world;
  let document;
  /** A call of the site that keeps nothing for good, and one of the site that does; and what the carrier sent of the first. */
  let call;
  let other;
  let requests;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'dni-keep-days-'));
    service = await startService(folder, KEY);
    await service.behave({ hears: `my kitchen sink is ${SAID}, and my card is ${CARD}` });
    world = await startWorld({
      clock: new Date(FIRST_DAY),
      env: { AI_URL: `${service.url}/v1`, AI_KEY: KEY, AI_TRANSCRIPTION_MODEL: 'whisper-1', AI_TEXT_MODEL: 'gpt-4o-mini' },
    });
    const { flow } = world.document;
    document = {
      ...world.document, flow: { ...flow, settings: { recording: { on: true } } }, transcription: { enabled: true, language: 'en', summary: true, redact: true },
      recordings: { keep_days: null },
    };
    await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, document: { ...document, keep_days: KEPT } });
    const pools = [{ ...document.pools[0], numbers: ['+13125550181'], overflow: null }];
    await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, id: 'pier', document: { ...document, name: 'Pier', pools, source_numbers: [] } });
    assert.equal((await world.lease(visitorId(1))).status, 200);
    [{ call, requests }, { call: other }] = [await leaveMessage(NUMBERS.pool[0]), await leaveMessage('+13125550181')];
  });
  after(async () => {
    await world?.close();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the number of a card is never kept, where the site wishes it', async () => {
    assert.match((await told(call)).transcript, /my card is \[removed\]$/);
    assert.deepEqual(KINDS.flatMap((kind) => found(kind, CARD)), []);
    const asked = JSON.stringify((await service.asked()).filter(({ kind }) => kind === 'text'));
    assert.deepEqual([asked.includes(CARD), asked.includes('[removed]')], [false, true], 'nor does the language model learn it');
  });

  test('before its time nothing is forgotten', async () => {
    await aDayLater(KEPT.transcripts - 0.5);
    assert.match((await told(call)).transcript, new RegExp(SAID));
    assert.ok(found('Call', CALLER).length > 1 && found('Call', SAID).length > 1);
  });

  test('what was said goes first: the call stays, and is not found by its words', async () => {
    await aDayLater(KEPT.transcripts + 0.5);
    const { transcript, transcription, call_summary: summary, tasks, outcome, recordings } = await told(call);
    assert.deepEqual([transcript, transcription, summary, outcome, recordings[0].state], [null, null, null, 'voicemail', 'stored']);
    assert.ok(tasks.every(({ kind }) => kind !== 'transcribe' && kind !== 'summarise'), JSON.stringify(tasks));
    assert.deepEqual((await world.api(`/v1/calls?search=${SAID}`)).json.calls.map(({ id }) => id), [other.id]);
    const again = await world.api(`/v1/calls/${call.id}/tasks/transcribe/restart`, { method: 'POST' });
    assert.deepEqual([again.status, again.json.code], [404, 'unknown_task']);
    await aDayLater(KEPT.transcripts + 0.6);
    assert.equal((await told(call)).transcription, null, 'it is not listened to once more');
  });

  test('then the webhooks: one that comes once more is still known', async () => {
    const before = await told(call);
    await aDayLater(KEPT.webhooks + 0.5);
    assert.deepEqual(webhooks(before), []);
    for (const { url, params } of requests) await send({ url, params, authToken: world.authToken });
    await aDayLater(KEPT.webhooks + 0.6);
    const { updated_at: _, updated_at_local: __, ...after } = await told(call);
    const { updated_at: ___, updated_at_local: ____, ...known } = before;
    assert.deepEqual(after, known);
    assert.deepEqual(webhooks(before), []);
    assert.ok(webhooks(other).length > 0, 'those of the other site stay');
  });

  test('then the call, with its recording, everywhere', async () => {
    await aDayLater(KEPT.calls + 0.5);
    assert.equal((await world.api(`/v1/calls/${call.id}`)).status, 404);
    await eventually(async () => (await world.api(`/v1/erasures/${call.id}`)).json.done);
    assert.deepEqual(found('R2', call.id), []);
    assert.deepEqual(found('Call', call.carrier_call_id).filter((row) => row.includes(CALLER)), []);
    assert.match((await told(other)).transcript, new RegExp(SAID), 'the site that says nothing keeps its calls');
  });

  test('and at last that there was a visitor', async () => {
    const counted = () => found('D1', 'visitor_count').filter((row) => row.includes('harbor'));
    // Pools count from time to time; workerd starts with what is overdue.
    await world.powerCut(() => world.clock.moveTo(new Date(FIRST_DAY + (KEPT.visits - 0.5) * DAY_MS)));
    await eventually(() => counted().length > 0);
    await world.runCron();
    assert.equal(counted().length, 1, 'before its time it stays');
    await aDayLater(KEPT.visits + 1.5);
    assert.deepEqual(counted(), []);
  });

  test('a call whose object is lost is forgotten in the log alike', async () => {
    await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, document: { ...document, keep_days: { webhooks: 1, transcripts: 1 } } });
    const { call: lost } = await leaveMessage(NUMBERS.pool[1], { from: '+17735550189' });
    const file = objectOf(lost);
    await world.powerCut(() => { for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true }); });
    world.clock.moveTo(new Date(Date.parse(lost.start_time) + 1.5 * DAY_MS));
    await world.runCron();
    const { transcript, call_summary: summary } = await told(lost);
    assert.deepEqual([transcript, summary], [null, null]);
    assert.deepEqual(found('D1', lost.id).filter((row) => row.includes(SAID)), []);
  });

  async function leaveMessage(to, { from = CALLER } = {}) {
    const script = { from, to, callee: 'no-answer', voicemail: { seconds: 5, ends: 'hangup' } };
    const transcript = await world.carrier.placeCall(script);
    assert.deepEqual(transcript.errors, []);
    const call = await world.logged(transcript.sid, (one) => one.transcription?.summary?.state === 'done', WITHIN_MS);
    return { call, requests: transcript.requests };
  }

  async function told({ id }) {
    const { status, json } = await world.api(`/v1/calls/${id}`);
    assert.equal(status, 200);
    return json;
  }

  async function eventually(check) {
    const until = Date.now() + WITHIN_MS;
    while (!(await check())) {
      assert.ok(Date.now() < until, 'not in time');
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }

  /** Moves the clock to so many days after the first, and lets the cron come. */
  async function aDayLater(days) {
    world.clock.moveTo(new Date(FIRST_DAY + days * DAY_MS));
    await world.runCron();
  }

  /** The file of a call's object. */
  const objectOf = ({ carrier_call_id: id }) => filesOf(world.stateDir, 'Call').find((file) => rowsOf(file, 'Call').some((row) => row.startsWith('Call state') && row.includes(id)));

  /** The webhooks that a call's object has, as they came. */
  const webhooks = (one) => rowsOf(objectOf(one), 'Call').filter((row) => row.startsWith('Call event') && /CallSid=/.test(row));

  const found = (kind, text) => storedRows(world.stateDir, kind).filter((row) => row.includes(text));
});
