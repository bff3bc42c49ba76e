/**
 * An AI service of its own: a real recogniser of speech, and a stand-in for a language model. It speaks OpenAI's protocol, and
 * under `/run/` answers what the models of Workers AI answer.
 *
 *     node tests/speech/service.mjs --port 8710
 *
 * The key comes from the environment variable AI_KEY. `PUT /script` with `{"speech": …, "text": …}` says how the two behave:
 * `good`, `down` (503), `slow` (no answer until the next script), `garbage`, and for text also `obedient` and `boundless`.
 * With `{"hears": "text"}` it hears that in every recording, so that a test which is about something else needs no recogniser.
 * `GET /asked` tells what was asked since it began.
 */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { inWords, transcribe, transcribeChannels } from './recogniser.mjs';
import { complete } from './summariser.mjs';

/** Most bytes of a request, as at OpenAI. */
const MOST_BYTES = 25 * 1024 * 1024;

const script = { speech: 'good', text: 'good', hears: undefined };
const asked = [];
/** What waits for the next script. */
const held = [];

const { values } = parseArgs({ options: { port: { type: 'string' } } });
createServer((request, response) => {
  handle(request, response).catch((error) => json(response, 500, { error: { message: error.message } }));
}).listen(Number(values.port), '127.0.0.1');

async function handle(request, response) {
  const body = await read(request);
  switch (`${request.method} ${request.url}`) {
    case 'GET /healthz':
      return json(response, 200, {});
    case 'PUT /script':
      Object.assign(script, JSON.parse(body));
      held.splice(0).forEach((release) => release());
      return json(response, 200, script);
    case 'GET /asked':
      return json(response, 200, asked);
    default:
  }
  if (request.method === 'POST' && request.url.startsWith('/run/')) {
    return runModel(response, request.url.slice('/run/'.length), JSON.parse(body));
  }
  if (request.headers.authorization !== `Bearer ${process.env.AI_KEY}`) {
    return json(response, 401, { error: { message: 'Incorrect API key provided', type: 'invalid_request_error' } });
  }
  switch (`${request.method} ${request.url}`) {
    case 'POST /v1/audio/transcriptions':
      return answer(response, 'speech', () => hear(request, body));
    case 'POST /v1/chat/completions':
      return answer(response, 'text', () => summarise(body));
    default:
      return json(response, 404, { error: { message: 'Unknown request URL', type: 'invalid_request_error' } });
  }
}

async function answer(response, kind, work) {
  if (script[kind] === 'slow') {
    asked.push({ kind: 'held' });
    await new Promise((resolve) => { held.push(resolve); });
  }
  if (script[kind] === 'down') {
    return json(response, 503, { error: { message: 'The engine is overloaded', type: 'server_error' } });
  }
  return json(response, 200, await work());
}

async function hear(request, body) {
  const form = await new Response(body, { headers: { 'content-type': request.headers['content-type'] } }).formData();
  const file = form.get('file');
  const fields = Object.fromEntries([...form].filter(([name]) => name !== 'file'));
  asked.push({ kind: 'speech', file: { name: file.name, type: file.type, size: file.size }, ...fields });
  if (script.speech === 'garbage') return { words: 'none' };
  return script.hears === undefined ? transcribe(new Uint8Array(await file.arrayBuffer())) : inWords(script.hears);
}

function runModel(response, model, { audio, ...input }) {
  asked.push({ kind: 'run', model, ...input });
  if (audio === undefined) {
    return answer(response, 'text', async () => workersAi(complete(input, script.text)));
  }
  const sound = Buffer.from(audio, 'base64');
  return answer(response, 'speech', () => (model.includes('nova') ? transcribeChannels(sound) : transcribe(sound)));
}

/** Workers AI answers the object itself where a schema was asked for. */
function workersAi({ choices: [{ message }], usage }) {
  return { response: message.content.startsWith('{') ? JSON.parse(message.content) : message.content, usage };
}

async function summarise(body) {
  const question = JSON.parse(body);
  asked.push({ kind: 'text', ...question });
  return complete(question, script.text);
}

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      throw new Error('The request is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
