/**
 * The carrier: an HTTP server that plays calls against the edge, with a soft-phone at `/`, a
 * control interface under `/calls`, and the few REST addresses of Twilio that the edge reads.
 *
 *     node tests/carrier/simulator.mjs --port 8702 --account-sid AC… --edge http://127.0.0.1:8700
 *
 * The auth token comes from `--auth-token` or, unseen by other users of the machine, from the
 * environment variable CARRIER_AUTH_TOKEN.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Call } from './call.mjs';
import { DIALECTS } from './dialects.mjs';
import { rfc2822 } from './forms.mjs';
import { sendMedia } from './recordings.mjs';
import { ANSWER_LIMIT_MS } from './requests.mjs';
import { readScript, ScriptError } from './script.mjs';
import { answerTelnyx } from './telnyx-recordings.mjs';

/** Calls that are kept for reading; the oldest that is over is dropped first. */
const MOST_CALLS = 500;
/** Recordings that are kept. */
const MOST_RECORDINGS = 500;
/** Requests to the REST interface that are kept for reading. */
const MOST_ASKED = 1000;
/** Calls going on at once. */
const MOST_RUNNING = 200;
/** Listeners of the event stream at once. */
const MOST_LISTENERS = 20;
/** Bytes of a request to the control interface. */
const MOST_BYTES = 64 * 1024;
/** Calls that a new listener of the event stream is told of. */
const RETOLD_CALLS = 20;

const SOFT_PHONE = new Map([
  ['/', ['soft-phone/index.html', 'text/html; charset=utf-8']],
  ['/soft-phone.css', ['soft-phone/soft-phone.css', 'text/css; charset=utf-8']],
  ['/soft-phone.js', ['soft-phone/soft-phone.js', 'text/javascript; charset=utf-8']],
  ['/document-view.js', ['soft-phone/document-view.js', 'text/javascript; charset=utf-8']],
]);
/** What a person may do during a call, and the signal it becomes. */
const ACTIONS = {
  answer: 'answer', busy: 'busy', decline: 'decline', message: 'message', digits: 'digits', 'callee-digits': 'callee-digits',
};

/**
 * Starts a carrier on 127.0.0.1.
 *
 * @param {object} options
 * @param {number} [options.port] 0 for a free one
 * @param {string} options.accountSid
 * @param {string|import('node:crypto').KeyObject} options.authToken what signs its webhooks
 * @param {'twilio'|'signalwire'|'telnyx'} [options.dialect] whose language it speaks
 * @param {string} options.edgeUrl base address of the edge, as the edge knows itself
 * @param {string|null} [options.voiceUrl] the numbers' Voice URL, if not the edge's usual one
 * @param {string|null} [options.statusUrl] the numbers' Status Callback
 * @param {string|null} [options.fallbackUrl] the numbers' Voice Fallback URL; none by default
 * @param {number} [options.speed] script seconds in one real second
 * @param {string} [options.apiKey] the key of Telnyx's REST interface
 * @param {number} [options.answerLimitMs] milliseconds the carrier waits for an answer
 * @returns {Promise<Carrier>}
 *
 * @typedef {object} Carrier
 * @property {string} url
 * @property {(script: object) => Promise<import('./call.mjs').Transcript>} placeCall plays a call and answers its transcript
 * @property {(sid: string, late: {seconds: number, sound?: string}) => Promise<string>} recordLate tells one more recording of a call that
 *   is over, and answers its id
 * @property {() => object[]} calls summaries, newest first
 * @property {() => {method: string, path: string, authorized: boolean}[]} asked requests to the REST interface, oldest first
 * @property {() => Promise<void>} close
 */
export async function startCarrier(options) {
  const dialectName = options.dialect ?? 'twilio';
  const hooks = `${options.edgeUrl.replace(/\/$/, '')}/carrier/${dialectName}`;
  const state = {
    dialectName, dialect: DIALECTS[dialectName],
    accountSid: options.accountSid, authToken: options.authToken, speed: options.speed ?? 1,
    answerLimitMs: options.answerLimitMs ?? ANSWER_LIMIT_MS, apiKey: options.apiKey ?? null,
    voiceUrl: options.voiceUrl ?? `${hooks}/voice`,
    statusUrl: options.statusUrl ?? `${hooks}/status`,
    fallbackUrl: options.fallbackUrl ?? null,
    mediaUrl: '', calls: new Map(), recordings: new Map(), listeners: new Set(), asked: [],
    keepRecording(recording) {
      keep(state.recordings, recording.sid, recording, MOST_RECORDINGS);
    },
    noteAsked(request) {
      if (state.asked.length < MOST_ASKED) {
        state.asked.push(request);
      }
    },
  };
  const server = createServer((request, response) => {
    respond(state, request, response).catch((error) => {
      console.error('carrier:', error);
      fail(response, 500, 'internal', 'The simulator failed; its console has the reason.');
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  state.mediaUrl = url;
  return {
    url,
    placeCall: (script) => startCall(state, script).done,
    recordLate: (sid, late) => state.calls.get(sid).recordLate({ ...late, callback: `${hooks}/recording` }),
    calls: () => summaries(state),
    asked: () => [...state.asked],
    async close() {
      state.listeners.forEach((listener) => listener.end());
      for (const call of state.calls.values()) {
        call.signal('hangup');
      }
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function startCall(state, input) {
  const script = readScript(input);
  const running = [...state.calls.values()].filter((call) => !call.ended).length;
  if (running >= MOST_RUNNING) {
    throw new ScriptError(`${MOST_RUNNING} calls are going on; wait until one is over.`);
  }
  const call = new Call(state, script, (changed, entry) => broadcast(state, changed, entry));
  keep(state.calls, call.sid, call, MOST_CALLS, (old) => old.ended);
  return { call, done: call.run() };
}

/** Adds to a map and drops the oldest that may go. */
function keep(map, key, value, most, mayGo = () => true) {
  map.set(key, value);
  if (map.size > most) {
    const oldest = [...map].find(([, old]) => mayGo(old));
    map.delete(oldest?.[0] ?? key);
  }
}

function summaries(state) {
  return [...state.calls.values()].map((call) => call.summary()).reverse();
}

function broadcast(state, call, entry) {
  const line = `data: ${JSON.stringify({ call: call.summary(), entry })}\n\n`;
  state.listeners.forEach((listener) => listener.write(line));
}

async function respond(state, request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://carrier');
  const page = SOFT_PHONE.get(pathname);
  if (page && request.method === 'GET') {
    return servePage(response, page);
  }
  if (pathname.startsWith('/2010-04-01/')) {
    return rest(state, request, response, { pathname, channels: Number(searchParams.get('RequestedChannels')) || null });
  }
  if (state.dialectName === 'telnyx' && await answerTelnyx(state, request, response)) {
    return undefined;
  }
  if (pathname === '/events' && request.method === 'GET') {
    return events(state, request, response);
  }
  if (pathname === '/healthz') {
    return json(response, 200, { ok: true });
  }
  const [, first, sid, action, ...rest_] = pathname.split('/');
  if (first === 'calls' && rest_.length === 0) {
    return control(state, request, response, { sid, action, wait: searchParams.get('wait') === '1' });
  }
  return fail(response, 404, 'not_found', 'There is nothing at this address.');
}

async function servePage(response, [file, type]) {
  const body = await readFile(new URL(file, import.meta.url));
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

async function control(state, request, response, { sid, action, wait }) {
  if (sid === undefined && request.method === 'GET') {
    return json(response, 200, { calls: summaries(state) });
  }
  const call = sid === undefined ? null : state.calls.get(sid);
  if (call === undefined) {
    return fail(response, 404, 'unknown_call', 'No call has this sid; GET /calls lists them.');
  }
  if (call !== null && action === undefined && request.method === 'GET') {
    return json(response, 200, call.transcript());
  }
  if (request.method !== 'POST') {
    return fail(response, 405, 'wrong_method', 'Read with GET, act with POST.');
  }
  // A page of another origin can post a form, but not JSON: so it can start no calls.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return fail(response, 415, 'not_json', 'Send JSON, with content-type application/json.');
  }
  const body = await readJson(request);
  if (body === undefined) {
    return fail(response, 400, 'bad_json', `The body is not JSON of at most ${MOST_BYTES} bytes.`);
  }
  return call === null ? start(state, response, body, wait) : act(response, call, action, body);
}

async function start(state, response, body, wait) {
  let started;
  try {
    started = startCall(state, body);
  } catch (error) {
    if (error instanceof ScriptError) {
      return fail(response, 400, 'bad_script', error.message);
    }
    throw error;
  }
  if (wait) {
    return json(response, 200, await started.done);
  }
  return json(response, 201, started.call.summary());
}

function act(response, call, action, body) {
  let done;
  if (action === 'hangup') {
    done = call.signal(body.by === 'business' ? 'end' : 'hangup');
  } else if (Object.hasOwn(ACTIONS, action)) {
    done = call.signal(ACTIONS[action], body.digits ?? body.seconds);
  } else {
    return fail(response, 404, 'unknown_action', `The actions are hangup, ${Object.keys(ACTIONS).join(', ')}.`);
  }
  return done
    ? json(response, 200, call.summary())
    : fail(response, 409, 'not_now', `The call is "${call.phase}": this means nothing at this moment.`);
}

function events(state, request, response) {
  if (state.listeners.size >= MOST_LISTENERS) {
    return fail(response, 503, 'too_many_listeners', `At most ${MOST_LISTENERS} pages can listen at once.`);
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  const recent = [...state.calls.values()].slice(-RETOLD_CALLS);
  recent.forEach((call) => response.write(`data: ${JSON.stringify({ call: call.summary(), entry: null })}\n\n`));
  state.listeners.add(response);
  request.on('close', () => state.listeners.delete(response));
  return undefined;
}

/** The part of Twilio's REST interface that a receiver of webhooks reads. */
function rest(state, request, response, { pathname, channels }) {
  const expected = `Basic ${Buffer.from(`${state.accountSid}:${state.authToken}`).toString('base64')}`;
  const authorized = request.headers.authorization === expected;
  state.noteAsked({ method: request.method, path: pathname, authorized });
  if (!authorized) {
    response.setHeader('www-authenticate', 'Basic realm="Twilio API"');
    return json(response, 401, { code: 20003, message: 'Authenticate', status: 401 });
  }
  const base = `/2010-04-01/Accounts/${state.accountSid}/`;
  const name = pathname.startsWith(base) ? pathname.slice(base.length) : '';
  const media = /^Recordings\/(RE[0-9a-f]{32})(\.wav|\.mp3|\.json)?$/.exec(name);
  const recording = media && state.recordings.get(media[1]);
  if (recording && request.method === 'DELETE') {
    const { media: faults } = state.calls.get(recording.callSid).script;
    if (faults.kept > 0) {
      faults.kept -= 1;
      return json(response, 400, { code: 20001, message: 'Cannot delete this recording', status: 400 });
    }
    state.recordings.delete(recording.sid);
    return response.writeHead(204).end();
  }
  if (recording) {
    return sendRecording(response, state, recording, { form: media[2] ?? '.wav', channels });
  }
  const call = state.calls.get(/^Calls\/(CA[0-9a-f]{32})\.json$/.exec(name)?.[1]);
  if (call) {
    return json(response, 200, callResource(state, call));
  }
  return json(response, 404, { code: 20404, message: 'The requested resource was not found', status: 404 });
}

function sendRecording(response, state, recording, asked) {
  if (asked.form === '.json') {
    return json(response, 200, {
      sid: recording.sid, call_sid: recording.callSid, account_sid: state.accountSid, duration: String(recording.seconds),
      channels: recording.channels, source: recording.source, status: 'completed', start_time: rfc2822(recording.startedAt),
    });
  }
  const { media } = state.calls.get(recording.callSid).script;
  const { sound } = recording;
  if (sound !== null) {
    const body = readFileSync(sound);
    return response.writeHead(200, { 'content-type': sound.endsWith('.mp3') ? 'audio/mpeg' : 'audio/x-wav', 'content-length': body.length }).end(body);
  }
  return sendMedia(response, recording, asked, media);
}

function callResource(state, call) {
  const { from, to, caller } = call.script;
  return {
    sid: call.sid, account_sid: state.accountSid, api_version: '2010-04-01', direction: 'inbound', from, to, status: call.status,
    caller_name: caller.name, duration: String(call.duration), start_time: rfc2822(call.startedAt.getTime()),
    end_time: call.ended ? rfc2822(call.clock.now) : null, parent_call_sid: null,
  };
}

async function readJson(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MOST_BYTES) {
      return undefined;
    }
    parts.push(part);
  }
  try {
    const value = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function fail(response, status, code, message) {
  if (response.headersSent) {
    response.end();
    return;
  }
  json(response, status, { error: { code, message } });
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' }, edge: { type: 'string' }, 'account-sid': { type: 'string' }, 'auth-token': { type: 'string' },
      fallback: { type: 'string' }, speed: { type: 'string', default: '1' },
    },
  });
  const authToken = values['auth-token'] ?? process.env.CARRIER_AUTH_TOKEN;
  if (!values.port || !values.edge || !values['account-sid'] || !authToken) {
    console.error('Usage: simulator.mjs --port PORT --edge URL --account-sid AC… --auth-token TOKEN (or CARRIER_AUTH_TOKEN) [--fallback URL] [--speed 1]');
    process.exitCode = 2;
    return;
  }
  const carrier = await startCarrier({
    port: Number(values.port), edgeUrl: values.edge, accountSid: values['account-sid'], authToken, fallbackUrl: values.fallback ?? null,
    speed: Number(values.speed),
  });
  console.log(`carrier at ${carrier.url}`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await carrier.close();
      process.exit(0);
    });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main();
}
