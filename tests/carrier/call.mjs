/**
 * The life of one simulated call: the incoming webhook, the documents it is answered with, the
 * callbacks on the way, and the end.
 */
import { CallerHungUp, Clock } from './clock.mjs';
import { dial } from './dial.mjs';
import { callbackWay } from './faults.mjs';
import { DocumentError, readDocument } from './document.mjs';
import { callForm, incomingForm, recordingForm, statusForm } from './forms.mjs';
import { gatherKeys } from './keys.mjs';
import { takeMessage } from './message.mjs';
import { send } from './requests.mjs';
import { walk } from './twiml.mjs';

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
  #lostAnswers;
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
    this.#lostAnswers = { ...script.faults.lose_answers };
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
      await this.#follow({ do: 'fetch', why: 'voice', url: this.carrier.voiceUrl, method: 'POST', params: {}, last: false });
    } catch (error) {
      if (!(error instanceof CallerHungUp)) {
        this.fail(error.code ?? 'simulator', error.message);
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
   * @property {string[]} whispered what whoever answered heard before being connected
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
      whispered: of('whispered').map((entry) => entry.text),
      errors: of('error').map(({ code, message }) => ({ code, message })),
      entries: this.#entries,
    };
  }

  // What dial.mjs, whisper.mjs and message.mjs need of the call.

  newSid(prefix) {
    return this.carrier.dialect.newSid(prefix);
  }

  calleeAt(number) {
    const { callees } = this.script;
    if (Object.hasOwn(callees, number)) {
      return callees[number];
    }
    return this.#callees.length > 1 ? this.#callees.shift() : this.#callees[0];
  }

  answer() {
    if (this.#answeredAt === null) {
      this.#answeredAt = this.clock.seconds;
      this.status = 'in-progress';
    }
  }

  enterPhase(phase, detail = '') {
    const leaves = this.script.caller_hangs_up_in;
    if (leaves?.phase === phase && this.phase !== phase) {
      this.clock.leaveAt(this.clock.seconds + leaves.seconds);
    }
    this.phase = phase;
    this.#add({ type: 'phase', phase, detail });
  }

  fail(code, message) {
    this.#add({ type: 'error', code, message });
  }

  postCallback(kind, url, params, method = 'POST') {
    this.#way.post(kind, () => this.#request({ kind, url, params, method }));
  }

  /** Begins a recording: it has its id and its first callback before it is over. */
  beginRecording(asked) {
    const begun = { sid: this.newSid('RE'), startedAt: this.clock.now };
    this.#tellRecording(asked, { ...begun, source: 'DialVerb', seconds: 0, status: 'in-progress' });
    return begun;
  }

  keepRecording(asked, { sid = this.newSid('RE'), startedAt, seconds, source, sound = this.script.sound }) {
    const recording = {
      sid, source, seconds, channels: asked.channels, startedAt: startedAt ?? this.clock.now - seconds * 1000, callSid: this.sid, sound,
    };
    recording.url = this.carrier.dialect.recordingUrl(this.carrier, sid, this.clock.beside);
    if (seconds > 0) {
      this.carrier.keepRecording(recording);
    }
    this.#tellRecording(asked, { ...recording, status: seconds > 0 ? 'completed' : 'absent' });
    return recording;
  }

  /**
   * Tells, of a call that is over, one more recording: as of one that somebody began by the REST interface.
   *
   * @param {{seconds: number, sound?: string|null, callback: string}} late
   * @returns {Promise<string>} its id
   */
  async recordLate({ seconds, sound, callback }) {
    const asked = { callback, method: 'POST', events: ['completed'], channels: 1, track: 'both' };
    const { sid } = this.keepRecording(asked, { seconds, source: 'StartCallRecordingAPI', sound });
    await this.#way.drained();
    return sid;
  }

  #tellRecording(asked, recording) {
    if (asked.callback === null || !asked.events.includes(recording.status)) {
      return;
    }
    const params = recordingForm(this, { ...recording, channels: asked.channels, track: asked.track });
    const after = recording.status === 'in-progress' ? 0 : RECORDING_READY_SECONDS;
    this.#way.post('recording', async () => {
      await this.clock.idle(after);
      await this.#request({ kind: 'recording', url: asked.callback, params, method: asked.method });
    });
  }

  /** Fetches a document for a dialled leg; null if it has none that can be carried out. */
  async legDocument({ why, url, method, form }) {
    this.#count(why);
    const reply = await this.#asked({ kind: why, url, params: form, method });
    try {
      return this.#read(reply, { toCallee: true });
    } catch (error) {
      if (!(error instanceof DocumentError)) {
        throw error;
      }
      this.fail(error.code, `${error.message} (${reply.url})`);
      return null;
    }
  }

  enterLegVerb(verb) {
    this.#countVerb();
    this.#add({ type: 'leg-verb', verb: verb.name, text: verb.text });
  }

  heard(text, voice = {}) {
    this.#add({ type: 'heard', text, ...pick(voice) });
  }

  whispered(text, voice = {}) {
    this.#add({ type: 'whispered', text, ...pick(voice) });
  }

  secondsOf(words) {
    return words.split(' ').length / WORDS_PER_SECOND;
  }

  get secondsOfSound() {
    return PLAY_SECONDS;
  }

  /** Fetches documents and walks them until one ends the call. */
  async #follow(first) {
    let next = first;
    while (next.do === 'fetch') {
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
    this.#count(why);
    if (last) {
      this.status = this.#answeredAt === null ? 'no-answer' : 'completed';
    }
    const form = { ...(why === 'voice' ? incomingForm(this) : callForm(this)), ...params };
    const reply = await this.#asked({ kind: why, url, params: form, method });
    try {
      return this.#read(reply);
    } catch (error) {
      return last ? null : this.#afterError(error, why, reply.url);
    }
  }

  #count(why) {
    this.#documents += 1;
    this.#redirects += why === 'redirect' ? 1 : 0;
    if (this.#documents > MOST_DOCUMENTS || this.#redirects > MOST_REDIRECTS) {
      throw new DocumentError('too_many_documents', 'The documents lead on without end; the simulator stops here.');
    }
  }

  #read(reply, { toCallee = false } = {}) {
    const { verbs, warnings } = readDocument(reply, { dialect: this.carrier.dialectName, toCallee });
    warnings.forEach(({ code, message }) => this.fail(code, message));
    return { verbs, url: reply.url };
  }

  async #afterError(error, why, url) {
    if (!(error instanceof DocumentError)) {
      throw error;
    }
    this.fail(error.code, `${error.message} (${url})`);
    if (this.carrier.fallbackUrl && why !== 'fallback') {
      const params = { ErrorCode: String(error.code), ErrorUrl: url };
      return this.#document({ why: 'fallback', url: this.carrier.fallbackUrl, method: 'POST', params, last: false });
    }
    this.answer();
    this.heard(APOLOGY);
    return null;
  }

  /** Asks for a document, as often as a fault wants it: each copy must be answered the same. */
  async #asked(request) {
    const first = await this.#request(request);
    for (let copy = 1; copy <= this.#way.copies; copy += 1) {
      const reply = await this.#request({ ...request, copy });
      if (reply.body !== first.body) {
        this.fail('copy_differs', `the same ${request.kind} webhook was answered with another document`);
      }
    }
    return first;
  }

  async #request({ kind, url, params, method, copy = 0 }) {
    const form = this.carrier.dialect.fill(kind, params);
    const entry = { type: 'webhook', kind, method, url, params: form, copy, status: null };
    this.#add(entry);
    const { authToken, dialect, answerLimitMs } = this.carrier;
    const sign = dialect.headers(this.script.bad_signature ? `not-${authToken}` : authToken);
    const lostAnswers = copy === 0 ? this.#lostAnswers[kind] ?? 0 : 0;
    delete this.#lostAnswers[kind];
    const reply = await send({ url, method, params: form, sign, limitMs: answerLimitMs, lostAnswers });
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
      this.#countVerb();
      const unanswered = verb.name === 'Reject' || verb.name === 'Redirect';
      if (!unanswered && !(verb.name === 'Dial' && verb.attributes.answerOnBridge === 'true')) {
        this.answer();
      }
      this.#add({ type: 'verb', verb: verb.name, text: verb.text });
    },
    say: async (words, voice) => {
      this.enterPhase(this.phase === 'menu' ? 'menu' : 'listening');
      this.heard(words, voice);
      await this.clock.linger(this.secondsOf(words));
    },
    play: async (url) => {
      this.enterPhase(this.phase === 'menu' ? 'menu' : 'listening');
      this.heard(`[sound ${url}]`);
      await this.clock.linger(PLAY_SECONDS);
    },
    pause: async (seconds) => {
      await this.clock.linger(seconds);
    },
    interrupted: () => this.clock.isSignalled,
    gather: (wanted) => this.#gather(wanted),
    dial: (plan) => dial(this, plan),
    record: (plan) => takeMessage(this, plan),
  };

  async #gather(wanted) {
    this.enterPhase('menu');
    try {
      return await gatherKeys(this.clock, wanted, { kind: 'digits', pressed: this.script.interactive ? null : this.#digits.shift() ?? null });
    } finally {
      this.phase = 'listening';
    }
  }

  #countVerb() {
    this.#verbCount += 1;
    if (this.#verbCount > MOST_VERBS) {
      throw new DocumentError('too_many_verbs', `A call reaches at most ${MOST_VERBS} verbs; the simulator stops here.`);
    }
  }

  #note(text) {
    this.#add({ type: 'note', text });
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

/** Whose voice speaks, where the document says so. */
function pick({ language, voice }) {
  return { ...(language && { language }), ...(voice && { voice }) };
}
