/** A small server that plays the edge in the carrier's own tests. */
import { createServer } from 'node:http';

/** Bytes of one form. */
const MOST_BYTES = 64 * 1024;
/** Requests remembered. */
const MOST_RECEIVED = 1000;

/**
 * Starts it on a free port of 127.0.0.1. `answers` maps the last part of a path (voice, dial, …)
 * to a document, or to a function of the form that answers
 * `{status, type, body, hold}`, or a promise of it.
 */
export async function startStandIn() {
  const received = [];
  const answers = {};
  const server = createServer(async (request, response) => {
    const form = await bodyOf(request);
    const params = Object.fromEntries(new URLSearchParams(form));
    const url = `http://${request.headers.host}${request.url}`;
    if (received.length < MOST_RECEIVED) {
      received.push({ url, method: request.method, params, body: form, signature: request.headers['x-twilio-signature'], headers: request.headers });
    }
    const answer = answers[new URL(url).pathname.split('/').at(-1)];
    const { status = 200, type = 'text/xml', body = '', hold = 0 } = typeof answer === 'function' ? await answer(params, url) : { body: answer ?? '' };
    setTimeout(() => response.writeHead(answer === undefined ? 204 : status, { 'content-type': type }).end(body), hold);
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    received,
    answers,
    reset() {
      received.length = 0;
      Object.keys(answers).forEach((key) => delete answers[key]);
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function bodyOf(request) {
  let text = '';
  for await (const part of request) {
    text += part;
    if (text.length > MOST_BYTES) {
      break;
    }
  }
  return text;
}
