/** Plays flows end to end: publishes one, lets the carrier call, and answers what the carrier and the call log say. */
import assert from 'node:assert/strict';
import { twimlSchema } from '../carrier/schema.mjs';
import { NUMBERS, putSite } from '../rig/seed.mjs';
import { startWorld } from './world.mjs';

/** Script seconds in a real second: a minute's call takes a fifth of a second, and the webhooks on it. */
const SPEED = 300;
/** Webhooks that nobody waits for. */
const CALLBACK = /^(leg|status|recording)/;

const isValid = twimlSchema();

/** Numbers of the business. */
export const [ANNA, BEN, CARLA] = ['+13125550197', '+13125550198', '+13125550199'];
export const END = { type: 'hangup' };

/** A forward that ends by whatever outcome, unless `next` says otherwise. */
export function forward(to, { next = {}, ...more } = {}) {
  const outcomes = ['answered', 'no_answer', 'busy', 'failed', 'canceled'];
  return { type: 'forward', to, ...more, next: { ...Object.fromEntries(outcomes.map((outcome) => [outcome, 'end'])), ...next } };
}

/** A greeting by which a test hears where a call came to. */
export function says(say, done = 'end') {
  return { type: 'greeting', say, next: { done } };
}

export const voicemail = (more = {}) => ({ type: 'voicemail', say: 'Please leave a message.', next: { recorded: 'end', nothing: 'end' }, ...more });

/** Starts a world in which flows are played. */
export async function startFlows(options) {
  return new Flows(await startWorld(options));
}

class Flows {
  #callers = 0;

  constructor(world) {
    this.world = world;
  }

  close() {
    return this.world.close();
  }

  /** Publishes the site with a flow that begins with its first step; a step called `end` hangs up. */
  async publish(steps, { flows, settings } = {}) {
    const flow = { version: 1, start: Object.keys(steps)[0], steps: { ...steps, ...(uses(steps, 'end') && { end: END }) }, ...(settings && { settings }) };
    const document = { ...this.world.document, flow, ...(flows && { flows }) };
    return putSite({ edgeUrl: this.world.edgeUrl, apiKey: this.world.apiKey, document });
  }

  /**
   * Lets the carrier call, checks every document it was given, and answers its transcript and the log's record. Where the word
   * on the end is not the last one that comes, `ready` says when the record is what is waited for.
   */
  async call(script = {}, { to = NUMBERS.source, errors = [], ready } = {}) {
    this.#callers += 1;
    const from = `+1773555${String(100 + (this.#callers % 100)).padStart(4, '0')}`;
    const transcript = await this.world.carrier.placeCall({ from, to, speed: SPEED, ...script });
    checkDocuments(transcript, errors);
    return { transcript, record: await this.world.logged(transcript.sid, ready) };
  }

  /** Publishes a flow and plays one call. */
  async play(steps, script, options = {}) {
    await this.publish(steps, options);
    return this.call(script, options);
  }
}

function uses(steps, name) {
  return !(name in steps) && JSON.stringify(steps).includes(`:"${name}"`);
}

/** Every document must be one that the carrier takes, and by its schema, too. */
export function checkDocuments(transcript, errors = []) {
  assert.deepEqual(transcript.errors.map(({ code, message }) => `${code} ${message}`), errors);
  for (const { kind, status, body, content_type: type } of transcript.requests) {
    if (!CALLBACK.test(kind)) {
      assert.equal(status, 200, kind);
      assert.match(type, /^text\/xml/);
      assert.doesNotThrow(() => isValid?.(body), `${kind}: ${body}`);
    } else {
      assert.ok(status >= 200 && status < 300, `${kind} was answered ${status}`);
    }
  }
}

/** Lists the numbers that were rung, in order. */
export function rung(transcript) {
  return transcript.requests.filter(({ kind }) => kind === 'leg:initiated').map(({ params }) => params.To);
}

/** Lists how the legs ended, by number. */
export function legs(transcript) {
  const ends = transcript.requests.filter(({ kind }) => kind === 'leg:completed');
  return Object.fromEntries(ends.map(({ params }) => [params.To, params.CallStatus]));
}

/** Answers what the log says of how a call went. */
export function told({ outcome, answered, voicemail: message, talk_time: talked, business_phone_number: business }) {
  return { outcome, answered, voicemail: message, talked, business };
}

export const answeredBy = (business, talked) => ({ outcome: 'answered', answered: true, voicemail: false, talked, business });
