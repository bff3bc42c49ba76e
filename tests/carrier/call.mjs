/**
 * The life of one simulated call: the incoming webhook, the documents it is answered with, the
 * callbacks on the way, and the end.
 */
import { randomBytes } from 'node:crypto';
import { CallerHungUp, Clock } from './clock.mjs';
import { dial } from './dial.mjs';
import { callbackWay } from './faults.mjs';
import { callForm, incomingForm, recordingForm, statusForm } from './forms.mjs';
import { send } from './requests.mjs';
import { DocumentError, readDocument, walk } from './twiml.mjs';

/** Verbs one call may reach, all documents together. */
const MOST_VERBS = 200;
/** Redirects one call may follow: a loop of documents would otherwise never end. */
const MOST_REDIRECTS = 20;
/** Documents one call may fetch in all. */
const MOST_DOCUMENTS = 100;
/** Entries of a transcript. */
const MOST_ENTRIES = 2000;
/** Words a synthetic voice speaks in a second (150 a minute). */
const WORDS_PER_SECOND = 2.5;
/** Script seconds a Play lasts: the sound itself is not fetched. */
const PLAY_SECONDS = 3;
/** Script seconds between the end of a recording and its callback. */
const RECORDING_READY_SECONDS = 1;
/** Script seconds until a caller presses a key. */
const KEY_SECONDS = 1;
/** What a carrier says when it cannot use a document. */
const APOLOGY = 'We are sorry, an application error has occurred. Goodbye.';

/** Statuses after which a call can no longer change. */
const FINAL = new Set(['completed', 'busy', 'no-answer', 'failed']);

export class Call {
  #way;
  #documents = 0;
  #redirects = 0;
  #verbCount = 0;
  #answeredAt = null;
  #callees;
  #digits;
  #entries = [];
  #tell;

  /**
   * @param {object} carrier account, addresses and the store of recordings
   * @param {import('./script.mjs').Script} script
   * @param {(call: Call, entry: object|null) => void} tell hears of every change
   */
  constructor(carrier, script, tell) {
    this.carrier = carrier;
    this.script = script;
    this.sid = this.newSid('CA');
    this.status = 'ringing';
    this.phase = 'dialling';
    this.startedAt = new Date();
    this.clock = new Clock(script.speed ?? carrier.speed, script.caller_hangs_up_after ?? Infinity);
    this.#way = callbackWay(script.faults, (seconds) => this.clock.idle(seconds));
    this.#callees = [...script.callee];
    this.#digits = [...script.digits];
    this.#tell = tell;
  }

  /**
   * Plays the call to its end, callbacks included.
   *
   * @returns {Promise<Transcript>}
   */
  async run() {
    try {
      await this.#follow({ why: 'voice', url: this.carrier.voiceUrl, method: 'POST', params: {}, last: false });
    } catch (error) {
      if (!(error instanceof CallerHungUp)) {
        this.#fail(error.code ?? 'simulator', error.message);
      } else {
        this.#note('The caller hung up.');
      }
    }
    this.#end();
    await this.#way.drained();
    this.enterPhase('ended', this.status);
    return this.transcript();
  }

  /** Hands in what a person at the soft-phone does; false if it means nothing at this moment. */
  signal(kind, value) {
    return this.phase !== 'ended' && this.clock.signal(kind, value);
  }

  get ended() {
    return this.phase === 'ended';
  }

  /** Script seconds since the call was answered. */
  get duration() {
    return this.#answeredAt === null ? 0 : Math.round(this.clock.seconds - this.#answeredAt);
  }

  summary() {
    return {
      sid: this.sid, from: this.script.from, to: this.script.to, caller: this.script.caller, status: this.status, phase: this.phase,
      interactive: this.script.interactive, started_at: this.startedAt.toISOString(), duration: this.duration,
    };
  }

  /**
   * @typedef {object} Transcript
   * @property {string} sid
   * @property {string} status the final status
   * @property {number} duration seconds since the answer
   * @property {object[]} requests every webhook: kind, method, url, params, signature, status, body, ms, copy
   * @property {string[]} verbs the path through the documents
   * @property {string[]} heard what the caller heard
   * @property {{code: number|string, message: string}[]} errors
   * @property {object[]} entries all of it in order, with script seconds
   */
  transcript() {
    const of = (type) => this.#entries.filter((entry) => entry.type === type);
    return {
      ...this.summary(),
      account_sid: this.carrier.accountSid,
      script: this.script,
      requests: of('webhook'),
      verbs: of('verb').map((entry) => entry.verb),
      heard: of('heard').map((entry) => entry.text),
      errors: of('error').map(({ code, message }) => ({ code, message })),
      entries: this.#entries,
    };
  }

  // What dial.mjs needs of the call.

  newSid(prefix) {
    return prefix + randomBytes(16).toString('hex');
  }

  nextCallee() {
    return this.#callees.length > 1 ? this.#callees.shift() : this.#callees[0];
  }

  answer() {
    if (this.#answeredAt === null) {
      this.#answeredAt = this.clock.seconds;
      this.status = 'in-progress';
    }
  }

  enterPhase(phase, detail = '') {
    this.phase = phase;
    this.#add({ type: 'phase', phase, detail });
  }

  postCallback(kind, url, params, method = 'POST') {
    this.#way.post(kind, () => this.#request({ kind, url, params, method }));
  }

  keepRecording(asked, { seconds, source }) {
    const recording = {
      sid: this.newSid('RE'), source, seconds, channels: asked.channels, startedAt: this.clock.now - seconds * 1000, callSid: this.sid,
    };
    recording.url = `${this.carrier.mediaUrl}/2010-04-01/Accounts/${this.carrier.accountSid}/Recordings/${recording.sid}`;
    if (seconds > 0) {
      this.carrier.keepRecording(recording);
    }
    const event = seconds > 0 ? 'completed' : 'absent';
    if (asked.callback !== null && asked.events.includes(event)) {
      this.#way.post('recording', async () => {
        await this.clock.idle(RECORDING_READY_SECONDS);
        await this.#request({ kind: 'recording', url: asked.callback, params: recordingForm(this, recording), method: asked.method });
      });
    }
    return recording;
  }

  /** Fetches documents and walks them until one ends the call. */
  async #follow(first) {
    let next = first;
    while (next.do !== 'hangup' && next.do !== 'reject') {
      const document = await this.#document(next);
      if (document === null || next.last) {
        return;
      }
      next = await walk(document.verbs, document.url, this.#line);
    }
    if (next.do === 'reject') {
      this.status = next.reason === 'busy' ? 'busy' : 'no-answer';
    }
  }

  /** Fetches one document, or the fallback's; null if the call cannot go on. */
  async #document({ why, url, method, params, last }) {
    this.#documents += 1;
    this.#redirects += why === 'redirect' ? 1 : 0;
    if (this.#documents > MOST_DOCUMENTS || this.#redirects > MOST_REDIRECTS) {
      throw new DocumentError('too_many_documents', 'The documents lead on without end; the simulator stops here.');
    }
    if (last) {
      this.status = this.#answeredAt === null ? 'no-answer' : 'completed';
    }
    const form = { ...(why === 'voice' ? incomingForm(this) : callForm(this)), ...params };
    const reply = await this.#request({ kind: why, url, params: form, method });
    await this.#repeat({ kind: why, url, params: form, method }, reply);
    try {
      const { verbs, warnings } = readDocument(reply);
      warnings.forEach(({ code, message }) => this.#fail(code, message));
      return { verbs, url: reply.url };
    } catch (error) {
      return last ? null : this.#afterError(error, why, reply.url);
    }
  }

  async #afterError(error, why, url) {
    if (!(error instanceof DocumentError)) {
      throw error;
    }
    this.#fail(error.code, `${error.message} (${url})`);
    if (this.carrier.fallbackUrl && why !== 'fallback') {
      const params = { ErrorCode: String(error.code), ErrorUrl: url };
      return this.#document({ why: 'fallback', url: this.carrier.fallbackUrl, method: 'POST', params, last: false });
    }
    this.answer();
    this.#hear(APOLOGY);
    return null;
  }

  /** The copies of a document's request that a fault asks for: the answer must be the same. */
  async #repeat(request, first) {
    for (let copy = 1; copy <= this.#way.copies; copy += 1) {
      const reply = await this.#request({ ...request, copy });
      if (reply.body !== first.body) {
        this.#fail('copy_differs', `the same ${request.kind} webhook was answered with another document`);
      }
    }
  }

  async #request({ kind, url, params, method, copy = 0 }) {
    const entry = { type: 'webhook', kind, method, url, params, copy, status: null };
    this.#add(entry);
    const token = this.script.bad_signature ? `not-${this.carrier.authToken}` : this.carrier.authToken;
    const reply = await send({ url, method, params, authToken: token, limitMs: this.carrier.answerLimitMs });
    Object.assign(entry, {
      url: reply.url, signature: reply.signature, tries: reply.tries, status: reply.status, content_type: reply.contentType,
      body: reply.body, ms: Math.round(reply.ms), failure: reply.failure,
    });
    this.#tell(this, entry);
    return reply;
  }

  #end() {
    if (!FINAL.has(this.status)) {
      this.status = this.#answeredAt === null ? 'no-answer' : 'completed';
    }
    if (this.carrier.statusUrl) {
      this.postCallback('status', this.carrier.statusUrl, statusForm(this, this.duration));
    }
  }

  // The line that the verbs act on.

  #line = {
    enter: (verb) => {
      this.#verbCount += 1;
      if (this.#verbCount > MOST_VERBS) {
        throw new DocumentError('too_many_verbs', `A call reaches at most ${MOST_VERBS} verbs; the simulator stops here.`);
      }
      const unanswered = verb.name === 'Reject' || verb.name === 'Redirect';
      if (!unanswered && !(verb.name === 'Dial' && verb.attributes.answerOnBridge === 'true')) {
        this.answer();
      }
      this.#add({ type: 'verb', verb: verb.name, text: verb.text });
    },
    say: async (words) => {
      this.enterPhase(this.phase === 'menu' ? 'menu' : 'listening');
      this.#hear(words);
      await this.clock.pass(words.split(' ').length / WORDS_PER_SECOND);
    },
    play: async (url) => {
      this.#hear(`[sound ${url}]`);
      await this.clock.pass(PLAY_SECONDS);
    },
    pause: async (seconds) => {
      await this.clock.pass(seconds);
    },
    gather: (wanted) => this.#gather(wanted),
    dial: (plan) => dial(this, plan),
    record: (plan) => this.#record(plan),
  };

  async #gather({ timeout, digits, finishOnKey, prompt }) {
    this.enterPhase('menu');
    const scripted = this.script.interactive ? undefined : this.#digits.shift();
    if (!this.script.interactive) {
      await prompt();
      if (!scripted) {
        await this.clock.pass(timeout);
        return '';
      }
      await this.clock.pass(KEY_SECONDS);
      return this.#pressed(scripted, digits, finishOnKey).keys;
    }
    this.clock.listen('digits');
    try {
      await prompt();
      return await this.#collect(timeout, digits, finishOnKey);
    } finally {
      this.clock.listen();
    }
  }

  async #collect(timeout, digits, finishOnKey) {
    let typed = '';
    // Each round takes at least one key or ends, and more than the wanted keys are never taken.
    for (let round = 0; round <= digits; round += 1) {
      const signal = await this.clock.pass(timeout);
      if (signal === null) {
        break;
      }
      typed += String(signal.value);
      const { keys, done } = this.#pressed(typed, digits, finishOnKey);
      if (done) {
        return keys;
      }
    }
    return typed;
  }

  #pressed(typed, digits, finishOnKey) {
    const stop = finishOnKey === '' ? -1 : typed.indexOf(finishOnKey);
    const keys = (stop === -1 ? typed : typed.slice(0, stop)).slice(0, digits);
    return { keys, done: stop !== -1 || keys.length === digits };
  }

  async #record({ maxLength, timeout, record }) {
    this.enterPhase('recording');
    this.#hear('[tone]');
    const message = await this.#message(maxLength, timeout);
    if (message.seconds === 0) {
      this.keepRecording(record, { seconds: 0, source: 'RecordVerb' });
      return { params: null, gone: message.gone };
    }
    const { sid, url } = this.keepRecording(record, { seconds: message.seconds, source: 'RecordVerb' });
    const digits = message.gone ? { Digits: 'hangup' } : { Digits: message.key };
    return {
      params: { RecordingSid: sid, RecordingUrl: url, RecordingDuration: String(message.seconds), ...digits },
      gone: message.gone,
    };
  }

  /** Plays what the caller says after the tone: how long, and how it ended. */
  async #message(maxLength, timeout) {
    const began = this.clock.seconds;
    const length = () => Math.round(this.clock.seconds - began);
    this.clock.listen('digits', 'message');
    try {
      const plan = this.script.interactive ? await this.#ask(maxLength) : this.script.voicemail;
      if (plan === null) {
        return { seconds: 0, key: '', gone: true };
      }
      await this.clock.pass(Math.min(plan.seconds, maxLength));
      const seconds = length();
      if (seconds >= maxLength) {
        return { seconds, key: '', gone: false };
      }
      if (plan.ends === 'silence' || plan.seconds === 0) {
        await this.clock.pass(timeout);
      }
      return { seconds, key: plan.ends === 'key' ? '#' : '', gone: plan.ends === 'hangup' && plan.seconds > 0 };
    } catch (error) {
      if (!(error instanceof CallerHungUp)) {
        throw error;
      }
      return { seconds: length(), key: '', gone: true };
    } finally {
      this.clock.listen();
    }
  }

  /** Records a person until a key, a ready-made message, or the longest length. */
  async #ask(maxLength) {
    const signal = await this.clock.pass(maxLength);
    if (signal?.kind === 'message') {
      return { seconds: Number(signal.value) || 8, ends: 'hangup' };
    }
    return { seconds: 0.001, ends: 'key' };
  }

  #hear(text) {
    this.#add({ type: 'heard', text });
  }

  #note(text) {
    this.#add({ type: 'note', text });
  }

  #fail(code, message) {
    this.#add({ type: 'error', code, message });
  }

  #add(entry) {
    if (this.#entries.length >= MOST_ENTRIES) {
      return;
    }
    entry.id = this.#entries.length;
    entry.at = Math.round(this.clock.seconds * 10) / 10;
    this.#entries.push(entry);
    this.#tell(this, entry);
  }
}
