/**
 * One whole call at each carrier that speaks no TwiML: a menu, a business that is asked for a key, a conversation. The
 * fields are those of the carriers' references; each request is signed, the carrier's own library says that it is signed
 * well, and every further address is taken from the documents.
 */
import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import jambonz from '@jambonz/schema';
import { XmlDocument } from 'libxml2-wasm';
import plivo from 'plivo';
import { CALL, TALK, at, digits, send } from './conversation.mjs';
import { playVonage } from './vonage.mjs';

/** Seconds after which who hangs up while the business hears who calls does so: of the leg, and of the whole call. */
const HEARD = 3;
const LEFT = 9;

/**
 * Plays the call.
 *
 * @param {'plivo'|'bandwidth'|'vonage'|'jambonz'} carrier
 * @param {{edgeUrl: string, secret: string, from: string, to: string, hangsUp?: 'business'|'caller'}} call `secret` is what proves where
 *   requests come from; `hangsUp` who ends the call while the business hears who calls, which Bandwidth's and jambonz' calls can
 * @returns {Promise<{id: string, heard: string[], rung: string[], talk: number, last: string}>} the carrier's id of the call, what was
 *   said to caller and business, who was rung, the seconds of talk, and the document after the conversation
 */
export function playAt(carrier, call) {
  return CARRIERS[carrier]({ ...call, hooks: `${call.edgeUrl}/carrier/${carrier}` });
}

const CARRIERS = { plivo: playPlivo, bandwidth: playBandwidth, vonage: playVonage, jambonz: playJambonz };

async function playPlivo({ hooks, secret, from, to }) {
  const [id, leg] = [randomUUID(), randomUUID()];
  const call = { CallUUID: id, From: digits(from), To: digits(to), Direction: 'inbound', ALegUUID: id, BillRate: '0.0085', ParentAuthID: 'MANWVLYTK4ZWU1YTY4QA' };
  const post = async (url, form) => {
    const nonce = randomBytes(10).toString('hex');
    const signature = createHmac('sha256', secret).update(`${plivoText(url, form)}.${nonce}`).digest('base64');
    assert.ok(plivo.validateV3Signature('POST', url, nonce, secret, signature, form), 'Plivo’s library takes the signature');
    return send(url, new URLSearchParams(form).toString(), {
      'content-type': 'application/x-www-form-urlencoded', 'x-plivo-signature-v3': signature, 'x-plivo-signature-v3-nonce': nonce,
    });
  };
  const menu = xml(await post(`${hooks}/voice`, { ...call, CallStatus: 'ringing', Event: 'StartApp' }));
  const ring = xml(await post(menu.attribute('GetInput', 'action'), { ...call, CallStatus: 'in-progress', Digits: '1', InputType: 'dtmf' }));
  assert.equal(ring.attribute('Dial', 'confirmKey'), '1');
  const bLeg = { DialALegUUID: id, DialBLegUUID: leg, DialBLegFrom: digits(from), DialBLegTo: digits(ring.text('Number')) };
  const callback = ring.attribute('Dial', 'callbackUrl');
  const whisper = xml(await post(ring.attribute('Dial', 'confirmSound'), { ...call, ...bLeg, CallUUID: leg }));
  await post(callback, { ...call, ...bLeg, DialAction: 'answer' });
  await post(callback, { ...call, ...bLeg, DialAction: 'connected' });
  await post(callback, { ...call, ...bLeg, DialAction: 'hangup', DialBLegDuration: String(TALK), DialBLegHangupCause: 'NORMAL_CLEARING' });
  const result = { DialStatus: 'completed', DialRingStatus: 'true', DialHangupCause: 'NORMAL_CLEARING', DialBLegDuration: String(TALK) };
  const last = await post(ring.attribute('Dial', 'action'), { ...call, ...bLeg, ...result, CallStatus: 'in-progress' });
  await post(`${hooks}/status`, { ...call, CallStatus: 'completed', Event: 'Hangup', HangupCause: 'NORMAL_CLEARING', Duration: String(CALL), BillDuration: '60' });
  return { id, heard: [menu.text('Speak'), whisper.text('Speak')], rung: [ring.text('Number')], talk: TALK, last };
}

/** What Plivo signs in front of the nonce: the address with its query in order, and the form in order behind it. */
function plivoText(url, form) {
  const [before, query = ''] = url.split('?');
  const sorted = (pairs) => pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const asked = sorted([...new URLSearchParams(query)]).map(([name, value]) => `${name}=${value}`).join('&');
  const told = sorted(Object.entries(form)).map(([name, value]) => `${name}${value}`).join('');
  return `${before}?${asked}${asked && told ? '.' : ''}${told}`;
}

async function playBandwidth({ hooks, secret, from, to, hangsUp }) {
  const [id, leg] = [`c-${randomUUID()}`, `c-${randomUUID()}`];
  const account = { accountId: '55555555', applicationId: '7fc9698a-b04a-468b-9e8f-91238c0d0086', eventTime: at(0), startTime: at(0) };
  const call = { ...account, from, to, direction: 'inbound', callId: id };
  const post = (url, body) => send(url, JSON.stringify(body), {
    'content-type': 'application/json', authorization: `Basic ${Buffer.from(secret).toString('base64')}`,
  });
  const stirShaken = { verstat: 'TN-Validation-Passed', attestationIndicator: 'A', originatingId: 'abc' };
  const menu = xml(await post(`${hooks}/voice`, { ...call, eventType: 'initiate', stirShaken }));
  const ring = xml(await post(menu.attribute('Gather', 'gatherUrl'), { ...call, eventType: 'gather', digits: '1', terminatingDigit: '', answerTime: at(5) }));
  const number = ring.text('PhoneNumber');
  const dialled = { ...account, from: to, to: number, direction: 'outbound', callId: leg, parentCallId: id, answerTime: at(12) };
  const screen = xml(await post(ring.attribute('PhoneNumber', 'transferAnswerUrl'), { ...dialled, eventType: 'transferAnswer' }));
  if (hangsUp === undefined && screen.has('Gather')) {
    await post(screen.attribute('Gather', 'gatherUrl'), { ...dialled, eventType: 'gather', digits: '1' });
  } else if (hangsUp === undefined) {
    const connecting = xml(await post(screen.attribute('Redirect', 'redirectUrl'), { ...dialled, eventType: 'redirect' }));
    assert.deepEqual(connecting.names, ['Response'], 'nothing more is to be done on the leg, so that it is bridged');
  }
  const heard = hangsUp ? HEARD : TALK;
  await post(ring.attribute('PhoneNumber', 'transferDisconnectUrl'), { ...dialled, eventType: 'transferDisconnect', cause: 'hangup', endTime: at(12 + heard) });
  // Nobody is asked what follows for a caller who is gone.
  const last = hangsUp === 'caller' ? '' : await post(ring.attribute('Transfer', 'transferCompleteUrl'), { ...call, eventType: 'transferComplete', cause: 'hangup', transferTo: number });
  await post(`${hooks}/status`, { ...call, eventType: 'disconnect', cause: 'hangup', answerTime: at(0), endTime: at(hangsUp === 'caller' ? LEFT : CALL) });
  return { id, heard: [menu.text('SpeakSentence'), screen.text('SpeakSentence')], rung: [number], talk: TALK, last };
}

async function playJambonz({ hooks, secret, from, to, hangsUp }) {
  const [id, leg] = [randomUUID(), randomUUID()];
  const call = { call_sid: id, direction: 'inbound', from, to, account_sid: randomUUID(), application_sid: randomUUID(), call_id: randomUUID() };
  const post = async (url, body) => {
    const text = JSON.stringify(body);
    const time = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', secret).update(`${time}.${text}`).digest('hex');
    const reply = await send(url, text, { 'content-type': 'application/json', 'jambonz-signature': `t=${time},v1=${signature}` });
    const verbs = reply === '' ? [] : JSON.parse(reply);
    const { valid, errors } = verbs.length > 0 ? jambonz.validateApp(verbs) : { valid: true };
    assert.ok(valid, JSON.stringify(errors));
    return verbs;
  };
  const find = (verbs, name) => verbs.find(({ verb }) => verb === name);
  const menu = find(await post(`${hooks}/voice`, { ...call, call_status: 'trying', caller_name: 'WIRELESS CALLER' }), 'gather');
  const ring = find(await post(menu.actionHook, { ...call, call_status: 'in-progress', digits: '1', reason: 'dtmfDetected' }), 'dial');
  const [{ number }] = ring.target;
  const dialled = { call_sid: leg, parent_call_sid: id, direction: 'outbound', from: ring.callerId ?? from, to: number };
  await post(`${hooks}/status`, { ...dialled, call_status: 'ringing' });
  await post(`${hooks}/status`, { ...dialled, call_status: 'in-progress' });
  const screen = await post(ring.confirmHook, { ...dialled, call_status: 'in-progress' });
  const asks = find(screen, 'gather');
  if (hangsUp === undefined && asks) {
    await post(asks.actionHook, { ...dialled, call_status: 'in-progress', digits: '1', reason: 'dtmfDetected' });
  }
  await post(`${hooks}/status`, { ...dialled, call_status: 'completed', duration: hangsUp ? HEARD : TALK });
  const status = hangsUp === 'caller' ? 'completed' : 'in-progress';
  const last = await post(ring.actionHook, { ...call, call_status: status, dial_call_status: 'completed', ...(!hangsUp && { dial_sip_status: 200 }), dial_call_sid: leg });
  await post(`${hooks}/status`, { ...call, call_status: 'completed', duration: hangsUp === 'caller' ? LEFT : CALL });
  const words = asks?.say ?? find(screen, 'say');
  return { id, heard: [menu.say.text, words.text], rung: [number], talk: TALK, last: JSON.stringify(last) };
}

/** A document's elements: the first of each name, with its attributes and its text. */
function xml(text) {
  const document = XmlDocument.fromString(text);
  const elements = document.find('//*').map(({ name, attrs, content }) => ({
    name, attributes: Object.fromEntries(attrs.map((attribute) => [attribute.name, attribute.value])), content,
  }));
  document.dispose();
  const first = (name) => elements.find((element) => element.name === name) ?? assert.fail(`there is no ${name} in ${text}`);
  return {
    names: elements.map(({ name }) => name),
    has: (name) => elements.some((element) => element.name === name),
    attribute: (name, attribute) => first(name).attributes[attribute] ?? assert.fail(`${name} has no ${attribute} in ${text}`),
    text: (name) => first(name).content,
  };
}
