/** Calls at Vonage: a menu, a business, a conversation; and a message. Every further address is taken from the NCCOs. */
import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { verifySignature } from '@vonage/jwt';
import { CALL, TALK, at, digits, send } from './conversation.mjs';

/**
 * Plays a call that a menu, by a key, leads to the business.
 *
 * @param {object} call
 * @param {string} call.hooks where the webhooks go
 * @param {string} call.secret the account's signature secret
 * @param {string} call.from
 * @param {string} call.to
 * @param {import('./vonage-files.mjs').VonageFiles} [call.files] where the conversation is kept, if the NCCO has it recorded
 */
export async function playVonage({ hooks, secret, from, to, files }) {
  const leg = randomUUID();
  const { call, post, end } = lineOf({ hooks, secret, from, to });
  const menu = JSON.parse(await post(`${hooks}/voice`, call));
  const [input] = menu.filter(({ action }) => action === 'input');
  const ncco = JSON.parse(await post(input.eventUrl[0], { ...call, dtmf: { digits: '1', timed_out: false }, timestamp: at(5) }));
  const connect = ncco.find(({ action }) => action === 'connect');
  const [{ number, onAnswer }] = connect.endpoint;
  const dialled = { from: connect.from ?? digits(to), to: number, uuid: leg, conversation_uuid: call.conversation_uuid, direction: 'outbound' };
  await post(connect.eventUrl[0], { ...dialled, status: 'ringing', timestamp: at(8) });
  const whisper = onAnswer ? JSON.parse(await post(onAnswer.url, { ...dialled })) : [];
  await post(connect.eventUrl[0], { ...dialled, status: 'answered', timestamp: at(12) });
  const last = await post(connect.eventUrl[0], { ...dialled, status: 'completed', duration: String(TALK), start_time: at(12), end_time: at(12 + TALK), timestamp: at(12 + TALK) });
  await end();
  const recording = await recorded(ncco, { call, post, files, from: 12, seconds: TALK });
  const words = (actions) => actions.find(({ action }) => action === 'talk')?.text;
  return { id: call.uuid, heard: [words(menu), words(whisper)], rung: [`+${number}`], talk: TALK, last, recording };
}

/**
 * Plays a call to a number where a message can be left, and leaves one.
 *
 * @param {object} call as for `playVonage`
 * @param {number} call.seconds how long it is
 * @returns {Promise<{id: string, recording: object}>}
 */
export async function leaveVonageMessage({ hooks, secret, from, to, files, seconds }) {
  const { call, post, end } = lineOf({ hooks, secret, from, to });
  const ncco = JSON.parse(await post(`${hooks}/voice`, call));
  const recording = await recorded(ncco, { call, post, files, from: 2, seconds });
  const after = ncco.find(({ action }) => action === 'notify');
  await post(after.eventUrl[0], { conversation_uuid: call.conversation_uuid, payload: after.payload, timestamp: at(2 + seconds) });
  await end();
  return { id: call.uuid, recording };
}

/** Tells the recording that an NCCO asks for, when it is ready. */
async function recorded(ncco, { call, post, files, from, seconds }) {
  const record = ncco.find(({ action }) => action === 'record');
  if (!files || !record) {
    return null;
  }
  const recording = files.keep({ seconds, channels: record.channels ?? 1 });
  const times = { start_time: at(from), end_time: at(from + seconds), timestamp: at(from + seconds + 1) };
  await post(record.eventUrl[0], { ...recording, ...times, conversation_uuid: call.conversation_uuid });
  return recording;
}

/** One caller's line: what their webhooks have in common, and how they are sent. */
function lineOf({ hooks, secret, from, to }) {
  const call = { from: digits(from), to: digits(to), uuid: randomUUID(), conversation_uuid: `CON-${randomUUID()}` };
  const post = async (url, body) => {
    const text = JSON.stringify(body);
    const token = jwt({ api_key: 'abcd1234', iat: Math.floor(Date.now() / 1000), jti: randomUUID(), payload_hash: createHash('sha256').update(text).digest('hex') }, secret);
    assert.ok(verifySignature(token, secret), 'Vonage’s library takes the signature');
    return send(url, text, { 'content-type': 'application/json', authorization: `Bearer ${token}` });
  };
  const end = () => post(`${hooks}/status`, { ...call, status: 'completed', direction: 'inbound', duration: String(CALL), start_time: at(0), end_time: at(CALL), rate: '0.0045', price: '0.009' });
  return { call, post, end };
}

function jwt(claims, secret) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
