// The real worker with a stand-in for the binding `AI`, which no machine but Cloudflare's has. It takes and answers what the
// binding does, `run(model, input)`, and hands it on to the service at AI_STAND_IN.
import { DurableObject } from 'cloudflare:workers';
import worker, { Call as Real } from '../../edge-worker/src/entry.js';

export default worker;
// All other objects are as they are.
export * from '../../edge-worker/src/entry.js';

class Ai {
  #url;

  constructor(url) {
    this.#url = url;
  }

  async run(model, input) {
    const { audio, ...asked } = input;
    if (audio !== undefined) {
      asked.audio = typeof audio === 'string' ? audio : await base64(audio);
      asked.contentType = audio.contentType;
    }
    const response = await fetch(`${this.#url}/run/${model}`, { method: 'POST', body: JSON.stringify(asked) });
    if (!response.ok) {
      throw new Error('3040: Capacity temporarily exceeded, please try again.');
    }
    return response.json();
  }
}

async function base64({ body }) {
  if (!(body instanceof ReadableStream)) {
    throw new Error('5006: Error: audio.body must be a stream');
  }
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

export class Call extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const ai = new Ai(env.AI_STAND_IN);
    this.inner = new Real(ctx, new Proxy(env, { get: (target, name) => (name === 'AI' ? ai : target[name]) }));
  }
  fetch(request) {
    return this.inner.fetch(request);
  }
  alarm() {
    return this.inner.alarm();
  }
}
