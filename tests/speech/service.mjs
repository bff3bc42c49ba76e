/**
 * An AI service of its own, with OpenAI's protocol: a real recogniser of speech, and a stand-in for a language model.
 *
 *     node tests/speech/service.mjs --port 8710
 *
 * The key comes from the environment variable AI_KEY. `PUT /script` with `{"speech": …, "text": …}` says how the two behave:
 * `good`, `down` (503), `slow` (no answer), `garbage`, and for text also `obedient` and `boundless`. `GET /asked` tells what
 * was asked since it began.
 */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { recognise } from './recogniser.mjs';
import { complete } from './summariser.mjs';

/** Most bytes of a request, as at OpenAI. */
const MOST_BYTES = 25 * 1024 * 1024;

const script = { speech: 'good', text: 'good' };
const asked = [];

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
      return json(response, 200, script);
    case 'GET /asked':
      return json(response, 200, asked);
    default:
  }
  if (request.headers.authorization !== `Bearer ${process.env.AI_KEY}`) {
    return json(response, 401, { error: { message: 'Incorrect API key provided', type: 'invalid_request_error' } });
  }
  switch (`${request.method} ${request.url}`) {
    case 'POST /v1/audio/transcriptions':
      return answer(response, script.speech, () => transcribe(request, body));
    case 'POST /v1/chat/completions':
      return answer(response, script.text, () => summarise(body));
    default:
      return json(response, 404, { error: { message: 'Unknown request URL', type: 'invalid_request_error' } });
  }
}

function answer(response, way, work) {
  if (way === 'down') {
    return json(response, 503, { error: { message: 'The engine is overloaded', type: 'server_error' } });
  }
  // It never answers; whoever waits has a limit.
  return way === 'slow' ? undefined : work().then((told) => json(response, 200, told));
}

async function transcribe(request, body) {
  const form = await new Response(body, { headers: { 'content-type': request.headers['content-type'] } }).formData();
  const file = form.get('file');
  const fields = Object.fromEntries([...form].filter(([name]) => name !== 'file'));
  asked.push({ kind: 'speech', file: { name: file.name, type: file.type, size: file.size }, ...fields });
  return script.speech === 'garbage' ? { words: 'none' } : recognise(new Uint8Array(await file.arrayBuffer()));
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
